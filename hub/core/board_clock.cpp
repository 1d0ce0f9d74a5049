// SPDX-License-Identifier: Apache-2.0
#include "hub/core/board_clock.hpp"

#include <algorithm>

namespace hub::core {
namespace {

using namespace std::chrono_literals;

constexpr auto drift_per_message = 2ms; // 200 ppm of the 10 s between two `up`
constexpr auto surprise = 1s;

} // namespace

bool BoardClock::learn(std::int64_t t_ms, Micros now) noexcept {
    const Micros sample = now - std::chrono::milliseconds(t_ms);
    if (!offset_) {
        offset_ = sample;
        return true;
    }
    // Late by more than a second is also what a line that stalled looks like, but then the next message is on time
    // again.
    const bool fits = sample > *offset_ - surprise && sample < *offset_ + surprise;
    offset_ = fits ? std::min(sample, *offset_ + drift_per_message) : sample;
    return fits;
}

BoardClock::Micros BoardClock::age(std::int64_t t_ms, Micros now) const noexcept {
    if (!offset_) return 0us;
    return std::max<Micros>(0us, now - (*offset_ + std::chrono::milliseconds(t_ms)));
}

std::optional<std::int64_t> BoardClock::uptime_ms(Micros now) const noexcept {
    if (!offset_) return std::nullopt;
    return std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::milliseconds>(now - *offset_).count());
}

} // namespace hub::core
