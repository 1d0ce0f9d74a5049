// SPDX-License-Identifier: Apache-2.0
// A virtual board: the firmware as a Linux process, with simulated pins and a file for flash.
#pragma once

#include "base/result.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/ports/posix/board_folder.hpp"
#include "firmware/ports/posix/clock.hpp"
#include "firmware/ports/posix/control_socket.hpp"
#include "firmware/ports/posix/machine_inputs.hpp"
#include "firmware/ports/posix/pty_console.hpp"
#include "firmware/ports/posix/signals.hpp"
#include "firmware/ports/shared/panel.hpp"
#include "firmware/ports/shared/program.hpp"
#include "firmware/ports/shared/simulated_gpio.hpp"
#include "firmware/ports/shared/virtual_face.hpp"
#include "firmware/ports/shared/virtual_sensor.hpp"
#include "firmware/ports/shared/vm_thread.hpp"
#include "firmware/runtime/hardware_core.hpp"

#include <atomic>
#include <memory>
#include <string>

namespace firmware::ports::posix {

/// How a thread waits: first awake, then asleep.
inline constexpr base::Micros spin_default = 50;

/// The hardware thread is the one that calls `run`. Only `stop` may be called from elsewhere, signal handlers included.
class Board final : private Panel::Board {
public:
    /// `profile`, `folder`, `storage` and `clock` outlive this, as does what `face` and `sensor` refer to; a board with
    /// a screen needs its settings, one with a sensor what that keeps. The board is not started yet.
    Board(const boards::Profile& profile, const BoardFolder& folder, contract::Storage& storage, UptimeClock& clock,
          const runtime::Identity& identity, const ProgramFactory& program, base::Micros spin = spin_default,
          const FaceSetup& face = {}, const SensorSetup& sensor = {});
    Board(const Board&) = delete;
    Board& operator=(const Board&) = delete;

    /// Opens `uart0` and `control.sock` in the folder. Errors: `io`, `invalid_argument`.
    base::Result<> open();

    /// Boots, and runs until `stop`. False when the VM's thread is stuck and was left behind: then only `_exit` is
    /// safe.
    bool run() noexcept;

    void stop() noexcept;

private:
    void kill_vm() noexcept override { inputs_.kill(); }
    void quit() noexcept override { stop(); }

    Panel::Parts panel_parts(const boards::Profile& profile) noexcept;
    void serve_until_stopped() noexcept;
    void wait() noexcept;
    base::Micros next_deadline() const noexcept;
    bool poll(int timeout_ms) noexcept;

    const BoardFolder& folder_;
    UptimeClock& clock_;
    base::Micros spin_;
    SimulatedGpio gpio_;
    PtyConsole console_;
    FutexSignal wake_vm_;
    PollSignal wake_hardware_;
    bridge::Bridge bridge_;
    MachineInputs inputs_;
    std::unique_ptr<Program> program_;
    std::string uid_;
    std::unique_ptr<VirtualFace> face_;     ///< null on a board without a screen
    std::unique_ptr<VirtualSensor> sensor_; ///< as above
    runtime::HardwareCore core_;
    Panel panel_;
    ControlSocket control_;
    VmThread vm_;
    Fd epoll_;
    Fd timer_;
    bool polls_for_room_ = false;
    std::atomic<bool> stopping_{false};
};

} // namespace firmware::ports::posix
