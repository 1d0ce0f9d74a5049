// SPDX-License-Identifier: Apache-2.0
// Keeps a board that is wrong all the time from filling the log.
#pragma once

#include <chrono>
#include <cstdint>

namespace hub::core {

/// Lets 10 lines through in 10 seconds and counts the rest.
class Complaints {
public:
    using Micros = std::chrono::microseconds;

    /// Whether to write this line.
    bool may_speak(Micros now) noexcept;

    /// How many lines were held back in a window that is over; the question resets it.
    std::uint32_t take_held_back(Micros now) noexcept;

private:
    bool window_over(Micros now) const noexcept;

    Micros window_start_{};
    std::uint32_t spoken_ = 0;
    std::uint32_t held_back_ = 0;
};

} // namespace hub::core
