// SPDX-License-Identifier: Apache-2.0
// CPU 1. Python's code can be ended at any instruction, because it holds no lock and owns nothing but its heap, which
// the next VM begins anew; a write to flash that is cut short is one that a loss of power would have cut.
#include "firmware/ports/mps2_an521/vm_cpu.hpp"

#include "base/expect.hpp"
#include "firmware/ports/mps2_an521/cpu.hpp"
#include "firmware/ports/mps2_an521/startup.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <algorithm>
#include <array>

extern "C" {
// The linker script's: where MicroPython's code is.
extern const char micropython_text, micropython_text_end;
}

namespace firmware::ports::mps2_an521 {
namespace {

constexpr std::uint32_t heap_bytes_max = 128 * 1024;
alignas(16) std::array<std::uint8_t, heap_bytes_max> heap;
vm::Session* session = nullptr;

/// What the processor puts on the stack when it takes an exception, and takes back after it.
struct ExceptionFrame {
    std::uint32_t r0, r1, r2, r3, r12, lr, pc, status;
};

constexpr std::uint32_t thumb_state = 1U << 24U;
/// Below the frames that are given up, and clear of the limit.
constexpr std::uintptr_t reserve_bytes = 1024;

ExceptionFrame* interrupted() noexcept {
    ExceptionFrame* frame = nullptr;
    asm volatile("mrs %0, psp" : "=r"(frame));
    return frame;
}

bool in_python(std::uint32_t pc) noexcept {
    return pc >= reinterpret_cast<std::uintptr_t>(&micropython_text) &&
           pc < reinterpret_cast<std::uintptr_t>(&micropython_text_end);
}

/// After this exception the VM goes on in `nlr_jump_abort`, on a stack of which only the outer frames still count.
void redirect_to_abort() noexcept {
    std::uintptr_t limit = 0;
    asm volatile("mrs %0, psplim" : "=r"(limit));
    const auto where = reinterpret_cast<std::uintptr_t>(interrupted());
    const std::uintptr_t stack = std::max(where, limit + reserve_bytes) & ~std::uintptr_t{7};
    auto* const frame = reinterpret_cast<ExceptionFrame*>(stack);
    *frame = {};
    frame->pc = reinterpret_cast<std::uintptr_t>(nlr_jump_abort) & ~std::uintptr_t{1};
    frame->status = thumb_state;
    asm volatile("msr psp, %0" ::"r"(frame) : "memory");
}

/// Between two lives there is no VM to end.
bool alive() noexcept { return MP_STATE_VM(nlr_abort) != nullptr; }

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
    while (killed_.load(std::memory_order_relaxed)) wait_for_interrupt();
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

void set_session(vm::Session& running) noexcept { session = &running; }

void cut_off_vm() noexcept { reg(doorbell::unit1 + doorbell::cpu1 + doorbell::set) = 1; }

extern "C" void run_vm_cpu() noexcept {
    reg(core::handler_control) = reg(core::handler_control) | core::usage_fault_enable;
    enable_interrupt(interrupt::doorbell0);
    enable_interrupt(interrupt::doorbell1);
    while (true) session->run();
}

void vm_doorbell() { answer_doorbell(Cpu::vm); }

void vm_cut() {
    reg(doorbell::unit1 + doorbell::cpu1 + doorbell::clear) = 1;
    if (alive() && in_python(interrupted()->pc)) redirect_to_abort();
}

void vm_fault() {
    if (!alive() || (reg(core::fault_status) & core::stack_overflow) == 0) return unexpected_interrupt();
    reg(core::fault_status) = core::stack_overflow;
    redirect_to_abort();
}

} // namespace firmware::ports::mps2_an521
