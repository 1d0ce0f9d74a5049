// SPDX-License-Identifier: Apache-2.0
// Where things are on Arm's MPS2+ board with the AN521 image (application note 521) and on its SSE-200 subsystem.
#pragma once

#include <cstdint>

namespace firmware::ports::mps2_an521 {

/// A register; each access is one load or store.
inline volatile std::uint32_t& reg(std::uintptr_t address) noexcept {
    return *reinterpret_cast<volatile std::uint32_t*>(address);
}

/// The processors' and most peripherals' clock.
inline constexpr std::uint32_t clock_hz = 20'000'000;

// All addresses are the secure ones: nothing here is given to the non-secure state.

namespace uart { // CMSDK APB UART, relative to its base
inline constexpr std::uintptr_t uart0 = 0x50200000;
inline constexpr std::uintptr_t next = 0x1000; ///< from one to the next
inline constexpr unsigned count = 5;
inline constexpr std::uintptr_t data = 0x00;
inline constexpr std::uintptr_t state = 0x04; ///< bit 0: no room to send, bit 1: a byte has come
inline constexpr std::uintptr_t control = 0x08;
inline constexpr std::uintptr_t interrupts = 0x0C; ///< bit 0: sent, bit 1: received; 1 clears
inline constexpr std::uintptr_t divider = 0x10;
inline constexpr std::uint32_t tx_full = 1;
inline constexpr std::uint32_t rx_full = 2;
inline constexpr std::uint32_t tx_enable = 1;
inline constexpr std::uint32_t rx_enable = 2;
inline constexpr std::uint32_t tx_interrupt = 4;
inline constexpr std::uint32_t rx_interrupt = 8;
} // namespace uart

namespace fpga_io {
inline constexpr std::uintptr_t counter = 0x50302018;
inline constexpr std::uintptr_t prescale = 0x5030201C;
} // namespace fpga_io

namespace system_control {                                    // SSE-200
inline constexpr std::uintptr_t vectors_of_cpu1 = 0x50021114; ///< INITSVTOR1
inline constexpr std::uintptr_t cpu_wait = 0x50021118;        ///< CPUWAIT: bit n holds CPU n
} // namespace system_control

/// Message handling unit: a doorbell in each direction. Set and clear are registers of bits; CPU 1's are 0x10 on.
namespace doorbell {
inline constexpr std::uintptr_t unit0 = 0x50003000; ///< wakes a core that waits
inline constexpr std::uintptr_t unit1 = 0x50004000; ///< cuts Python off
inline constexpr std::uintptr_t set = 0x04;
inline constexpr std::uintptr_t clear = 0x08;
inline constexpr std::uintptr_t cpu1 = 0x10;
} // namespace doorbell

namespace interrupt { // by number at the NVIC
inline constexpr unsigned doorbell0 = 6;
inline constexpr unsigned doorbell1 = 7;
inline constexpr unsigned uarts = 32; ///< received, sent; received, sent; and so on
inline constexpr unsigned count = 96;
} // namespace interrupt

namespace core { // Armv8-M, each CPU its own
inline constexpr std::uintptr_t systick_control = 0xE000E010;
inline constexpr std::uintptr_t systick_reload = 0xE000E014;
inline constexpr std::uintptr_t systick_value = 0xE000E018;
inline constexpr std::uintptr_t nvic_enable = 0xE000E100;
inline constexpr std::uintptr_t nvic_disable = 0xE000E180;
inline constexpr std::uintptr_t reset_control = 0xE000ED0C;    ///< AIRCR
inline constexpr std::uintptr_t handler_control = 0xE000ED24;  ///< SHCSR
inline constexpr std::uintptr_t fault_status = 0xE000ED28;     ///< CFSR
inline constexpr std::uint32_t reset_request = 0x05FA0004;     ///< with the key that AIRCR wants
inline constexpr std::uint32_t usage_fault_enable = 1U << 18U; ///< in SHCSR
inline constexpr std::uint32_t stack_overflow = 1U << 20U;     ///< in CFSR: STKOF
} // namespace core

} // namespace firmware::ports::mps2_an521
