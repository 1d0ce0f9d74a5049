// SPDX-License-Identifier: Apache-2.0
// The order that loses nothing: say that you sleep, look once more with interrupts held, then sleep.
#include "firmware/ports/mps2_an521/signals.hpp"

#include "firmware/ports/mps2_an521/cpu.hpp"

namespace firmware::ports::mps2_an521 {
namespace {

std::uintptr_t bell_of(Cpu cpu) noexcept { return doorbell::unit0 + (cpu == Cpu::vm ? doorbell::cpu1 : 0); }

} // namespace

void WakeSignal::notify() noexcept {
    if (notified_.exchange(true) || !sleeps_.load()) return;
    reg(bell_of(sleeper_) + doorbell::set) = 1;
}

void WakeSignal::wait_until(base::Micros deadline) noexcept {
    sleeps_.store(true);
    while (!notified_.load() && clock_.now() < deadline) {
        const InterruptsHeld held;
        if (!notified_.load()) sleep_until(clock_, deadline);
    }
    sleeps_.store(false);
    notified_.store(false);
}

void answer_doorbell(Cpu mine) noexcept { reg(bell_of(mine) + doorbell::clear) = 1; }

} // namespace firmware::ports::mps2_an521
