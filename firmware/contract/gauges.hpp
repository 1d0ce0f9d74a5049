// SPDX-License-Identifier: Apache-2.0
// What a port supplies about itself: battery, temperature, signal. Measured, or not available: never invented.
#pragma once

#include <cstdint>
#include <optional>

namespace firmware::contract {

/// All calls on the hardware core; none blocks. `nullopt`: this board has no way to know.
class Gauges {
public:
    virtual std::optional<std::int32_t> battery_millivolts() noexcept = 0;
    virtual std::optional<bool> usb_power() noexcept = 0;
    virtual std::optional<std::int32_t> temperature_millicelsius() noexcept = 0;
    virtual std::optional<std::int32_t> signal_dbm() noexcept = 0; ///< of the WiFi network it is joined to

protected:
    ~Gauges() = default;
};

} // namespace firmware::contract
