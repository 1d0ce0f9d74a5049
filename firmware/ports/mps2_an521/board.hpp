// SPDX-License-Identifier: Apache-2.0
// Everything that the hardware core's CPU owns, and its loop.
#pragma once

#include "firmware/boards/profile.hpp"
#include "firmware/ports/mps2_an521/clock.hpp"
#include "firmware/ports/mps2_an521/flash.hpp"
#include "firmware/ports/mps2_an521/signals.hpp"
#include "firmware/ports/mps2_an521/uart.hpp"
#include "firmware/ports/mps2_an521/vm_cpu.hpp"
#include "firmware/ports/shared/simulated_gpio.hpp"
#include "firmware/runtime/hardware_core.hpp"

#include <cstdint>
#include <string_view>

namespace firmware::ports::mps2_an521 {

/// What is written into each chip, or given to the emulator: `uid=… name=… app=… boot=…`.
struct Birthmark {
    runtime::Identity identity;
    std::string_view app; ///< outlives the board
    std::uint64_t seed = 0;
};

/// The one board. `run` on CPU 0; the interrupts of the ports reach it as `uart0` and `uart1`.
class Board {
public:
    /// `clock` runs. All arguments outlive the board.
    Board(const boards::Profile& profile, Clock& clock, contract::Storage& storage, const Birthmark& mark) noexcept;
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    [[noreturn]] void run() noexcept;

    Uart uart0; ///< the console
    Uart uart1; ///< the panel

private:
    base::Micros next_deadline() const noexcept;

    Clock& clock_;
    WakeSignal wake_hardware_;
    WakeSignal wake_vm_;
    bridge::Bridge bridge_;
    SimulatedGpio gpio_;
    ChipInputs inputs_;
    vm::Session session_;
    runtime::HardwareCore core_;
};

} // namespace firmware::ports::mps2_an521
