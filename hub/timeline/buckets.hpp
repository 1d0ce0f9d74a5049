// SPDX-License-Identifier: Apache-2.0
// Thins samples to as many points as a plot can show.
#pragma once

#include "hub/timeline/store.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace hub::timeline {

/// Takes samples in the order of time. As long as they are `points_max` or fewer each stays a point of its own;
/// beyond that the span is cut into `points_max` buckets of equal width, and each point is a bucket's minimum,
/// mean and maximum at the time of its first sample. An empty bucket makes no point.
class Buckets {
public:
    /// `from_us` and `to_us`, both included, must enclose every sample; `points_max` is at least 1.
    Buckets(std::int64_t from_us, std::int64_t to_us, std::size_t points_max);

    void add(std::int64_t at_us, double value);
    std::vector<Point> finish();

private:
    struct Bucket {
        std::uint64_t index = 0;
        std::uint64_t count = 0;
        Point point; ///< `mean` is the running mean
    };

    std::uint64_t index_of(std::int64_t at_us) const noexcept;
    void put(std::int64_t at_us, double value);

    std::int64_t from_us_;
    std::uint64_t width_us_;
    std::size_t points_max_;
    std::vector<Point> points_;
    std::optional<Bucket> open_; ///< set once there were too many samples for a point each
};

} // namespace hub::timeline
