// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/mps2_an521/clock.hpp"

#include "firmware/ports/mps2_an521/cpu.hpp"

#include <algorithm>

namespace firmware::ports::mps2_an521 {
namespace {

constexpr std::uint32_t ticks_per_micro = clock_hz / 1'000'000;
constexpr base::Micros nap_max = 800'000; // SysTick counts 24 bits
constexpr base::Micros note_every = base::from_ms(1000);
constexpr std::uint32_t systick_run = 7; // on, with its interrupt, by the processor's clock

} // namespace

void Clock::start() noexcept {
    reg(fpga_io::prescale) = ticks_per_micro - 1;
    reg(fpga_io::counter) = 0;
}

base::Micros Clock::now() const noexcept {
    const base::Micros noted = noted_.load();
    // The note may be newer than what is read from the counter here: the difference has a sign.
    return noted + static_cast<std::int32_t>(reg(fpga_io::counter) - static_cast<std::uint32_t>(noted));
}

void Clock::note() noexcept {
    const base::Micros now = this->now();
    if (now - noted_.load() >= note_every) noted_.store(now);
}

void sleep_until(const Clock& clock, base::Micros deadline) noexcept {
    const base::Micros left = std::min(deadline - clock.now(), nap_max);
    if (left <= 0) return;
    reg(core::systick_reload) = static_cast<std::uint32_t>(left) * ticks_per_micro;
    reg(core::systick_value) = 0;
    reg(core::systick_control) = systick_run;
    wait_for_interrupt();
    reg(core::systick_control) = 0;
}

} // namespace firmware::ports::mps2_an521
