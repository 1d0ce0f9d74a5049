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

constexpr unsigned interrupts_per_port = 2;

std::span<contract::Color> part(std::span<contract::Color> all, unsigned number) noexcept {
    const std::size_t size = all.size() / Board::panel_lines;
    return all.subspan(number * size, size);
}

} // namespace

Board::Board(const boards::Profile& profile, Clock& clock, const Memory& memory, const Birthmark& mark) noexcept
    : clock_(clock),
      wake_hardware_(Cpu::hardware, clock),
      wake_vm_(Cpu::vm, clock),
      console_(uart::uart0, clock, wake_hardware_, console_patience),
      gpio_(clock),
      inputs_(clock, wake_vm_, bridge_, memory.storage, mark.seed),
      session_(inputs_, vm_config(profile, mark.app, mark.identity.uid)),
      cut_bell_(wake_hardware_),
      display_(profile.screen),
      leds_(profile.led_count),
      face_({profile, gpio_, display_, leds_, memory.settings, gauges_, bridge_, session_, memory.frames,
             static_cast<std::uint32_t>(mark.seed), mark.identity.uid}),
      core_({profile, gpio_, console_, bridge_, session_, &face_}, mark.identity),
      panel_({profile, gpio_, clock, *this, &display_, &leds_, &gauges_}, {mark.identity.uid, mark.identity.boot, {}}),
      lines_{PanelLine(*this, 0, part(memory.panel_frames, 0)), PanelLine(*this, 1, part(memory.panel_frames, 1)),
             PanelLine(*this, 2, part(memory.panel_frames, 2)), PanelLine(*this, 3, part(memory.panel_frames, 3))} {
    bridge_.wake_hardware = &wake_hardware_;
    bridge_.wake_vm = &wake_vm_;
}

Board::PanelLine::PanelLine(Board& board, unsigned number, std::span<contract::Color> frame) noexcept
    : port(uart::uart0 + (1 + number) * uart::next, board.clock_, board.wake_hardware_, base::never),
      link(port, board.panel_, frame) {}

void Board::run() noexcept {
    core_.boot(clock_.now());
    console_.open();
    for (PanelLine& line : lines_) line.port.open();
    enable_interrupt(interrupt::doorbell0);
    for (unsigned i = 0; i < interrupts_per_port * uart::count; ++i) enable_interrupt(interrupt::uarts + i);
    boot_complete();
    set_session(session_, cut_bell_);
    start_vm_cpu();
    while (true) {
        const base::Micros due = std::max(next_deadline(), clock_.now());
        wake_hardware_.wait_until(due);
        const base::Micros woke = clock_.now();
        step();
        lateness_.note(due, woke, clock_.now());
    }
}

void Board::step() noexcept {
    clock_.note();
    console_.begin_turn();
    for (PanelLine& line : lines_) line.port.begin_turn();
    panel_.step();
    core_.step(clock_.now());
    for (PanelLine& line : lines_) line.link.step();
    cut_bell_.step(clock_.now());
    if (quitting_ && !panel_wants_step()) reset_chip();
}

bool Board::panel_wants_step() const noexcept {
    return std::any_of(lines_.begin(), lines_.end(), [](const PanelLine& line) { return line.link.wants_step(); });
}

base::Micros Board::next_deadline() const noexcept {
    if (panel_wants_step()) return clock_.now();
    const base::Micros stalled = core_.wants_to_write() ? console_.deadline() : base::never;
    constexpr base::Micros note_at_least = base::from_ms(60'000);
    return std::min({core_.deadline(), panel_.deadline(), cut_bell_.deadline(), stalled, clock_.now() + note_at_least});
}

void Board::port_interrupt(unsigned number) noexcept {
    const unsigned port = number / interrupts_per_port;
    Uart& asked = port == 0 ? console_ : lines_[port - 1].port;
    number % interrupts_per_port == 0 ? asked.received() : asked.sent();
}

} // namespace firmware::ports::mps2_an521
