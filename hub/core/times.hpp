// SPDX-License-Identifier: Apache-2.0
// The two clocks of this machine, and times as JSON has them.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cmath>

namespace hub::core {

/// Wall-clock time with microseconds, as stored and shown.
using Time = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

/// Later than this is no time that anybody means.
inline constexpr double year_9999_ms = 253'402'300'799'000.0;

/// Milliseconds since 1970, with the microseconds behind the point.
inline double ms_of(Time time) noexcept { return static_cast<double>(time.time_since_epoch().count()) / 1000.0; }

/// The other way round; from 0 to `year_9999_ms`.
inline Time time_of_ms(double ms) noexcept { return Time(std::chrono::microseconds(std::llround(ms * 1000.0))); }

inline Time wall_now() noexcept {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

/// The steady clock in the microseconds that what is without I/O counts in.
inline base::Micros steady_now() noexcept {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// The same moment for a timer; not of `base::never`.
inline std::chrono::steady_clock::time_point steady_point(base::Micros moment) noexcept {
    return std::chrono::steady_clock::time_point(std::chrono::microseconds(moment));
}

} // namespace hub::core
