// SPDX-License-Identifier: Apache-2.0
// A handler never does the work itself: it lets the thread go on elsewhere, and returns.
#include "firmware/ports/shared/vm_signals.hpp"

#include "base/expect.hpp"

#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>

#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace firmware::ports {

namespace {

/// Set on the VM's thread alone: on every other one a signal is somebody else's.
thread_local VmSignals* here = nullptr;

struct sigaction faults_before;

int cut_signal() noexcept { return SIGRTMIN + 3; }

[[noreturn]] void go_on_in_cut() {
#if defined(__x86_64__)
    asm volatile("fninit"); // what was computed may have left numbers in the x87 unit
#endif
    vm::cut();
}

[[noreturn]] void go_on_in_overflow() {
#if defined(__x86_64__)
    asm volatile("fninit");
#endif
    vm::overflow();
}

std::uintptr_t stack_pointer(const ucontext_t& context) noexcept {
#if defined(__x86_64__)
    return static_cast<std::uintptr_t>(context.uc_mcontext.gregs[REG_RSP]);
#elif defined(__aarch64__)
    return context.uc_mcontext.sp;
#else
#error "say here how a context's stack pointer is read"
#endif
}

/// Both 0: never.
void set_timer(timer_t timer, base::Micros first, base::Micros period) noexcept {
    const auto time_of = [](base::Micros length) {
        return timespec{static_cast<time_t>(length / 1'000'000), static_cast<long>(length % 1'000'000 * 1000)};
    };
    const itimerspec times{time_of(period), time_of(first)};
    const int before = errno; // a handler leaves it as it was
    ::timer_settime(timer, 0, &times, nullptr);
    errno = before;
}

/// Lets the context go on at the beginning of `function`, with the stack as a call would leave it.
void redirect(ucontext_t& context, void (*function)(), std::uintptr_t stack) noexcept {
    stack &= ~std::uintptr_t{15};
#if defined(__x86_64__)
    constexpr greg_t direction_flag = 0x400;
    auto& registers = context.uc_mcontext.gregs;
    registers[REG_RSP] = static_cast<greg_t>(stack - 8); // the place of the return address
    registers[REG_RIP] = reinterpret_cast<greg_t>(function);
    registers[REG_EFL] &= ~direction_flag; // set inside some copies
#elif defined(__aarch64__)
    context.uc_mcontext.sp = stack;
    context.uc_mcontext.pc = reinterpret_cast<std::uintptr_t>(function);
#endif
}

std::uintptr_t begin_of(std::span<std::uint8_t> memory) noexcept {
    return reinterpret_cast<std::uintptr_t>(memory.data());
}

bool contains(std::span<std::uint8_t> memory, std::uintptr_t address) noexcept {
    return address >= begin_of(memory) && address - begin_of(memory) < memory.size();
}

} // namespace

VmSignals::~VmSignals() {
    if (ready_) ::timer_delete(timer_);
}

void VmSignals::enter(const Memory& memory) noexcept {
    static std::once_flag installed;
    std::call_once(installed, install_handlers);
    memory_ = memory;
    stack_t handlers{};
    handlers.ss_sp = memory.handlers.data();
    handlers.ss_size = memory.handlers.size();
    expect(::sigaltstack(&handlers, &handlers_before_) == 0);
    sigevent event{};
    event.sigev_notify = SIGEV_THREAD_ID;
    event.sigev_signo = cut_signal();
    event.sigev_notify_thread_id = static_cast<pid_t>(::syscall(SYS_gettid));
    expect(::timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0);
    here = this;
    ready_ = true;
    // A fault whose signal is blocked ends the process, whoever handles it.
    sigset_t ours;
    ::sigemptyset(&ours);
    for (const int signal : {cut_signal(), SIGSEGV, SIGBUS, SIGFPE, SIGILL}) ::sigaddset(&ours, signal);
    ::pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
}

void VmSignals::leave() noexcept {
    here = nullptr;
    set_timer(timer_, 0, 0);
    // The sanitizer takes back the stack that was there before.
    ::sigaltstack(&handlers_before_, nullptr);
}

void VmSignals::install_handlers() noexcept {
    struct sigaction action {};
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
    ::sigfillset(&action.sa_mask);
    action.sa_sigaction = on_timer;
    expect(::sigaction(cut_signal(), &action, nullptr) == 0);
    action.sa_sigaction = on_fault;
    ::sigemptyset(&action.sa_mask);
    expect(::sigaction(SIGSEGV, &action, &faults_before) == 0);
}

void VmSignals::arm() noexcept {
    if (ready_ && !armed_.exchange(true)) set_timer(timer_, vm::cut_grace, vm::cut_period);
}

void VmSignals::disarm_if_unwanted() noexcept {
    set_timer(timer_, 0, 0);
    armed_ = false;
    if (vm::cut_is_wanted()) arm(); // called for in between
}

void VmSignals::on_timer(int, siginfo_t*, void* context) {
    if (here == nullptr) return;
    if (!vm::cut_is_wanted()) return here->disarm_if_unwanted();
    if (!vm::cut_is_allowed()) return;
    constexpr std::uintptr_t red_zone = 128; // below its stack pointer a leaf function may keep what it works with
    auto& interrupted = *static_cast<ucontext_t*>(context);
    redirect(interrupted, go_on_in_cut, stack_pointer(interrupted) - red_zone);
}

void VmSignals::on_fault(int, siginfo_t* info, void* context) {
    const bool overflow = here != nullptr && info->si_code > 0 &&
                          contains(here->memory_.guard, reinterpret_cast<std::uintptr_t>(info->si_addr));
    if (!overflow || !vm::cut_is_allowed()) {
        ::sigaction(SIGSEGV, &faults_before, nullptr); // the same instruction faults again, and they hear of it
        return;
    }
    redirect(*static_cast<ucontext_t*>(context), go_on_in_overflow, begin_of(here->memory_.stack) + vm::stack_spare);
}

} // namespace firmware::ports
