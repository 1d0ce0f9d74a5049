// SPDX-License-Identifier: Apache-2.0
// The board's uptime, from the machine's monotonic clock.
#pragma once

#include "base/clock.hpp"

#include <ctime>

namespace firmware::ports::posix {

class UptimeClock final : public base::Clock {
public:
    UptimeClock() noexcept : start_(monotonic()) {}

    base::Micros now() const noexcept override { return monotonic() - start_; }
    /// The same moment on CLOCK_MONOTONIC.
    base::Micros to_monotonic(base::Micros uptime) const noexcept { return uptime + start_; }

private:
    static base::Micros monotonic() noexcept {
        timespec time{};
        ::clock_gettime(CLOCK_MONOTONIC, &time);
        return base::Micros{time.tv_sec} * 1000000 + time.tv_nsec / 1000;
    }

    base::Micros start_;
};

inline timespec to_timespec(base::Micros micros) noexcept {
    return {static_cast<time_t>(micros / 1000000), static_cast<long>(micros % 1000000 * 1000)};
}

} // namespace firmware::ports::posix
