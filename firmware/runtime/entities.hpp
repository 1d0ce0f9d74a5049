// SPDX-License-Identifier: Apache-2.0
// What the app declared, and the newest value of each entity.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_vector.hpp"
#include "base/result.hpp"
#include "firmware/bridge/messages.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace firmware::runtime {

struct Entity {
    bridge::EntityKind kind = bridge::EntityKind::sensor;
    base::FixedString<bridge::id_max> id;
    base::FixedString<bridge::name_max> name;
    base::FixedString<bridge::json_max> options; ///< a JSON object, checked
    bridge::Value value;
    base::Micros value_at = -1; ///< below 0: never had a value
    bool unsaid = false;        ///< the value waits to be said on the link
};

/// The declaration of the running app: at most `bridge::entities_max` entities.
class Entities {
public:
    static constexpr std::size_t none = SIZE_MAX;

    void clear() noexcept {
        list_.clear();
        fingerprint_.reset();
    }

    /// Adds an entity, or replaces the one of the same id. Errors: `invalid_argument` for an id, name or options that
    /// the link does not allow, `full`.
    base::Result<> declare(const bridge::HomeMessage& message) noexcept;

    std::size_t find(std::string_view id) const noexcept;
    std::size_t size() const noexcept { return list_.size(); }
    Entity& operator[](std::size_t index) noexcept { return list_[index]; }
    const Entity& operator[](std::size_t index) const noexcept { return list_[index]; }

    /// Changes when the declaration does: for `hello`. Reckoned when it is first asked for.
    std::uint32_t fingerprint() const noexcept;

private:
    base::FixedVector<Entity, bridge::entities_max> list_;
    mutable std::optional<std::uint32_t> fingerprint_;
};

/// Whether `json` is an object that can go into a frame as it is: valid, no control characters, nested at most
/// `levels` deep.
bool is_plain_object(std::string_view json, int levels) noexcept;

} // namespace firmware::runtime
