// SPDX-License-Identifier: Apache-2.0
// A battery sensor without hardware: what is at its UART, and the flash of its module.
#pragma once

#include "firmware/boards/profile.hpp"
#include "firmware/ports/shared/simulated_face.hpp"
#include "firmware/ports/shared/tuya_uart.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <utility>

namespace firmware::ports {

/// What a board with a sensor needs from outside.
struct SensorSetup {
    std::span<std::uint8_t> kept; ///< `SimulatedSmallFlash::medium_bytes` of them
    std::function<bool()> sync;   ///< as of StrictFlash
};

class VirtualSensor {
public:
    /// The board has a sensor. What `setup` refers to outlives this.
    VirtualSensor(const boards::Profile& profile, const SensorSetup& setup)
        : flash(setup.kept, setup.sync),
          uart(profile.sensor, flash, gauges) {}
    VirtualSensor(const VirtualSensor&) = delete;
    VirtualSensor& operator=(const VirtualSensor&) = delete;

    SimulatedSmallFlash flash;
    SimulatedGauges gauges;
    TuyaUart uart;
};

} // namespace firmware::ports
