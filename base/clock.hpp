// SPDX-License-Identifier: Apache-2.0
// Time, always passed in and never reached for, so that tests own it.
#pragma once

#include <cstdint>

namespace base {

/// Microseconds since an arbitrary start that never goes back: uptime on a board, the monotonic clock on a hub.
using Micros = std::int64_t;

/// A moment that never comes: the deadline of whoever waits for an event alone.
inline constexpr Micros never = INT64_MAX;

constexpr Micros from_ms(std::int64_t milliseconds) noexcept { return milliseconds * 1000; }
constexpr std::int64_t to_ms(Micros micros) noexcept { return micros / 1000; }

/// A source of monotonic time. `now` may be called from any thread and does not block.
class Clock {
public:
    virtual Micros now() const noexcept = 0;

protected:
    ~Clock() = default;
};

} // namespace base
