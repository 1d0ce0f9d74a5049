// SPDX-License-Identifier: Apache-2.0
// The kinds of entity, by Home Assistant's words (docs/protocol.md, "Names").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace protocol::link {

enum class Kind : std::uint8_t {
    sensor,
    binary_sensor,
    switch_,
    light,
    button,
    event,
    number,
    select,
    text,
    lock,
    cover,
};
inline constexpr std::size_t kind_count = 11;

/// The word on the link, which is also Home Assistant's platform name, e.g. `binary_sensor`.
std::string_view kind_name(Kind kind) noexcept;
std::optional<Kind> kind_from(std::string_view name) noexcept;

/// Whether `set` may be sent to it.
bool takes_commands(Kind kind) noexcept;
/// Whether it has a value. A button and an event have none.
bool has_state(Kind kind) noexcept;

} // namespace protocol::link
