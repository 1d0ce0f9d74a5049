// SPDX-License-Identifier: Apache-2.0
// What the LEDs can show by themselves, by name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace firmware::runtime {

enum class LedMode : std::uint8_t {
    accent_pulse,
    rainbow,
    disco,
    police,
    relax,
    rotate,
    chase,
    morph,
    breath,
    identity,
    flame,
    vu,
    off,
};
inline constexpr std::size_t led_mode_count = 13;

/// As the menu and the settings say it: `accent_pulse`, …
std::string_view led_mode_name(LedMode mode) noexcept;
/// As a person reads it: `Accent Pulse`, …
std::string_view led_mode_title(LedMode mode) noexcept;
std::optional<LedMode> find_led_mode(std::string_view name) noexcept;

} // namespace firmware::runtime
