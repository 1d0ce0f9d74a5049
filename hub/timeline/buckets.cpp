// SPDX-License-Identifier: Apache-2.0
// One pass over the samples; remembers no more than `points_max` points.
#include "hub/timeline/buckets.hpp"

#include "base/expect.hpp"

#include <algorithm>
#include <utility>

namespace hub::timeline {

Buckets::Buckets(std::int64_t from_us, std::int64_t to_us, std::size_t points_max)
    : from_us_(from_us),
      points_max_(points_max) {
    expect(points_max > 0 && from_us <= to_us);
    // Unsigned: the distance of two times always fits, their signed difference need not.
    const std::uint64_t distance = static_cast<std::uint64_t>(to_us) - static_cast<std::uint64_t>(from_us);
    width_us_ = distance / points_max + 1;
}

std::uint64_t Buckets::index_of(std::int64_t at_us) const noexcept {
    return (static_cast<std::uint64_t>(at_us) - static_cast<std::uint64_t>(from_us_)) / width_us_;
}

void Buckets::add(std::int64_t at_us, double value) {
    if (!open_ && points_.size() < points_max_) {
        const core::Time at{std::chrono::microseconds(at_us)};
        points_.push_back(Point{at, value, value, value});
        return;
    }
    if (!open_) {
        const std::vector<Point> single = std::exchange(points_, {});
        for (const Point& point : single) put(point.at.time_since_epoch().count(), point.mean);
    }
    put(at_us, value);
}

void Buckets::put(std::int64_t at_us, double value) {
    const std::uint64_t index = index_of(at_us);
    if (!open_ || open_->index != index) {
        if (open_) points_.push_back(open_->point);
        const core::Time at{std::chrono::microseconds(at_us)};
        open_ = Bucket{index, 1, Point{at, value, value, value}};
        return;
    }
    Point& point = open_->point;
    point.min = std::min(point.min, value);
    point.max = std::max(point.max, value);
    // Each share is divided before it is added, so that values near the largest double stay finite.
    const double count = static_cast<double>(++open_->count);
    point.mean += value / count - point.mean / count;
}

std::vector<Point> Buckets::finish() {
    if (open_) points_.push_back(open_->point);
    open_.reset();
    return std::move(points_);
}

} // namespace hub::timeline
