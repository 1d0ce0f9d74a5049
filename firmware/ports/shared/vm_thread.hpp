// SPDX-License-Identifier: Apache-2.0
// The thread of the VM core.
#pragma once

#include "firmware/ports/shared/program.hpp"

#include <pthread.h>

#include <cstddef>

namespace firmware::ports {

/// Runs a program on a stack of its own with a page at each end that no one may touch.
class VmThread {
public:
    VmThread() = default;
    VmThread(const VmThread&) = delete;
    VmThread& operator=(const VmThread&) = delete;
    ~VmThread();

    /// Aborts when the system has no thread or memory for it: a board without its VM is none.
    void start(Program& program) noexcept;

    /// Waits up to 2 s for the end of `run`; false when the thread is stuck, and must be left behind.
    bool join() noexcept;

private:
    pthread_t thread_{};
    bool running_ = false;
    void* memory_ = nullptr;
    std::size_t memory_bytes_ = 0;
};

} // namespace firmware::ports
