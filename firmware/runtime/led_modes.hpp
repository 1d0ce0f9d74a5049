// SPDX-License-Identifier: Apache-2.0
// What the LEDs can show by themselves: the modes' names and pictures.
#pragma once

#include "firmware/contract/leds.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace firmware::runtime {

/// In the order of the menu.
enum class LedMode : std::uint8_t {
    accent_pulse, ///< all swell and fade in the accent colour
    rainbow,      ///< all colours at once, moving along
    disco,        ///< each flares up in a colour of its own and fades
    police,       ///< two flashes of red on one half, two of blue on the other
    relax,        ///< slowly between teal and violet, not bright
    rotate,       ///< a comet in the accent colour
    chase,        ///< every third in the accent colour, moving on by one
    morph,        ///< all in one colour that turns into another, and another
    breath,       ///< all swell from dark to warm white and back
    identity,     ///< stands still: colours by which to know this board
    flame,        ///< embers
    vu,           ///< dark: what it would show needs a microphone, and no board of ours has one
    off,
};
inline constexpr std::size_t led_mode_count = 13;

/// As the menu and the settings say it: `accent_pulse`, …
std::string_view led_mode_name(LedMode mode) noexcept;
/// As a person reads it: `Accent Pulse`, …
std::string_view led_mode_title(LedMode mode) noexcept;
std::optional<LedMode> find_led_mode(std::string_view name) noexcept;

/// No part of a colour is above this, so that nobody is dazzled.
inline constexpr std::uint8_t led_level_max = 96;

/// All that a picture depends on beside the mode.
struct LedScene {
    std::uint32_t ms = 0; ///< since the mode began
    contract::Rgb accent;
    std::uint32_t identity = 0; ///< different on every board
    std::uint32_t seed = 0;     ///< for what only looks random
};

/// Whether the picture changes with time.
bool led_mode_moves(LedMode mode) noexcept;

/// Sets every colour, by integer arithmetic alone: the same scene gives the same picture on every machine. No LED
/// flashes more than three times a second.
void paint_led_mode(LedMode mode, const LedScene& scene, std::span<contract::Rgb> colors) noexcept;

} // namespace firmware::runtime
