// SPDX-License-Identifier: Apache-2.0
// What a port supplies for pins. The hardware core calls it; Python never does.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <cstdint>

namespace firmware::contract {

/// Pins are numbered as on the chip, 0 to `pin_count - 1`.
using Pin = std::uint8_t;
inline constexpr Pin pin_count = 64;

enum class PinMode : std::uint8_t { input, output, open_drain };
enum class Pull : std::uint8_t { none, up, down };

/// Hears of every level change of a pin that is an input. Called by the port on the hardware core, between two steps
/// of it.
class PinListener {
public:
    /// `at` is when the level changed, by the port's clock.
    virtual void pin_changed(Pin pin, bool level, base::Micros at) noexcept = 0;

protected:
    ~PinListener() = default;
};

/// General-purpose input and output. All calls on the hardware core; none blocks or allocates.
class Gpio {
public:
    /// Sets direction and pull. An output starts at `level` without a glitch to the other one. Errors: `not_found`
    /// for a pin the chip does not have, `unsupported` for a pull or mode it can't do.
    virtual base::Result<> configure(Pin pin, PinMode mode, Pull pull, bool level) noexcept = 0;

    /// Drives an output. For a pin that is not one, nothing happens.
    virtual void write(Pin pin, bool level) noexcept = 0;

    /// The level at the pin now; for an output what is really there, not what was asked for.
    virtual bool read(Pin pin) const noexcept = 0;

    /// Reports input changes to `listener` from now on; null stops it. The listener outlives the port or this call.
    virtual void listen(PinListener* listener) noexcept = 0;

protected:
    ~Gpio() = default;
};

} // namespace firmware::contract
