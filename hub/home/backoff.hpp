// SPDX-License-Identifier: Apache-2.0
// How long to wait before the next try: longer each time, and never the same for two who failed together.
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace hub::home {

/// Doubles from `first` to `last`, with up to a quarter more or less.
class Backoff {
public:
    using Millis = std::chrono::milliseconds;

    Backoff(Millis first, Millis last) : first_(first), last_(last), current_(first) {}

    Millis next() {
        const Millis base = current_;
        current_ = std::min(last_, current_ * 2);
        std::uniform_real_distribution<double> jitter(0.75, 1.25);
        const Millis jittered(static_cast<Millis::rep>(static_cast<double>(base.count()) * jitter(random_)));
        return std::clamp(jittered, first_, last_);
    }

    void reset() { current_ = first_; }

private:
    Millis first_;
    Millis last_;
    Millis current_;
    std::minstd_rand random_{std::random_device{}()};
};

} // namespace hub::home
