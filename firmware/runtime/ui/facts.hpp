// SPDX-License-Identifier: Apache-2.0
// What the menu knows about its board, and what it may ask of it.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_string.hpp"
#include "base/fixed_vector.hpp"
#include "base/result.hpp"
#include "firmware/bridge/face_messages.hpp"
#include "firmware/contract/display.hpp"
#include "firmware/runtime/led_strip.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace firmware::runtime::ui {

/// How often the bridge's queues were too full.
struct Counters {
    std::uint32_t frames_shown = 0;
    std::uint32_t display_timeouts = 0;
    std::uint32_t led_timeouts = 0;
    std::uint32_t buttons_dropped = 0;
    std::uint32_t edges_dropped = 0;
    std::uint32_t logs_dropped = 0;
    std::uint32_t console_dropped = 0;
    friend bool operator==(const Counters&, const Counters&) = default;
};

/// All that a screen may show. What is not known is nothing, never a made-up value.
struct Facts {
    base::FixedString<32> uid;
    base::FixedString<32> board;
    base::FixedString<31> nickname = "badge";
    contract::Color accent = 0x07E0;
    contract::Color text_color = 0xFFFF;
    LedMode led_mode = LedMode::accent_pulse;
    std::int32_t utc_offset_min = 0;
    /// Seconds since 1970 minus uptime, in microseconds; 0: nobody has said what time it is.
    std::int64_t epoch_offset_us = 0;
    bool home_up = false;
    bool settings_failed = false;
    contract::ButtonMask down = 0;
    std::optional<std::int32_t> battery_millivolts;
    std::optional<std::uint8_t> battery_percent;
    std::optional<bool> usb_power;
    std::optional<std::int32_t> temperature_millicelsius;
    std::optional<std::int32_t> signal_dbm;
    std::uint32_t heap_free = 0; ///< 0: not measured yet
    std::uint32_t heap_bytes = 0;
    std::uint32_t flash_bytes = 0;
    Counters counters;
    friend bool operator==(const Facts&, const Facts&) = default;
};

inline constexpr std::size_t apps_max = 32;

/// The apps in /pyapps, as the VM core last listed them.
struct AppList {
    base::FixedVector<bridge::AppEntry, apps_max> apps;
    bool known = false;            ///< a list has come
    unsigned left_out = 0;         ///< apps beyond `apps_max`
    base::FixedString<64> problem; ///< why there are none; empty: nothing is wrong
};

/// What a person may cause from the menu. On the hardware core; nothing blocks.
class Board {
public:
    /// Errors: `busy` while somebody else uses Python, `invalid_state` while it is off, `invalid_argument`.
    virtual base::Result<> start_app(std::string_view name) noexcept = 0;
    /// A new list of apps is wanted, when Python has time.
    virtual void want_apps() noexcept = 0;
    /// Takes effect at once and is kept. Errors: as of `Settings::set`.
    virtual base::Result<> set(std::string_view key, const bridge::Value& value) noexcept = 0;
    /// In seconds since 1970, UTC.
    virtual void set_clock(std::int64_t epoch_seconds) noexcept = 0;

protected:
    ~Board() = default;
};

} // namespace firmware::runtime::ui
