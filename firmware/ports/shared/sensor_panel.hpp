// SPDX-License-Identifier: Apache-2.0
// What a person does to a simulated battery sensor, and sees of it.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "firmware/ports/shared/tuya_mcu.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace firmware::ports {

struct SensorView {
    bool active = false; ///< something moves, or the door is open
    std::int32_t battery = 0;
    bool power = false; ///< of the module
    TuyaLed led = TuyaLed::off;
    std::string_view session;  ///< a constant: `Module::state_name`
    std::uint32_t told = 0;    ///< events that the MCU took for told, since the board's start
    std::uint32_t dropped = 0; ///< events that it had no room or no hope for

    friend bool operator==(const SensorView&, const SensorView&) = default;
};

/// On the hardware core, whose step must follow what is done.
class SensorPanel {
public:
    /// Something moves or the door is opened, or no more. Errors: `unsupported` for what the sensor does not see.
    virtual base::Result<> sense(bool door, bool active, base::Micros now) noexcept = 0;
    virtual void hold_button(base::Micros now) noexcept = 0;
    /// The battery's level as the product tells it. Errors: `invalid_argument` beyond what it can tell.
    virtual base::Result<> set_battery(std::int64_t level) noexcept = 0;
    virtual void change_battery(base::Micros now) noexcept = 0;
    virtual SensorView view() const noexcept = 0;

protected:
    ~SensorPanel() = default;
};

constexpr std::string_view led_name(TuyaLed led) noexcept {
    switch (led) {
    case TuyaLed::off: return "off";
    case TuyaLed::on: return "on";
    case TuyaLed::fast: return "fast";
    case TuyaLed::slow: return "slow";
    }
    return "";
}

} // namespace firmware::ports
