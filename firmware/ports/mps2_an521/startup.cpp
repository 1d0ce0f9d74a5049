// SPDX-License-Identifier: Apache-2.0
// From reset to C++ on both CPUs: vectors, stacks with their guards, memory, static objects.
#include "firmware/ports/mps2_an521/startup.hpp"

#include "firmware/ports/mps2_an521/cpu.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

extern "C" {
// The linker script's.
extern std::uint32_t data, data_end, data_image, bss, bss_end;
extern char stack_cpu0, stack_cpu1;
extern void (*init_array[])();
extern void (*init_array_end[])();

[[noreturn]] void reset_cpu0();
[[noreturn]] void reset_cpu1();
[[noreturn]] void start_cpu0();
}

namespace firmware::ports::mps2_an521 {
namespace {

/// An entry of the vector table: the first is where the stack begins, the others are code.
union Vector {
    const void* stack;
    void (*handler)();
};

using Vectors = std::array<Vector, exceptions + interrupt::count>;

constexpr unsigned reset = 1, hard_fault = 3, usage_fault = 6, systick = 15;

/// The end of a sleep: waking was all of it.
void nothing() {}

constexpr Vectors vectors(const void* stack, void (*start)()) {
    Vectors table{};
    for (Vector& each : table) each.handler = unexpected_interrupt;
    table[0].stack = stack;
    table[reset].handler = start;
    table[systick].handler = nothing;
    return table;
}

constexpr Vectors vectors_of_cpu0() {
    Vectors table = vectors(&stack_cpu0, reset_cpu0);
    table[exceptions + interrupt::doorbell0].handler = hardware_doorbell;
    for (unsigned i = 0; i < 2 * uart::count; ++i) table[exceptions + interrupt::uarts + i].handler = uart_interrupt;
    return table;
}

constexpr Vectors vectors_of_cpu1() {
    Vectors table = vectors(&stack_cpu1, reset_cpu1);
    table[hard_fault].handler = vm_fault;
    table[usage_fault].handler = vm_fault;
    table[exceptions + interrupt::doorbell0].handler = vm_doorbell;
    table[exceptions + interrupt::doorbell1].handler = vm_cut;
    return table;
}

[[gnu::section(".vectors_cpu0"), gnu::used]] constinit const Vectors cpu0 = vectors_of_cpu0();
[[gnu::section(".vectors_cpu1"), gnu::used]] constinit const Vectors cpu1 = vectors_of_cpu1();

} // namespace

void start_vm_cpu() noexcept {
    reg(system_control::vectors_of_cpu1) = reinterpret_cast<std::uintptr_t>(&cpu1);
    asm volatile("dsb" ::: "memory");
    reg(system_control::cpu_wait) = reg(system_control::cpu_wait) & ~2U;
}

} // namespace firmware::ports::mps2_an521

extern "C" {

// Both set the limits of their stacks before anything is on them: beyond a limit is a fault, never another's memory.

[[gnu::naked]] void reset_cpu0() {
    asm volatile("ldr r0, =stack_cpu0_limit\n"
                 "msr msplim, r0\n"
                 "b start_cpu0\n"
                 ".ltorg");
}

[[gnu::naked]] void reset_cpu1() {
    asm volatile("ldr r0, =stack_cpu1_limit\n"
                 "msr msplim, r0\n"
                 "ldr r0, =vm_stack\n"
                 "msr psp, r0\n"
                 "ldr r0, =vm_stack_limit\n"
                 "msr psplim, r0\n"
                 "movs r0, #2\n" // threads use the second stack pointer, handlers the first
                 "msr control, r0\n"
                 "isb\n"
                 "b run_vm_cpu\n"
                 ".ltorg");
}

void start_cpu0() {
    std::copy(&data_image, &data_image + (&data_end - &data), &data);
    std::fill(&bss, &bss_end, 0U);
    std::for_each(init_array, init_array_end, [](void (*construct)()) { construct(); });
    firmware::ports::mps2_an521::run_hardware_cpu();
}

} // extern "C"
