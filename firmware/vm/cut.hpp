// SPDX-License-Identifier: Apache-2.0
// The end of code that never comes back to Python by itself: a long native call, or a stack that is used up.
#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <cstdint>

namespace firmware::vm {

// The hook in MicroPython's loop ends all that is written in Python. What it can't reach is one native call that takes
// for ever (`sum(range(10**9))`, a catastrophic regular expression). So a port interrupts the VM core while the end of
// a life is overdue, and lets the interrupted context go on in `cut` instead of where it was: all of MicroPython's
// frames are left behind and a fresh VM follows, as after an abort in the hook.
//
// Leaving code behind at any instruction is sound here, and only here, because
// - the VM core never allocates from the system and takes no lock that another thread takes: all that MicroPython holds
//   lies in the VM's heap and in its global state, and the next life sets up both from nothing;
// - a queue's element counts only when its index is published, the last step of a push or pop;
// - what must not be torn is done while an `Away` lives: waking the other core, waiting, and flash. A file that was
//   being written is left between two operations on the flash, as by a power cut, which LittleFS survives.
// - a module's own variables that must agree with each other are forgotten when a life begins (`forget_pins`).

/// How long an abort may be overdue before the first interrupt, and how long one interrupt after another comes.
inline constexpr base::Micros cut_grace = base::from_ms(200);
inline constexpr base::Micros cut_period = base::from_ms(50);

/// What a port has to interrupt the VM core with.
class Cutter {
public:
    /// Any thread, signal handlers and interrupts included: interrupts the VM core after `cut_grace` and every
    /// `cut_period` from then on, until an interrupt finds that `cut_is_wanted` is false. Nothing when it is armed
    /// already.
    virtual void arm() noexcept = 0;

protected:
    ~Cutter() = default;
};

/// In the interrupt, on the VM core: whether the end of this life is still due. False: no more interrupts are needed.
bool cut_is_wanted() noexcept;

/// In the interrupt: whether the interrupted code may be left where it is; if not, the next interrupt asks again.
bool cut_is_allowed() noexcept;

/// Where the interrupted context goes on, on the VM core's own stack, when both are true.
[[noreturn]] void cut() noexcept;

/// Where it goes on after a fault at the end of the VM core's stack, when `cut_is_allowed`: `stack_spare` bytes above
/// that end, over frames that are left anyway. In MicroPython's own recursion (hash, ==, re, the compiler) this is a
/// RuntimeError like any other; while memory is being collected, which can't be left like that, the crash of the app
/// and a fresh VM.
[[noreturn]] void overflow() noexcept;

/// What raising a RuntimeError takes, a collection of the heap included; on a host sanitizers pad it.
inline constexpr std::size_t stack_spare = std::size_t{sizeof(void*) == 4 ? 3 : 32} * 1024;

} // namespace firmware::vm
