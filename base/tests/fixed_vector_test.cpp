// SPDX-License-Identifier: Apache-2.0
#include "base/fixed_vector.hpp"

#include <gtest/gtest.h>

namespace {

TEST(FixedVector, refuses_what_does_not_fit) {
    base::FixedVector<int, 2> list;
    EXPECT_TRUE(list.push_back(1));
    EXPECT_TRUE(list.push_back(2));
    EXPECT_FALSE(list.push_back(3));
    EXPECT_EQ(list.size(), 2U);
    EXPECT_EQ(list.back(), 2);
}

TEST(FixedVector, erase_keeps_the_order_of_the_others) {
    base::FixedVector<int, 3> list;
    for (int i = 1; i <= 3; ++i) ASSERT_TRUE(list.push_back(i));
    list.erase(0);
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list[0], 2);
    EXPECT_EQ(list[1], 3);
}

TEST(FixedVectorDeathTest, an_index_beyond_the_end_stops_the_program) {
    base::FixedVector<int, 2> list;
    EXPECT_DEATH(static_cast<void>(list[0]), "index < size_");
}

} // namespace
