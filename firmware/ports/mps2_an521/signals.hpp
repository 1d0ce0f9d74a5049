// SPDX-License-Identifier: Apache-2.0
// How the two CPUs wake each other: a flag, and a doorbell when the other one sleeps.
#pragma once

#include "base/clock.hpp"
#include "firmware/contract/signal.hpp"
#include "firmware/ports/mps2_an521/clock.hpp"

#include <atomic>
#include <cstdint>

namespace firmware::ports::mps2_an521 {

enum class Cpu : std::uint8_t { hardware = 0, vm = 1 };

/// Wakes the CPU that it belongs to, from either one and from interrupts.
class WakeSignal final : public contract::Signal {
public:
    WakeSignal(Cpu sleeper, const Clock& clock) noexcept : clock_(clock), sleeper_(sleeper) {}

    void notify() noexcept override;

    /// On its own CPU: returns when it was notified since the last return, or at `deadline`.
    void wait_until(base::Micros deadline) noexcept;

private:
    const Clock& clock_;
    Cpu sleeper_;
    std::atomic<bool> notified_{false};
    std::atomic<bool> sleeps_{false};
};

/// Answers the doorbell that woke this CPU. From its interrupt.
void answer_doorbell(Cpu mine) noexcept;

} // namespace firmware::ports::mps2_an521
