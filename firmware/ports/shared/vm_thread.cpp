// SPDX-License-Identifier: Apache-2.0
// Threads by hand, for the sake of their stacks.
#include "firmware/ports/shared/vm_thread.hpp"

#include "base/expect.hpp"

#include <sys/mman.h>

#include <csignal>
#include <ctime>

namespace firmware::ports {

namespace {

constexpr std::size_t page_bytes = 4096;

void* run_program(void* program) {
    static_cast<Program*>(program)->run();
    return nullptr;
}

} // namespace

VmThread::~VmThread() {
    if (!running_ && memory_ != nullptr) ::munmap(memory_, memory_bytes_);
}

void VmThread::start(Program& program) noexcept {
    const std::size_t stack_bytes = (program.stack_bytes() + page_bytes - 1) / page_bytes * page_bytes;
    memory_bytes_ = stack_bytes + 2 * page_bytes;
    memory_ = ::mmap(nullptr, memory_bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    expect(memory_ != MAP_FAILED);
    auto* stack = static_cast<std::uint8_t*>(memory_) + page_bytes;
    expect(::mprotect(stack, stack_bytes, PROT_READ | PROT_WRITE) == 0);
    pthread_attr_t attributes;
    expect(::pthread_attr_init(&attributes) == 0);
    expect(::pthread_attr_setstack(&attributes, stack, stack_bytes) == 0);
    // Signals belong to the hardware thread, which knows how to end the board.
    sigset_t all;
    sigset_t before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    expect(::pthread_create(&thread_, &attributes, run_program, &program) == 0);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_attr_destroy(&attributes);
    running_ = true;
}

bool VmThread::join() noexcept {
    timespec limit{};
    ::clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += 2;
    if (running_) running_ = ::pthread_timedjoin_np(thread_, nullptr, &limit) != 0;
    return !running_;
}

} // namespace firmware::ports
