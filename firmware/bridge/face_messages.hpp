// SPDX-License-Identifier: Apache-2.0
// What crosses between the cores on a board with a face: screen, LEDs, buttons, settings, apps. Plain data, no
// pointers.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/fixed_string.hpp"
#include "firmware/bridge/messages.hpp"
#include "firmware/contract/buttons.hpp"
#include "firmware/contract/display.hpp"
#include "firmware/contract/leds.hpp"

#include <array>
#include <cstdint>

namespace firmware::bridge {

inline constexpr std::size_t display_text_max = 63; ///< bytes of one text command; the VM side cuts longer text
inline constexpr std::size_t bitmap_pixels_max = 64;
inline constexpr std::uint8_t text_size_max = 6;
inline constexpr std::uint8_t all_leds = 0xFF;
inline constexpr std::size_t setting_key_max = 24;
inline constexpr std::size_t setting_text_max = 64;
inline constexpr std::size_t app_name_max = 32; ///< the folder's name in /pyapps
inline constexpr std::size_t icon_side = 24;
inline constexpr std::size_t icon_bytes = icon_side * icon_side / 8; ///< rows of 3 bytes, left pixel in the high bit

// --- VM core to hardware core -----------------------------------------------------------------------------------

/// One stroke on the frame that is being drawn; nothing is seen before `show`. What lies off the screen is clipped.
struct DisplayCommand {
    enum class Op : std::uint8_t {
        clear,  ///< color
        pixel,  ///< x, y, color
        line,   ///< x, y to width, height (there the other end's coordinates), color
        rect,   ///< x, y, width, height, color, fill
        text,   ///< x, y, color, size 1 to text_size_max; data: text_length characters
        bitmap, ///< x, y, width, height with width * height <= bitmap_pixels_max; data: pixels
        show,   ///< the frame is complete
    };
    Op op = Op::clear;
    bool fill = true;
    std::uint8_t size = 1;
    std::uint8_t text_length = 0;
    std::int16_t x = 0;
    std::int16_t y = 0;
    std::int16_t width = 0;
    std::int16_t height = 0;
    contract::Color color = 0;
    union {
        std::array<char, display_text_max> text;
        std::array<contract::Color, bitmap_pixels_max> pixels{};
    };
};

struct LedCommand {
    std::uint8_t index = 0; ///< below the board's led_count, or all_leds; others are ignored
    contract::Rgb color;
};

/// One question about the settings at a time; the answer carries the same `serial`.
struct SettingRequest {
    enum class Op : std::uint8_t {
        get,    ///< key
        set,    ///< key, value: boolean, integer or text
        remove, ///< key
        key_at, ///< index: the key at this place in the list, for listing
    };
    Op op = Op::get;
    std::uint32_t serial = 0;
    std::uint8_t index = 0;
    base::FixedString<setting_key_max> key;
    Value value;
};

/// An app that lies in /pyapps, or the beginning or end of the list of them.
struct AppEntry {
    enum class Op : std::uint8_t { begin, entry, end };
    Op op = Op::entry;
    base::FixedString<app_name_max> name;  ///< its folder
    base::FixedString<app_name_max> title; ///< from app.toml, else the folder's name
    base::FixedString<16> version;
    base::FixedString<32> author;
    base::FixedString<96> description;
    /// Why it can't be started, or what is wrong with its app.toml; empty: nothing. Of `begin`: why there are none.
    base::FixedString<64> problem;
    bool startable = true;
    bool has_icon = false;
    std::array<std::uint8_t, icon_bytes> icon{};
};

// --- hardware core to VM core -----------------------------------------------------------------------------------

/// An edge of a button, after debouncing.
struct ButtonEvent {
    contract::ButtonMask button = 0; ///< exactly one
    bool pressed = false;
    base::Micros at = 0;
};

struct SettingReply {
    std::uint32_t serial = 0;
    bool ok = false;
    base::ErrorCode code = base::ErrorCode::internal; ///< unless ok: not_found, invalid_argument, full, io
    base::FixedString<96> reason;                     ///< unless ok: what is wrong, for a person; may be empty
    base::FixedString<setting_key_max> key;           ///< of key_at
    Value value;                                      ///< of get
};

} // namespace firmware::bridge
