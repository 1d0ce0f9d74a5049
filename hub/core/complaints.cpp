// SPDX-License-Identifier: Apache-2.0
#include "hub/core/complaints.hpp"

#include <utility>

namespace hub::core {
namespace {

using namespace std::chrono_literals;

constexpr auto window = 10s;
constexpr std::uint32_t lines_max = 10;

} // namespace

bool Complaints::may_speak(Micros now) noexcept {
    if (window_over(now)) {
        window_start_ = now;
        spoken_ = 0;
    }
    if (spoken_ == lines_max) {
        ++held_back_;
        return false;
    }
    ++spoken_;
    return true;
}

std::uint32_t Complaints::take_held_back(Micros now) noexcept {
    return window_over(now) ? std::exchange(held_back_, 0) : 0;
}

bool Complaints::window_over(Micros now) const noexcept { return spoken_ == 0 || now - window_start_ >= window; }

} // namespace hub::core
