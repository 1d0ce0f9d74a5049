// SPDX-License-Identifier: Apache-2.0
// The library of this machine writes the shortest digits too: it is what ours are compared with.
#include "protocol/json/decimal.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <random>
#include <string>

namespace protocol::json {
namespace {

std::string ours(double value) {
    std::array<char, number_text_max> text{};
    return std::string(write_number(value, text));
}

std::string the_librarys(double value) {
    std::array<char, 40> text{};
    const bool whole = std::abs(value) >= 9007199254740992.0; // 2^53
    char* const end = text.data() + text.size();
    const auto written = whole ? std::to_chars(text.data(), end, value, std::chars_format::scientific)
                               : std::to_chars(text.data(), end, value);
    return {text.data(), written.ptr};
}

void expect_the_same(double value) { ASSERT_EQ(ours(value), the_librarys(value)) << std::hexfloat << value; }

TEST(DecimalTest, what_people_measure_is_written_as_they_write_it) {
    EXPECT_EQ(ours(0), "0");
    EXPECT_EQ(ours(-0.0), "-0");
    EXPECT_EQ(ours(0.1), "0.1");
    EXPECT_EQ(ours(-21.5), "-21.5");
    EXPECT_EQ(ours(0.1 + 0.2), "0.30000000000000004");
    EXPECT_EQ(ours(1013.25), "1013.25");
    EXPECT_EQ(ours(100000), "1e+05");
    EXPECT_EQ(ours(123456), "123456");
    EXPECT_EQ(ours(0.00001), "1e-05");
}

TEST(DecimalTest, the_ends_of_the_range_are_written_with_the_fewest_digits) {
    EXPECT_EQ(ours(std::numeric_limits<double>::denorm_min()), "5e-324");
    EXPECT_EQ(ours(std::numeric_limits<double>::min()), "2.2250738585072014e-308");
    EXPECT_EQ(ours(-std::numeric_limits<double>::max()), "-1.7976931348623157e+308");
}

TEST(DecimalTest, whole_numbers_are_exact_up_to_2_to_the_53rd_and_shortest_beyond) {
    EXPECT_EQ(ours(9007199254740991.0), "9007199254740991");
    EXPECT_EQ(ours(9007199254740992.0), "9.007199254740992e+15");
    EXPECT_EQ(ours(1e22), "1e+22");
    EXPECT_EQ(ours(1e23), "1e+23");
}

TEST(DecimalTest, each_power_of_two_and_its_neighbours_are_written_as_the_library_does) {
    // The next smaller number is nearer than the next larger one: where short digits go wrong first.
    for (int power = -1074; power < 1024; ++power) {
        const double value = std::ldexp(1.0, power);
        for (const double each : {value, std::nextafter(value, 0.0), std::nextafter(value, INFINITY)}) {
            if (std::isfinite(each)) expect_the_same(each);
        }
    }
}

TEST(DecimalTest, each_power_of_ten_and_its_neighbours_are_written_as_the_library_does) {
    for (int power = -323; power <= 308; ++power) {
        const double value = std::strtod(("1e" + std::to_string(power)).c_str(), nullptr);
        for (const double each : {value, std::nextafter(value, 0.0), std::nextafter(value, INFINITY), value * 5}) {
            if (std::isfinite(each)) expect_the_same(each);
        }
    }
}

TEST(DecimalTest, numbers_of_any_bits_are_written_as_the_library_does) {
    std::mt19937_64 random(20);
    for (int i = 0; i < 20'000; ++i) {
        const auto value = std::bit_cast<double>(random());
        if (std::isfinite(value)) expect_the_same(value);
    }
}

TEST(DecimalTest, numbers_of_few_digits_are_written_as_the_library_does) {
    std::mt19937 random(20);
    for (int i = 0; i < 20'000; ++i) {
        const auto digits = static_cast<double>(random() % 1'000'000);
        expect_the_same(digits / std::pow(10.0, static_cast<double>(random() % 12)));
    }
}

} // namespace
} // namespace protocol::json
