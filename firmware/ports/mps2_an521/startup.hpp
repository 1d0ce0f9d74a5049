// SPDX-License-Identifier: Apache-2.0
// What startup calls, and the interrupts that it puts into the vector tables.
#pragma once

namespace firmware::ports::mps2_an521 {

/// The life of each CPU.
[[noreturn]] void run_hardware_cpu() noexcept;
extern "C" [[noreturn]] void run_vm_cpu() noexcept;

/// Lets CPU 1 go; it comes to `run_vm_cpu`. On the hardware core, once.
void start_vm_cpu() noexcept;

/// A fault of the firmware itself, or an interrupt that nobody asked for: says so and resets.
void unexpected_interrupt();

// On the hardware core's CPU.
void hardware_doorbell();
void uart_interrupt();

// On the VM's CPU.
void vm_doorbell();
void vm_cut();
void vm_fault();

} // namespace firmware::ports::mps2_an521
