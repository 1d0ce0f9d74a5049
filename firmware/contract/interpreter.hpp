// SPDX-License-Identifier: Apache-2.0
// What the hardware core may ask of the VM core beside the bridge: its life and its death.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string_view>

namespace firmware::contract {

enum class VmState : std::uint8_t {
    off,      ///< not started, or ended for good
    starting, ///< a fresh VM is being set up
    app,      ///< runs the app
    repl,     ///< at the prompt, or runs what was typed there
};

/// The VM as seen from the hardware core. Every call is safe from the hardware core at any time and returns at once.
class Interpreter {
public:
    virtual VmState state() const noexcept = 0;

    /// Ctrl-C: raises KeyboardInterrupt in the running Python; at the prompt, and while the console is in a raw
    /// mode that wants the byte itself, nothing. Returns false when the byte is to be delivered as data.
    virtual bool interrupt() noexcept = 0;

    /// Ends whatever Python does, also code that swallows exceptions, and starts a fresh VM: the app that ran begins
    /// again, else the board's own. Takes effect within 1 s, in long native calls too where the port can interrupt the
    /// VM core (firmware/vm/cut.hpp).
    virtual void abort() noexcept = 0;

    /// Counts up while the VM makes progress; a watchdog compares two readings.
    virtual std::uint32_t heartbeat() const noexcept = 0;

    /// Ends what runs at the prompt and starts `/pyapps/<app>/app.py` in a fresh VM. The person at the board wins over
    /// a tool that holds the raw prompt: the tool sees a soft reboot, and a file it was writing is left as after a
    /// power cut. Errors: `invalid_argument` for a name that is empty, longer than 32 bytes, or has anything but
    /// letters, digits, `_` and `-`; `busy` while an app runs or is about to; `invalid_state` while the VM is off.
    virtual base::Result<> load_app(std::string_view app) noexcept = 0;

    /// Ends the app as `abort` does, and leaves a fresh VM at the prompt. Without an app nothing happens; one that was
    /// loaded and has not begun never does.
    virtual void stop_app() noexcept = 0;

    /// True from a successful `load_app`, or the start of the board's own app, to the app's end.
    virtual bool is_running() const noexcept = 0;

protected:
    ~Interpreter() = default;
};

} // namespace firmware::contract
