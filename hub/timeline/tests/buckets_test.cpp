// SPDX-License-Identifier: Apache-2.0
#include "hub/timeline/buckets.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>

namespace hub::timeline {
namespace {

using Samples = std::vector<std::pair<std::int64_t, double>>;

std::int64_t micros(const Point& point) { return point.at.time_since_epoch().count(); }

std::vector<Point> thin(const Samples& samples, std::size_t points_max) {
    Buckets buckets(samples.front().first, samples.back().first, points_max);
    for (const auto& [at, value] : samples) buckets.add(at, value);
    return buckets.finish();
}

// The same, the slow and obvious way: every bucket's samples in a list of their own.
std::vector<Point> thin_naively(const Samples& samples, std::size_t points_max) {
    const std::int64_t first = samples.front().first;
    const std::int64_t width = (samples.back().first - first) / static_cast<std::int64_t>(points_max) + 1;
    std::map<std::int64_t, Samples> groups;
    for (const auto& sample : samples) groups[(sample.first - first) / width].push_back(sample);
    std::vector<Point> points;
    for (const auto& [index, group] : groups) {
        double sum = 0;
        double low = group.front().second;
        double high = low;
        for (const auto& [at, value] : group) {
            sum += value;
            low = std::min(low, value);
            high = std::max(high, value);
        }
        const core::Time at{std::chrono::microseconds(group.front().first)};
        points.push_back(Point{at, low, sum / static_cast<double>(group.size()), high});
    }
    return points;
}

TEST(Buckets, as_many_samples_as_points_stay_as_they_are) {
    const Samples samples = {{10, 1.5}, {10, 2.5}, {40, -1}};
    const auto points = thin(samples, 3);
    ASSERT_EQ(points.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(micros(points[i]), samples[i].first);
        EXPECT_EQ(points[i].min, samples[i].second);
        EXPECT_EQ(points[i].mean, samples[i].second);
        EXPECT_EQ(points[i].max, samples[i].second);
    }
}

TEST(Buckets, one_sample_more_than_points_is_thinned) {
    const auto points = thin({{0, 1}, {1, 2}, {9, 5}}, 2);
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[0].min, 1);
    EXPECT_EQ(points[0].mean, 1.5);
    EXPECT_EQ(points[0].max, 2);
    EXPECT_EQ(points[1].mean, 5);
}

TEST(Buckets, random_samples_give_what_a_naive_computation_gives) {
    std::mt19937 random(20);
    std::uniform_int_distribution<int> step(0, 900);
    std::uniform_real_distribution<double> value(-50, 50);
    for (const std::size_t points_max : {1U, 2U, 7U, 100U, 999U}) {
        Samples samples;
        std::int64_t at = 1'700'000'000'000'000;
        for (int i = 0; i < 5'000; ++i) samples.emplace_back(at += step(random), value(random));
        const auto points = thin(samples, points_max);
        const auto wanted = thin_naively(samples, points_max);
        ASSERT_LE(points.size(), points_max);
        ASSERT_EQ(points.size(), wanted.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            EXPECT_EQ(points[i].at, wanted[i].at);
            EXPECT_EQ(points[i].min, wanted[i].min);
            EXPECT_EQ(points[i].max, wanted[i].max);
            EXPECT_NEAR(points[i].mean, wanted[i].mean, 1e-9);
        }
    }
}

TEST(Buckets, a_gap_makes_no_points) {
    Samples samples;
    for (int i = 0; i < 100; ++i) samples.emplace_back(i, 1);
    samples.emplace_back(1'000'000, 2);
    EXPECT_EQ(thin(samples, 50).size(), 2U);
}

TEST(Buckets, times_and_values_at_the_ends_of_their_ranges_stay_finite) {
    constexpr auto time = std::numeric_limits<std::int64_t>();
    constexpr double large = std::numeric_limits<double>::max();
    const auto points = thin({{time.min(), large}, {0, large}, {0, large}, {time.max(), -large}}, 2);
    ASSERT_EQ(points.size(), 2U);
    for (const Point& point : points) EXPECT_TRUE(std::isfinite(point.mean));
}

} // namespace
} // namespace hub::timeline
