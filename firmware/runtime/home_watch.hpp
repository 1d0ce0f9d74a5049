// SPDX-License-Identifier: Apache-2.0
// What the app wants to know about the home, and what the home last said.
#pragma once

#include "base/fixed_vector.hpp"
#include "base/result.hpp"
#include "firmware/bridge/bridge.hpp"
#include "protocol/json/value.hpp"

#include <string_view>

namespace firmware::runtime {

/// Keeps the newest state of each watched entity until the VM core has room for it: a home that talks faster than
/// Python listens loses nothing but what was overtaken. On the hardware core.
class HomeWatch {
public:
    explicit HomeWatch(bridge::Bridge& bridge) noexcept : bridge_(bridge) {}

    /// A new app watches nothing yet.
    void clear() noexcept;
    /// Errors: `full` beyond `bridge::watched_max`. The same entity again is fine.
    base::Result<> add(std::string_view entity) noexcept;

    std::size_t size() const noexcept { return entities_.size(); }
    std::string_view operator[](std::size_t index) const noexcept { return entities_[index].entity; }

    // --- from the hub: the messages of docs/protocol.md; what is none of them, or of no interest, is ignored ---
    void heard_state(const protocol::json::Value& message) noexcept;
    void heard_answer(const protocol::json::Value& message) noexcept;

    /// Hands over what fits; true when there was something.
    bool step() noexcept;

    /// Answers that found no room.
    std::uint32_t dropped() const noexcept { return dropped_; }

private:
    struct Entry {
        base::FixedString<bridge::ha_name_max> entity;
        bridge::HomeNews news;
        bool untold = false;
    };

    void add_response(const protocol::json::Value& response, bridge::HomeNews& news) noexcept;

    bridge::Bridge& bridge_;
    base::FixedVector<Entry, bridge::watched_max> entities_;
    std::uint32_t dropped_ = 0;
    bool news_ = false;
};

} // namespace firmware::runtime
