// SPDX-License-Identifier: Apache-2.0
// Threads by hand, for the sake of their stacks.
#include "firmware/ports/shared/vm_thread.hpp"

#include "base/expect.hpp"

#include <csignal>
#include <ctime>

#include <sys/mman.h>

namespace firmware::ports {

namespace {

constexpr std::size_t page_bytes = 4096;
/// No function's frame is so large that it could step over this.
constexpr std::size_t guard_bytes = 64 * 1024;
constexpr std::size_t handler_bytes = 64 * 1024;

} // namespace

VmThread::~VmThread() {
    if (!running_) release();
}

void VmThread::release() noexcept {
    signals_.reset();
    if (mapped_ != nullptr) ::munmap(mapped_, mapped_bytes_);
    mapped_ = nullptr;
}

void* VmThread::run_on_thread(void* self_in) {
    auto& self = *static_cast<VmThread*>(self_in);
    self.signals_->enter(self.memory_);
    self.program_->run();
    self.signals_->leave();
    return nullptr;
}

void VmThread::start(Program& program) noexcept {
    if (running_) return;
    const std::size_t stack_bytes = (program.stack_bytes() + page_bytes - 1) / page_bytes * page_bytes;
    mapped_bytes_ = guard_bytes + stack_bytes + page_bytes + handler_bytes;
    mapped_ = ::mmap(nullptr, mapped_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    expect(mapped_ != MAP_FAILED);
    const std::span all(static_cast<std::uint8_t*>(mapped_), mapped_bytes_);
    memory_ = {all.first(guard_bytes), all.subspan(guard_bytes, stack_bytes), all.last(handler_bytes)};
    for (const auto usable : {memory_.stack, memory_.handlers}) {
        expect(::mprotect(usable.data(), usable.size(), PROT_READ | PROT_WRITE) == 0);
    }
    program_ = &program;
    program.use(signals_.emplace());
    pthread_attr_t attributes;
    expect(::pthread_attr_init(&attributes) == 0);
    expect(::pthread_attr_setstack(&attributes, memory_.stack.data(), memory_.stack.size()) == 0);
    // Signals from outside belong to the hardware thread, which knows how to end the board.
    sigset_t all_signals;
    sigset_t before;
    ::sigfillset(&all_signals);
    ::pthread_sigmask(SIG_SETMASK, &all_signals, &before);
    expect(::pthread_create(&thread_, &attributes, run_on_thread, this) == 0);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_attr_destroy(&attributes);
    running_ = true;
}

bool VmThread::join() noexcept {
    timespec limit{};
    ::clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 2;
    if (running_) running_ = ::pthread_timedjoin_np(thread_, nullptr, &limit) != 0;
    if (!running_) release();
    return !running_;
}

} // namespace firmware::ports
