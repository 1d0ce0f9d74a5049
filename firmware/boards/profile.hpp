// SPDX-License-Identifier: Apache-2.0
// What the firmware knows about a board: constant tables that `generate.py` makes from the board's JSON file.
#pragma once

#include "firmware/contract/buttons.hpp"
#include "firmware/contract/gpio.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::boards {

inline constexpr std::size_t inputs_max = 16;
inline constexpr std::size_t outputs_max = 16;
inline constexpr std::size_t leds_max = 64;

/// A pin that something outside drives.
struct Input {
    std::string_view name;
    contract::Pin pin;
    contract::Pull pull;
    bool active;                 ///< the level while it is pressed
    contract::ButtonMask button; ///< which of a badge's buttons it is; 0: none of them
};

/// A pin that drives something, with the limits that no app can loosen. 0 means no limit.
struct Output {
    std::string_view name;
    contract::Pin pin;
    bool safe; ///< the level that does no harm; the output is "on" at the other one
    std::uint32_t max_on_ms;
    std::uint32_t min_off_ms;
    std::uint8_t interlock; ///< at most one output of a group is on at a time; 0 is no group
};

/// A screen; both 0 where there is none.
struct ScreenSize {
    std::uint16_t width;
    std::uint16_t height;
};

/// One board. All text and tables are constants of the program.
struct Profile {
    std::string_view name;  ///< the file's name: `intercom`
    std::string_view title; ///< for people
    std::uint32_t heap_bytes;
    std::uint32_t stack_bytes;
    std::uint32_t flash_bytes;
    std::uint32_t flash_block_bytes;
    std::uint32_t flash_program_bytes;
    std::span<const Input> inputs;
    std::span<const Output> outputs;
    ScreenSize screen;
    std::uint8_t led_count;
    std::string_view sensor = {}; ///< the battery Tuya sensor whose MCU is at UART1, by its name; empty: none

    /// Whether it has something to show and to press: then it has a menu too.
    constexpr bool has_face() const noexcept { return screen.width > 0; }
};

} // namespace firmware::boards
