// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/writer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace {

using protocol::json::Writer;

TEST(JsonWriter, puts_the_commas_in) {
    std::array<char, 128> buffer{};
    Writer writer(buffer);
    writer.begin_array().text("set").begin_object().key("a").integer(1).key("b").begin_array().end_array().end_object();
    writer.number(0.1).null().boolean(false).raw("[1]").end_array();
    EXPECT_EQ(writer.view(), R"(["set",{"a":1,"b":[]},0.1,null,false,[1]])");
}

TEST(JsonWriter, half_a_text_is_no_text) {
    std::array<char, 5> exact{};
    Writer fits(exact);
    fits.begin_array().text("a").end_array();
    EXPECT_EQ(fits.view(), R"(["a"])");

    std::array<char, 4> small{};
    Writer overflows(small);
    overflows.begin_array().text("a").end_array();
    EXPECT_FALSE(overflows.ok());
    EXPECT_EQ(overflows.view(), "");
}

TEST(JsonWriter, escapes_what_json_forbids_and_replaces_what_is_no_text) {
    std::array<char, 128> buffer{};
    Writer writer(buffer);
    writer.text("a\"\\\n\x1E\xC3\xBC\xFF\xE2\x82");
    EXPECT_EQ(writer.view(), "\"a\\\"\\\\\\u000a\\u001e\xC3\xBC\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
}

TEST(JsonWriter, writes_whole_numbers_with_all_digits_as_long_as_each_digit_counts) {
    std::array<char, 128> buffer{};
    Writer writer(buffer);
    writer.begin_array().number(9007199254740991.0).number(-9007199254740992.0).number(1e22).end_array();
    EXPECT_EQ(writer.view(), "[9007199254740991,-9.007199254740992e+15,1e+22]");
}

TEST(JsonWriter, what_is_not_finite_becomes_null) {
    std::array<char, 64> buffer{};
    Writer writer(buffer);
    writer.begin_array().number(std::nan("")).number(std::numeric_limits<double>::infinity()).number(21.0).end_array();
    EXPECT_EQ(writer.view(), "[null,null,21]");
}

} // namespace
