// SPDX-License-Identifier: Apache-2.0
#include "base/fixed_string.hpp"

#include <gtest/gtest.h>

namespace {

TEST(FixedString, holds_exactly_its_maximum) {
    base::FixedString<4> text("abcd");
    EXPECT_EQ(text.view(), "abcd");
    EXPECT_FALSE(text.truncated());
    EXPECT_FALSE(text.append("e"));
    EXPECT_EQ(text.view(), "abcd");
    EXPECT_TRUE(text.truncated());
}

TEST(FixedString, a_cut_never_leaves_half_a_letter) {
    base::FixedString<4> text("abc\xC3\xA9");
    EXPECT_EQ(text.view(), "abc");
    EXPECT_TRUE(text.truncated());
    base::FixedString<5> whole("abc\xC3\xA9");
    EXPECT_EQ(whole.view(), "abc\xC3\xA9");
}

TEST(FixedString, clear_forgets_the_cut) {
    base::FixedString<2> text("abc");
    text.clear();
    EXPECT_TRUE(text.empty());
    EXPECT_FALSE(text.truncated());
    EXPECT_STREQ(text.c_str(), "");
}

} // namespace
