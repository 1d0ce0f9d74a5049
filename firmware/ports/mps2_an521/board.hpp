// SPDX-License-Identifier: Apache-2.0
// Everything that the hardware core's CPU owns, and its loop.
#pragma once

#include "firmware/boards/profile.hpp"
#include "firmware/ports/mps2_an521/clock.hpp"
#include "firmware/ports/mps2_an521/panel_link.hpp"
#include "firmware/ports/mps2_an521/registers.hpp"
#include "firmware/ports/mps2_an521/signals.hpp"
#include "firmware/ports/mps2_an521/uart.hpp"
#include "firmware/ports/mps2_an521/vm_cpu.hpp"
#include "firmware/ports/shared/panel.hpp"
#include "firmware/ports/shared/simulated_face.hpp"
#include "firmware/ports/shared/simulated_gpio.hpp"
#include "firmware/runtime/badge_face.hpp"
#include "firmware/runtime/hardware_core.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

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
    std::span<contract::Color> frames;       ///< `Screen::memory_pixels` of them
    std::span<contract::Color> panel_frames; ///< a screen's worth for each of the panel's lines
};

/// The one board. `run` on CPU 0.
class Board final : private Panel::Board {
public:
    /// As many clients the panel has: a serial port for each.
    static constexpr unsigned panel_lines = uart::count - 1;

    /// `clock` runs. All arguments outlive the board.
    Board(const boards::Profile& profile, Clock& clock, const Memory& memory, const Birthmark& mark) noexcept;
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    [[noreturn]] void run() noexcept;

    /// From the interrupt of a serial port: 0 and 1 the console's, the rest the panel's; the even ones have received.
    void port_interrupt(unsigned number) noexcept;

private:
    struct PanelLine {
        PanelLine(Board& board, unsigned number, std::span<contract::Color> frame) noexcept;
        Uart port;
        PanelLink link;
    };

    /// How long the hardware core kept something waiting.
    class Lateness {
    public:
        /// A step that was due at `due`, or at `woke` if that came first, was over at `done`.
        void note(base::Micros due, base::Micros woke, base::Micros done) noexcept {
            longest_ = std::max(longest_, done - std::min(due, woke));
        }
        base::Micros take() noexcept { return std::exchange(longest_, 0); }

    private:
        base::Micros longest_ = 0;
    };

    void kill_vm() noexcept override { inputs_.kill(); }
    void quit() noexcept override { quitting_ = true; }
    std::optional<base::Micros> take_longest_step() noexcept override { return lateness_.take(); }

    void step() noexcept;
    bool panel_wants_step() const noexcept;

    base::Micros next_deadline() const noexcept;

    Clock& clock_;
    WakeSignal wake_hardware_;
    WakeSignal wake_vm_;
    Uart console_;
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
    std::array<PanelLine, panel_lines> lines_;
    Lateness lateness_;
    bool quitting_ = false; ///< resets when the panel has its answer
};

} // namespace firmware::ports::mps2_an521
