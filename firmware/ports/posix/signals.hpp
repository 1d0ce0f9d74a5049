// SPDX-License-Identifier: Apache-2.0
// How the two threads of a virtual board wake each other, without a system call while the other one is awake.
#pragma once

#include "base/clock.hpp"
#include "firmware/contract/signal.hpp"
#include "firmware/ports/posix/clock.hpp"
#include "firmware/ports/posix/fd.hpp"

#include <atomic>
#include <cstdint>

namespace firmware::ports::posix {

/// Wakes a thread that waits in `wait_until`.
class FutexSignal final : public contract::Signal {
public:
    /// The waiting thread first spins for `spin`, then sleeps.
    FutexSignal(const UptimeClock& clock, base::Micros spin) noexcept : clock_(clock), spin_(spin) {}

    void notify() noexcept override;

    /// Returns when it was notified since the last return, or at `deadline` (uptime).
    void wait_until(base::Micros deadline) noexcept;

private:
    enum State : std::uint32_t { idle, notified, asleep };

    const UptimeClock& clock_;
    base::Micros spin_;
    std::atomic<std::uint32_t> state_{idle};
};

/// Wakes a thread that waits in `epoll_wait`, through `fd`.
class PollSignal final : public contract::Signal {
public:
    PollSignal() noexcept;

    void notify() noexcept override;

    int fd() const noexcept { return fd_.get(); }

    /// Before the wait; false when it was notified meanwhile and must not wait.
    bool prepare_wait() noexcept;
    /// After the wait: what was notified before is now known.
    void end_wait() noexcept;
    bool is_notified() const noexcept { return notified_.load(); }

private:
    Fd fd_;
    std::atomic<bool> notified_{false};
    std::atomic<bool> waiting_{false};
};

} // namespace firmware::ports::posix
