// SPDX-License-Identifier: Apache-2.0
#include "base/ring.hpp"

#include <gtest/gtest.h>

#include <thread>

namespace {

TEST(Ring, takes_exactly_its_depth_and_keeps_the_order) {
    base::Ring<int, 10> ring;
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(ring.push(i));
    EXPECT_FALSE(ring.push(10));
    int got = -1;
    for (int i = 0; i < 10; ++i) {
        ASSERT_TRUE(ring.pop(got));
        EXPECT_EQ(got, i);
    }
    EXPECT_FALSE(ring.pop(got));
    EXPECT_EQ(got, 9);
}

TEST(Ring, a_freed_place_is_used_again) {
    base::Ring<int, 1> ring;
    int got = 0;
    for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(ring.push(i));
        ASSERT_FALSE(ring.push(i));
        ASSERT_TRUE(ring.pop(got));
        ASSERT_EQ(got, i);
    }
}

TEST(Ring, two_threads_lose_and_repeat_nothing) {
    constexpr int count = 200'000;
    base::Ring<int, 16> ring;
    std::thread writer([&] {
        for (int i = 0; i < count;) {
            if (ring.push(i))
                ++i;
            else
                std::this_thread::yield();
        }
    });
    int expected = 0;
    for (int got = 0; expected < count;) {
        if (!ring.pop(got)) {
            std::this_thread::yield();
            continue;
        }
        ASSERT_EQ(got, expected);
        ++expected;
    }
    writer.join();
}

} // namespace
