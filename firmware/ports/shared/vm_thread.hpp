// SPDX-License-Identifier: Apache-2.0
// The thread of the VM core.
#pragma once

#include "firmware/ports/shared/program.hpp"
#include "firmware/ports/shared/vm_signals.hpp"

#include <cstddef>
#include <optional>

#include <pthread.h>

namespace firmware::ports {

/// Runs a program on a stack of its own, with memory at each end that no one may touch, and ends what would not end by
/// itself (vm_signals.hpp).
class VmThread {
public:
    VmThread() = default;
    VmThread(const VmThread&) = delete;
    VmThread& operator=(const VmThread&) = delete;
    ~VmThread();

    /// Aborts when the system has no thread or memory for it: a board without its VM is none. Nothing when it runs.
    void start(Program& program) noexcept;

    /// Waits up to 2 s for the end of `run`; false when the thread is stuck, and must be left behind. True: nothing of
    /// it is left, and it may be started anew.
    bool join() noexcept;

private:
    static void* run_on_thread(void* self);
    void release() noexcept;

    pthread_t thread_{};
    bool running_ = false;
    void* mapped_ = nullptr;
    std::size_t mapped_bytes_ = 0;
    VmSignals::Memory memory_;
    std::optional<VmSignals> signals_; ///< one for each thread
    Program* program_ = nullptr;
};

} // namespace firmware::ports
