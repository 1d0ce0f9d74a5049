// SPDX-License-Identifier: Apache-2.0
#include "hub/timeline/row_buffer.hpp"

#include <gtest/gtest.h>

namespace hub::timeline {
namespace {

Row sample(double value) { return Sample{"b0a7d001", "temperature", {}, value}; }
Row log(std::string text) { return Line{"b0a7d001", "log", "info", {}, std::move(text), "null"}; }

std::string names(const std::vector<WaitingRow>& rows) {
    std::string text;
    for (const auto& waiting : rows) {
        if (const auto* line = std::get_if<Line>(&waiting.row))
            text += line->text;
        else
            text += std::to_string(static_cast<int>(std::get<Sample>(waiting.row).value));
    }
    return text;
}

TEST(RowBuffer, gives_rows_back_in_the_order_of_recording) {
    RowBuffer buffer(10, 10'000);
    buffer.push(sample(1));
    buffer.push(log("a"));
    buffer.push(sample(2));
    buffer.push(log("b"));
    EXPECT_EQ(names(buffer.take(3)), "1a2");
    EXPECT_EQ(names(buffer.take(3)), "b");
    EXPECT_TRUE(buffer.empty());
}

TEST(RowBuffer, what_is_put_back_is_the_oldest_again) {
    RowBuffer buffer(10, 10'000);
    buffer.push(sample(1));
    buffer.push(log("a"));
    auto batch = buffer.take(2);
    buffer.push(sample(2));
    buffer.put_back(std::move(batch));
    EXPECT_EQ(names(buffer.take(10)), "1a2");
}

TEST(RowBuffer, drops_the_oldest_log_first_and_then_the_oldest_row) {
    RowBuffer buffer(3, 10'000);
    buffer.push(sample(1));
    buffer.push(log("a"));
    buffer.push(log("b"));
    EXPECT_EQ(buffer.dropped(), 0U);
    buffer.push(sample(2));
    buffer.push(sample(3));
    EXPECT_EQ(buffer.dropped(), 2U);
    buffer.push(sample(4));
    EXPECT_EQ(buffer.dropped(), 3U);
    EXPECT_EQ(names(buffer.take(10)), "234");
}

TEST(RowBuffer, bytes_are_bounded_as_well_as_rows) {
    const std::size_t size = row_size(log(std::string(100, 'x')));
    RowBuffer buffer(10, 2 * size);
    buffer.push(log(std::string(100, 'x')));
    buffer.push(log(std::string(100, 'y')));
    EXPECT_EQ(buffer.dropped(), 0U);
    buffer.push(log("z"));
    EXPECT_EQ(buffer.dropped(), 1U);
    EXPECT_EQ(buffer.size(), 2U);
}

TEST(RowBuffer, putting_back_does_not_break_the_limit) {
    RowBuffer buffer(2, 10'000);
    buffer.push(sample(1));
    buffer.push(sample(2));
    auto batch = buffer.take(2);
    buffer.push(sample(3));
    buffer.put_back(std::move(batch));
    EXPECT_EQ(buffer.dropped(), 1U);
    EXPECT_EQ(names(buffer.take(10)), "23");
}

} // namespace
} // namespace hub::timeline
