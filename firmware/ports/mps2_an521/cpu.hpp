// SPDX-License-Identifier: Apache-2.0
// The few instructions that C++ has no words for.
#pragma once

#include "firmware/ports/mps2_an521/registers.hpp"

#include <cstdint>

namespace firmware::ports::mps2_an521 {

/// The processor's own; the NVIC's interrupts are numbered after them.
inline constexpr unsigned exceptions = 16;

/// While one lives, no interrupt is taken; `wait_for_interrupt` still wakes.
class InterruptsHeld {
public:
    InterruptsHeld() noexcept { asm volatile("cpsid i" ::: "memory"); }
    InterruptsHeld(const InterruptsHeld&) = delete;
    InterruptsHeld& operator=(const InterruptsHeld&) = delete;
    ~InterruptsHeld() { asm volatile("cpsie i" ::: "memory"); }
};

/// Sleeps until an interrupt is pending. WFE would do with one instruction less, but an emulator need not sleep there.
inline void wait_for_interrupt() noexcept { asm volatile("dsb\n wfi" ::: "memory"); }

/// By the processor's number; 0 outside of any.
inline unsigned active_exception() noexcept {
    unsigned number = 0;
    asm volatile("mrs %0, ipsr" : "=r"(number));
    return number;
}

inline void enable_interrupt(unsigned number) noexcept {
    reg(core::nvic_enable + number / 32 * 4) = 1U << (number % 32);
}

inline void disable_interrupt(unsigned number) noexcept {
    reg(core::nvic_disable + number / 32 * 4) = 1U << (number % 32);
}

[[noreturn]] inline void reset_chip() noexcept {
    asm volatile("dsb" ::: "memory");
    reg(core::reset_control) = core::reset_request;
    while (true) asm volatile("dsb" ::: "memory");
}

} // namespace firmware::ports::mps2_an521
