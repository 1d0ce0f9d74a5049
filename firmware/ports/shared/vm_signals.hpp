// SPDX-License-Identifier: Apache-2.0
// The two signals that take the VM's thread out of code that would not end, or could not go on.
#pragma once

#include "firmware/vm/cut.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <span>

#include <signal.h>

namespace firmware::ports {

/// On the VM's thread, around a program's `run`: a timer's signal ends overdue lives, and a fault in the guard below
/// the stack becomes an exception or a fresh VM (firmware/vm/cut.hpp says why that is sound). Any other fault goes to
/// whoever handled faults before, the sanitizer or the system. x86-64 and aarch64.
class VmSignals final : public vm::Cutter {
public:
    /// All three are of the thread that will call `enter`, and outlive this: the inaccessible memory below the stack,
    /// the stack, and at least 64 KiB for handlers to run on.
    struct Memory {
        std::span<std::uint8_t> guard;
        std::span<std::uint8_t> stack;
        std::span<std::uint8_t> handlers;
    };

    VmSignals() = default;
    ~VmSignals();
    VmSignals(const VmSignals&) = delete;
    VmSignals& operator=(const VmSignals&) = delete;

    /// On the VM's thread, once before MicroPython runs, and once after.
    void enter(const Memory& memory) noexcept;
    void leave() noexcept;

    void arm() noexcept override;

private:
    static void on_timer(int signal, siginfo_t* info, void* context);
    static void on_fault(int signal, siginfo_t* info, void* context);
    static void install_handlers() noexcept;
    void disarm_if_unwanted() noexcept;

    Memory memory_;
    stack_t handlers_before_{};
    timer_t timer_{};
    std::atomic<bool> ready_{false}; ///< there is a timer
    std::atomic<bool> armed_{false};
};

} // namespace firmware::ports
