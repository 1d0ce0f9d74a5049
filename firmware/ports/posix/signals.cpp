// SPDX-License-Identifier: Apache-2.0
// Both signals rest on the same order: say that you wait, look once more, then sleep.
#include "firmware/ports/posix/signals.hpp"

#include "base/expect.hpp"

#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace firmware::ports::posix {

void FutexSignal::notify() noexcept {
    if (state_.exchange(notified) != asleep) return;
    ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&state_), FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

void FutexSignal::wait_until(base::Micros deadline) noexcept {
    const base::Micros now = clock_.now();
    const base::Micros spin_until = std::min(deadline, now + spin_);
    while (state_.load() != notified && clock_.now() < spin_until) {
    }
    std::uint32_t expected = idle;
    if (clock_.now() < deadline && state_.compare_exchange_strong(expected, asleep)) {
        timespec time{};
        const timespec* limit = nullptr;
        if (deadline != base::never) {
            time = to_timespec(clock_.to_monotonic(deadline));
            limit = &time;
        }
        ::syscall(SYS_futex, reinterpret_cast<std::uint32_t*>(&state_), FUTEX_WAIT_BITSET_PRIVATE, asleep, limit,
                  nullptr, FUTEX_BITSET_MATCH_ANY);
    }
    state_.store(idle);
}

PollSignal::PollSignal() noexcept : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) { expect(fd_.get() >= 0); }

void PollSignal::notify() noexcept {
    if (notified_.exchange(true) || !waiting_.load()) return;
    const std::uint64_t one = 1;
    // It can only fail when the counter is full, and then the waiter wakes anyway.
    [[maybe_unused]] const auto written = ::write(fd_.get(), &one, sizeof one);
}

bool PollSignal::prepare_wait() noexcept {
    waiting_.store(true);
    return !notified_.load();
}

void PollSignal::end_wait() noexcept {
    waiting_.store(false);
    if (!notified_.exchange(false)) return;
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(fd_.get(), &count, sizeof count);
}

} // namespace firmware::ports::posix
