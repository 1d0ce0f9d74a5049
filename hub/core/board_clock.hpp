// SPDX-License-Identifier: Apache-2.0
// A board's uptime on the hub's clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace hub::core {

/// Learns where a board's uptime lies on the hub's steady clock. Every message says "t_ms was not later than now", so
/// the smallest difference seen is the nearest to the truth; it may grow slowly, as clocks drift.
class BoardClock {
public:
    using Micros = std::chrono::microseconds;

    /// Of another boot: all that was learned is wrong.
    void reset() noexcept { offset_.reset(); }

    /// From `hello` and `up`, which speak of the moment they were sent. False if the uptime does not fit to what was
    /// known, by over a second: a boot nobody told of. The clock then starts from this message.
    bool learn(std::int64_t t_ms, Micros now) noexcept;

    /// How long ago `t_ms` was; never negative. A `t_ms` that lies ahead, or an unknown clock, counts as now.
    Micros age(std::int64_t t_ms, Micros now) const noexcept;

    /// The board's uptime at `now`, a little less rather than more; nothing while it is unknown.
    std::optional<std::int64_t> uptime_ms(Micros now) const noexcept;

private:
    std::optional<Micros> offset_; ///< steady time at which the board's uptime was 0
};

} // namespace hub::core
