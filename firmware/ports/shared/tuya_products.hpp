// SPDX-License-Identifier: Apache-2.0
// How the MCUs of some battery Tuya sensors behave towards their module (docs/tuya.md, "Products").
#pragma once

#include "base/clock.hpp"
#include "protocol/tuya/datapoint.hpp"

#include <array>
#include <cstdint>
#include <string_view>

namespace firmware::ports {

/// Where in a report, or beside it, the battery's level goes.
enum class TuyaBattery : std::uint8_t { none, same_frame, frame_before, frame_after };

struct TuyaProduct {
    using Type = protocol::tuya::DatapointType;

    std::string_view name;
    std::string_view json; ///< what it says about itself
    std::uint8_t event_id = 0;
    Type event_type = Type::boolean;
    std::uint8_t active_value = 1; ///< motion, or an open door
    std::uint8_t idle_value = 0;
    base::Micros clear_after = base::never; ///< without motion
    bool is_door = false;
    TuyaBattery battery = TuyaBattery::none;
    std::uint8_t battery_id = 0;
    Type battery_type = Type::enumeration;
    bool records = false; ///< tells of events as records, with their time when it knows it
    /// The first acknowledgement counts for all that was sent. Else each frame needs its own.
    bool first_counts_for_all = true;
    /// Sends the next frame only when the one before is acknowledged.
    bool one_at_a_time = false;
    base::Micros repeat_every = base::never; ///< what is not acknowledged
    bool asks_time = false;
    bool asks_cache = false;
    bool sends_mode = false;  ///< the button sends `select_mode` instead of `reset_wifi`
    bool keeps_power = false; ///< never cuts: a broken switch
};

/// Those that real devices are known to be, and mixtures of what is known to occur.
inline constexpr std::array<TuyaProduct, 6> tuya_products{{
    {.name = "neo_pir",
     .json = R"({"P":"Okurono2XLVRV0fB","v":"1.1.0"})",
     .event_id = 0x65,
     .clear_after = base::from_ms(60000),
     .battery = TuyaBattery::frame_before,
     .battery_id = 0x66},
    {.name = "neo_door",
     .json = R"({"p":"e7dny8zvmiyhqerw","v":"1.0.0"})",
     .event_id = 0x01,
     .event_type = TuyaProduct::Type::enumeration,
     .active_value = 0,
     .idle_value = 1,
     .is_door = true,
     .battery = TuyaBattery::frame_after,
     .battery_id = 0x65,
     .first_counts_for_all = false,
     .repeat_every = base::from_ms(3000)},
    {.name = "lsc_pir",
     .json = R"({"p":"3slpirlnlqp0bqo1","v":"1.0.0"})",
     .event_id = 0x01,
     .event_type = TuyaProduct::Type::enumeration,
     .active_value = 0,
     .idle_value = 1,
     .clear_after = base::from_ms(60000),
     .battery = TuyaBattery::frame_before,
     .battery_id = 0x04,
     .one_at_a_time = true,
     .repeat_every = base::from_ms(2000),
     .asks_time = true},
    {.name = "mirabella_pir",
     .json = R"({"p":"yqiqbaldtr0i7mru","v":"1.0.2","m":0})",
     .event_id = 0x65,
     .clear_after = base::from_ms(60000),
     .battery = TuyaBattery::same_frame,
     .battery_id = 0x67,
     .battery_type = TuyaProduct::Type::value,
     .asks_cache = true},
    {.name = "record_door",
     .json = R"({"p":"XFD2nSDKxFlGV5sV","v":"1.0.0"})",
     .event_id = 0x01,
     .is_door = true,
     .records = true,
     .first_counts_for_all = false,
     .one_at_a_time = true,
     .asks_time = true,
     .sends_mode = true},
    {.name = "stuck_pir",
     .json = "{}",
     .event_id = 0x65,
     .battery = TuyaBattery::same_frame,
     .battery_id = 0x66,
     .repeat_every = base::from_ms(4000),
     .keeps_power = true},
}};

/// Null when there is none of this name.
constexpr const TuyaProduct* tuya_product(std::string_view name) noexcept {
    for (const TuyaProduct& product : tuya_products) {
        if (product.name == name) return &product;
    }
    return nullptr;
}

} // namespace firmware::ports
