// SPDX-License-Identifier: Apache-2.0
// CPU 1. Python's code can be ended at any instruction, because it holds no lock and owns nothing but its heap, which
// the next VM begins anew; a write to flash that is cut short is one that a loss of power would have cut.
#include "firmware/ports/mps2_an521/vm_cpu.hpp"

#include "base/expect.hpp"
#include "firmware/ports/mps2_an521/cpu.hpp"
#include "firmware/ports/mps2_an521/startup.hpp"

#include <algorithm>
#include <array>

namespace firmware::ports::mps2_an521 {
namespace {

constexpr std::uint32_t heap_bytes_max = 128 * 1024;
alignas(16) std::array<std::uint8_t, heap_bytes_max> heap;
vm::Session* session = nullptr;
CutBell* cut_bell = nullptr;

/// What the processor puts on the stack when it takes an exception, and takes back after it.
struct ExceptionFrame {
    std::uint32_t r0, r1, r2, r3, r12, lr, pc, status;
};

constexpr std::uint32_t thumb_state = 1U << 24U;

/// After this exception the VM core goes on in `where`, below the frame that it was in and at least `spare` bytes above
/// the end of its stack.
void go_on_in(void (*where)(), std::size_t spare) noexcept {
    std::uintptr_t stack = 0;
    std::uintptr_t limit = 0;
    asm volatile("mrs %0, psp\n mrs %1, psplim" : "=&r"(stack), "=r"(limit));
    auto* const frame = reinterpret_cast<ExceptionFrame*>(std::max(stack, limit + spare) & ~std::uintptr_t{7});
    *frame = {};
    frame->pc = reinterpret_cast<std::uintptr_t>(where) & ~std::uintptr_t{1};
    frame->status = thumb_state;
    asm volatile("msr psp, %0" ::"r"(frame) : "memory");
}

} // namespace

void ChipInputs::wait_until(base::Micros deadline) noexcept {
    park_if_killed();
    bridge_.vm_waits = true;
    wake_.wait_until(deadline);
    bridge_.vm_waits = false;
    park_if_killed();
}

void ChipInputs::kill() noexcept {
    killed_ = true;
    wake_.notify();
}

void ChipInputs::park_if_killed() const noexcept {
    if (!killed_.load(std::memory_order_relaxed)) return;
    disable_interrupt(interrupt::doorbell0);
    disable_interrupt(interrupt::doorbell1); // what has stopped dead can't be cut
    while (true) wait_for_interrupt();
}

/// SplitMix64; the seed comes from outside.
std::uint32_t ChipInputs::random() noexcept {
    random_ += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = random_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
    return static_cast<std::uint32_t>(mixed >> 32U);
}

vm::Config vm_config(const boards::Profile& profile, std::string_view app, std::string_view uid) noexcept {
    expect(profile.heap_bytes <= heap.size());
    return {std::span(heap).first(profile.heap_bytes), profile.stack_bytes, app, uid};
}

void CutBell::arm() noexcept {
    if (!armed_.exchange(true)) wake_hardware_.notify();
}

void CutBell::step(base::Micros now) noexcept {
    if (!armed_.load()) {
        due_ = base::never;
    } else if (due_ == base::never) {
        due_ = now + vm::cut_grace;
    } else if (now >= due_) {
        due_ = now + vm::cut_period;
        reg(doorbell::unit1 + doorbell::cpu1 + doorbell::set) = 1;
    }
}

base::Micros CutBell::deadline() const noexcept {
    return due_ == base::never && armed_.load() ? 0 : due_; // a life that has just been called to its end
}

void CutBell::rung() noexcept {
    reg(doorbell::unit1 + doorbell::cpu1 + doorbell::clear) = 1;
    armed_.store(false); // first: who arms it from here on is not forgotten
    if (!vm::cut_is_wanted()) return;
    armed_.store(true);
    if (vm::cut_is_allowed()) go_on_in(vm::cut, 0);
}

void set_session(vm::Session& running, CutBell& bell) noexcept {
    session = &running;
    cut_bell = &bell;
    running.use(bell);
}

extern "C" void run_vm_cpu() noexcept {
    reg(core::handler_control) = reg(core::handler_control) | core::usage_fault_enable;
    enable_interrupt(interrupt::doorbell0);
    enable_interrupt(interrupt::doorbell1);
    while (true) session->run();
}

void vm_doorbell() { answer_doorbell(Cpu::vm); }

void vm_cut() { cut_bell->rung(); }

void vm_fault() {
    if ((reg(core::fault_status) & core::stack_overflow) == 0 || !vm::cut_is_allowed()) return unexpected_interrupt();
    reg(core::fault_status) = core::stack_overflow;
    go_on_in(vm::overflow, vm::stack_spare);
}

} // namespace firmware::ports::mps2_an521
