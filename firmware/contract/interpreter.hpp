// SPDX-License-Identifier: Apache-2.0
// What the hardware core may ask of the VM core beside the bridge: its life and its death.
#pragma once

#include <cstdint>

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

    /// Ends whatever Python does, also code that swallows exceptions, and starts a fresh VM. Takes effect within
    /// 1 s unless native code hangs.
    virtual void abort() noexcept = 0;

    /// Counts up while the VM makes progress; a watchdog compares two readings.
    virtual std::uint32_t heartbeat() const noexcept = 0;

protected:
    ~Interpreter() = default;
};

} // namespace firmware::contract
