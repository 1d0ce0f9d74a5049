// SPDX-License-Identifier: Apache-2.0
#include "hub/core/safe_json.hpp"

#include <gtest/gtest.h>

namespace hub::core {
namespace {

using base::ErrorCode;

TEST(SafeJson, refuses_by_size_and_depth_before_it_parses) {
    EXPECT_TRUE(parse_json("[[[[[[]]]]]]", 100));
    EXPECT_EQ(parse_json("[[[[[[[]]]]]]]", 100).error().code, ErrorCode::too_large);
    EXPECT_EQ(parse_json("[1]", 2).error().code, ErrorCode::too_large);
    EXPECT_TRUE(parse_json("[1]", 3));
}

TEST(SafeJson, brackets_in_texts_do_not_nest) { EXPECT_TRUE(parse_json(R"(["[[[[[[[\"[[["])", 100)); }

TEST(SafeJson, refuses_what_is_not_json) {
    for (const char* wrong : {"", "[", "[1,]", "NaN", "[1e999]", "\"\xff\"", "[1] [2]", "]]]]"}) {
        EXPECT_EQ(parse_json(wrong, 100).error().code, ErrorCode::malformed) << wrong;
    }
}

TEST(SafeJson, knows_utf8) {
    EXPECT_TRUE(is_utf8("aé€😀"));
    for (const char* wrong : {"\x80", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5", "\xc3"}) {
        EXPECT_FALSE(is_utf8(wrong));
    }
}

TEST(SafeJson, printable_replaces_and_cuts_between_characters) {
    EXPECT_EQ(printable("a\x1b[31m\xff", 100), "a?[31m?");
    EXPECT_EQ(printable("aé", 2), "a");
    EXPECT_EQ(printable("aé", 3), "aé");
}

TEST(SafeJson, counts_characters) { EXPECT_EQ(character_count("aé€😀"), 4U); }

} // namespace
} // namespace hub::core
