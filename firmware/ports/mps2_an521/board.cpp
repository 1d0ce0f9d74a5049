// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/mps2_an521/board.hpp"

#include "firmware/ports/mps2_an521/cpu.hpp"
#include "firmware/ports/mps2_an521/runtime_support.hpp"
#include "firmware/ports/mps2_an521/startup.hpp"

#include <algorithm>

namespace firmware::ports::mps2_an521 {
namespace {

/// How long the console waits for somebody who reads.
constexpr base::Micros console_patience = base::from_ms(100);

} // namespace

Board::Board(const boards::Profile& profile, Clock& clock, const Memory& memory, const Birthmark& mark) noexcept
    : uart0(uart::uart0, clock, wake_hardware_, console_patience),
      uart1(uart::uart1, clock, wake_hardware_, base::never),
      clock_(clock),
      wake_hardware_(Cpu::hardware, clock),
      wake_vm_(Cpu::vm, clock),
      gpio_(clock),
      inputs_(clock, wake_vm_, bridge_, memory.storage, mark.seed),
      session_(inputs_, vm_config(profile, mark.app, mark.identity.uid)),
      cut_bell_(wake_hardware_),
      display_(profile.screen),
      leds_(profile.led_count),
      face_({profile, gpio_, display_, leds_, memory.settings, gauges_, bridge_, session_, memory.frames,
             static_cast<std::uint32_t>(mark.seed), mark.identity.uid}),
      core_({profile, gpio_, uart0, bridge_, session_, &face_}, mark.identity),
      panel_({profile, gpio_, clock, *this, &display_, &leds_, &gauges_}, {mark.identity.uid, mark.identity.boot, 0}),
      panel_link_(uart1, panel_, memory.panel_frame) {
    bridge_.wake_hardware = &wake_hardware_;
    bridge_.wake_vm = &wake_vm_;
}

void Board::run() noexcept {
    core_.boot(clock_.now());
    uart0.open();
    uart1.open();
    for (const unsigned number :
         {interrupt::doorbell0, interrupt::uart0_rx, interrupt::uart0_tx, interrupt::uart1_rx, interrupt::uart1_tx}) {
        enable_interrupt(number);
    }
    boot_complete();
    set_session(session_, cut_bell_);
    start_vm_cpu();
    while (true) {
        clock_.note();
        panel_.step();
        core_.step(clock_.now());
        panel_link_.step();
        cut_bell_.step(clock_.now());
        if (quitting_ && !panel_link_.wants_step()) reset_chip();
        wake_hardware_.wait_until(next_deadline());
    }
}

base::Micros Board::next_deadline() const noexcept {
    if (panel_link_.wants_step()) return clock_.now();
    const base::Micros stalled = core_.wants_to_write() ? uart0.deadline() : base::never;
    constexpr base::Micros note_at_least = base::from_ms(60'000);
    return std::min({core_.deadline(), panel_.deadline(), cut_bell_.deadline(), stalled, clock_.now() + note_at_least});
}

} // namespace firmware::ports::mps2_an521
