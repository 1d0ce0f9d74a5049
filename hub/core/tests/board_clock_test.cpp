// SPDX-License-Identifier: Apache-2.0
#include "hub/core/board_clock.hpp"

#include <gtest/gtest.h>

namespace hub::core {
namespace {

using namespace std::chrono_literals;

TEST(BoardClock, knows_nothing_before_the_first_message) {
    const BoardClock clock;
    EXPECT_FALSE(clock.uptime_ms(5s));
    EXPECT_EQ(clock.age(100, 5s), 0us);
}

TEST(BoardClock, maps_uptime_to_age) {
    BoardClock clock;
    EXPECT_TRUE(clock.learn(1000, 5s));
    EXPECT_EQ(clock.uptime_ms(7s), 3000);
    EXPECT_EQ(clock.age(1000, 7s), 2s);
    EXPECT_EQ(clock.age(9000, 7s), 0us);
}

TEST(BoardClock, trusts_the_quickest_message) {
    BoardClock clock;
    clock.learn(1000, 5s + 500ms); // 500 ms on the way
    clock.learn(2000, 6s + 10ms);
    clock.learn(3000, 7s + 300ms);
    EXPECT_EQ(clock.uptime_ms(10s + 12ms), 6000);
}

TEST(BoardClock, follows_a_clock_that_drifts) {
    BoardClock clock;
    clock.learn(0, 0s);
    for (int i = 1; i <= 100; ++i) clock.learn(i * 10'000, i * 10s + i * 1ms); // 100 ppm slow
    EXPECT_EQ(clock.uptime_ms(1000s + 100ms), 1'000'000);
}

TEST(BoardClock, notices_an_uptime_that_does_not_fit) {
    BoardClock clock;
    clock.learn(100'000, 100s);
    EXPECT_FALSE(clock.learn(500, 110s));
    EXPECT_EQ(clock.uptime_ms(111s), 1500);
    EXPECT_FALSE(clock.learn(60'000, 112s));
}

} // namespace
} // namespace hub::core
