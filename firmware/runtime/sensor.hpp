// SPDX-License-Identifier: Apache-2.0
// A part of the board that has reports of its own for the home, below Python and without it: a battery sensor.
#pragma once

#include "base/clock.hpp"
#include "firmware/bridge/bridge.hpp"
#include "firmware/runtime/entities.hpp"
#include "firmware/runtime/link_endpoint.hpp"

#include <cstdint>

namespace firmware::runtime {

/// Driven by the hardware core, on its thread; no call blocks or allocates.
class Sensor {
public:
    /// The way home. All outlive the sensor's last call.
    struct Home {
        LinkEndpoint& link;
        const Entities& entities;
        bridge::Bridge& bridge;
    };

    virtual void boot(const Home& home, base::Micros now) noexcept = 0;
    virtual void step(base::Micros now) noexcept = 0;
    virtual base::Micros deadline() const noexcept = 0;
    /// The hub has the report that the sensor published under this number.
    virtual void reported(std::uint16_t serial) noexcept = 0;

protected:
    ~Sensor() = default;
};

} // namespace firmware::runtime
