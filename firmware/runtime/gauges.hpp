// SPDX-License-Identifier: Apache-2.0
// Gauges: what the board measures about itself, renewed every few seconds for menu and Python.
#pragma once

#include "base/clock.hpp"
#include "firmware/bridge/bridge.hpp"
#include "firmware/contract/gauges.hpp"

#include <cstdint>
#include <optional>

namespace firmware::runtime {

/// How full a lithium-polymer cell is that gives this voltage at rest, 0 to 100. Nothing below 2.5 V or above 4.4 V:
/// that is no such cell. From the usual discharge curve of one cell; under load it reads a little low, and between
/// 3.7 V and 3.9 V, where the curve is flat, it is easily 10 % off.
std::optional<std::uint8_t> battery_percent(std::int32_t millivolts) noexcept;

/// Reads the port's gauges and publishes them on the bridge; what the board can't know is `Bridge::not_available`
/// there, and stays so. On the hardware core.
class Gauges {
public:
    static constexpr base::Micros period = base::from_ms(5000);

    /// Both outlive this.
    Gauges(contract::Gauges& port, bridge::Bridge& bridge) noexcept : port_(port), bridge_(bridge) {}

    /// The first one reads at once.
    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept { return deadline_; }

    /// Nothing while the voltage is unknown, or is the charger's rather than the battery's.
    std::optional<std::uint8_t> battery_percent() const noexcept;

private:
    contract::Gauges& port_;
    bridge::Bridge& bridge_;
    base::Micros deadline_ = 0;
};

} // namespace firmware::runtime
