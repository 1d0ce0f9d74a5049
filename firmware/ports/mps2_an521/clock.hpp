// SPDX-License-Identifier: Apache-2.0
// Uptime in microseconds, the same on both CPUs, and a way to sleep until a moment of it.
#pragma once

#include "base/clock.hpp"
#include "base/shared_int64.hpp"

namespace firmware::ports::mps2_an521 {

/// The board's counter of microseconds has 32 bits and starts anew every 71 minutes. The hardware core notes the whole
/// time now and then; whoever asks within 35 minutes of a note knows which turn it is.
class Clock final : public base::Clock {
public:
    /// Starts the counter. Once, before anybody asks.
    void start() noexcept;

    base::Micros now() const noexcept override;

    /// On the hardware core, at least every 30 minutes.
    void note() noexcept;

private:
    base::SharedInt64 noted_{0};
};

/// Sleeps until `deadline` or any interrupt, or for 0.8 s. With interrupts held; only the one that calls is woken.
void sleep_until(const Clock& clock, base::Micros deadline) noexcept;

} // namespace firmware::ports::mps2_an521
