// SPDX-License-Identifier: Apache-2.0
// Everything that the hardware core's CPU owns, and its loop.
#pragma once

#include "firmware/boards/profile.hpp"
#include "firmware/ports/mps2_an521/clock.hpp"
#include "firmware/ports/mps2_an521/panel_link.hpp"
#include "firmware/ports/mps2_an521/signals.hpp"
#include "firmware/ports/mps2_an521/uart.hpp"
#include "firmware/ports/mps2_an521/vm_cpu.hpp"
#include "firmware/ports/shared/panel.hpp"
#include "firmware/ports/shared/simulated_face.hpp"
#include "firmware/ports/shared/simulated_gpio.hpp"
#include "firmware/runtime/badge_face.hpp"
#include "firmware/runtime/hardware_core.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::ports::mps2_an521 {

/// What is written into each chip, or given to the emulator: `uid=… app=… boot=…`.
struct Birthmark {
    runtime::Identity identity;
    std::string_view app; ///< outlives the board
    std::uint64_t seed = 0;
};

/// What the board stores in, and draws into. All outlive it.
struct Memory {
    contract::Storage& storage;
    contract::SmallFlash& settings;
    std::span<contract::Color> frames;      ///< `Screen::memory_pixels` of them
    std::span<contract::Color> panel_frame; ///< a screen's worth
};

/// The one board. `run` on CPU 0; the interrupts of the ports reach it as `uart0` and `uart1`.
class Board final : private Panel::Board {
public:
    /// `clock` runs. All arguments outlive the board.
    Board(const boards::Profile& profile, Clock& clock, const Memory& memory, const Birthmark& mark) noexcept;
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    [[noreturn]] void run() noexcept;

    Uart uart0; ///< the console
    Uart uart1; ///< the panel

private:
    void kill_vm() noexcept override { inputs_.kill(); }
    void quit() noexcept override { quitting_ = true; }

    base::Micros next_deadline() const noexcept;

    Clock& clock_;
    WakeSignal wake_hardware_;
    WakeSignal wake_vm_;
    bridge::Bridge bridge_;
    SimulatedGpio gpio_;
    ChipInputs inputs_;
    vm::Session session_;
    CutBell cut_bell_;
    SimulatedDisplay display_;
    SimulatedLeds leds_;
    SimulatedGauges gauges_;
    runtime::BadgeFace face_;
    runtime::HardwareCore core_;
    Panel panel_;
    PanelLink panel_link_;
    bool quitting_ = false; ///< resets when the panel has its answer
};

} // namespace firmware::ports::mps2_an521
