// SPDX-License-Identifier: Apache-2.0
#include "hub/api/line_outbox.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hub::api {
namespace {

core::SharedBytes bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

std::string text_of(const LineFrame& frame) {
    std::string text;
    for (const auto piece : frame.pieces) text += piece;
    return text;
}

TEST(LineOutbox, output_of_many_pieces_goes_in_one_frame_without_a_copy) {
    LineOutbox outbox(100);
    const auto one = bytes("one");
    outbox.push_output(one);
    outbox.push_output(bytes("two"));
    const LineFrame frame = outbox.take();
    EXPECT_FALSE(frame.is_text);
    EXPECT_EQ(text_of(frame), "onetwo");
    EXPECT_EQ(frame.pieces[0].data(), one->data());
    EXPECT_TRUE(outbox.empty());
}

TEST(LineOutbox, notices_keep_their_place_among_the_output) {
    LineOutbox outbox(100);
    outbox.push_output(bytes("before"));
    outbox.push_notice(bytes("{}"));
    outbox.push_output(bytes("after"));
    EXPECT_EQ(text_of(outbox.take()), "before");
    const LineFrame notice = outbox.take();
    EXPECT_TRUE(notice.is_text);
    EXPECT_EQ(text_of(notice), "{}");
    EXPECT_EQ(text_of(outbox.take()), "after");
}

TEST(LineOutbox, what_waits_beyond_the_limit_is_counted_and_the_newest_stays) {
    LineOutbox outbox(10);
    EXPECT_TRUE(outbox.push_output(bytes("01234")));
    outbox.push_notice(bytes("{}"));
    EXPECT_TRUE(outbox.push_output(bytes("56789")));
    EXPECT_FALSE(outbox.push_output(bytes("a")));
    EXPECT_EQ(outbox.size(), 6U);
    const LineFrame skipped = outbox.take();
    EXPECT_TRUE(skipped.is_text);
    EXPECT_EQ(text_of(skipped), R"({"type":"skipped","bytes":5})");
    EXPECT_EQ(text_of(outbox.take()), "{}");
    EXPECT_EQ(text_of(outbox.take()), "56789a");
    EXPECT_TRUE(outbox.empty());
}

TEST(LineOutbox, a_frame_is_no_longer_than_its_limit) {
    LineOutbox outbox(10 * line_frame_size_max);
    outbox.push_output(bytes(std::string(line_frame_size_max - 1, 'x')));
    outbox.push_output(bytes("y"));
    outbox.push_output(bytes("z"));
    EXPECT_EQ(text_of(outbox.take()).size(), line_frame_size_max);
    EXPECT_EQ(text_of(outbox.take()), "z");
}

} // namespace
} // namespace hub::api
