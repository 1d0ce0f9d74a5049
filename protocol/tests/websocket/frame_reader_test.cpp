// SPDX-License-Identifier: Apache-2.0
#include "protocol/websocket/frame_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace protocol::websocket {
namespace {

using namespace std::string_literals;

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

struct Heard final : FrameSink {
    void on_data(Opcode kind, std::span<const std::uint8_t> bytes) override {
        (kind == Opcode::text ? text : binary).append(bytes.begin(), bytes.end());
    }
    void on_control(Opcode kind, std::span<const std::uint8_t> bytes) override {
        control += std::to_string(static_cast<int>(kind)) + ":" + std::string(bytes.begin(), bytes.end()) + " ";
    }
    std::string text;
    std::string binary;
    std::string control;
    bool good = true;
};

Heard read(std::string_view stream, std::size_t piece = 3) {
    Heard heard;
    FrameReader reader(heard);
    for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
        heard.good = reader.feed(bytes_of(stream.substr(0, piece)));
    }
    return heard;
}

TEST(WebSocketFrames, are_read_in_pieces_of_any_size) {
    const std::string stream = "\x81\x05Hello"s + "\x82\x7E\x01\x00"s + std::string(256, 'b') + "\x89\x02pi"s +
                               "\x81\x7F\x00\x00\x00\x00\x00\x00\x00\x03!!!"s + "\x81\x00\x8A\x00"s;
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        const Heard heard = read(stream, piece);
        EXPECT_TRUE(heard.good);
        EXPECT_EQ(heard.text, "Hello!!!");
        EXPECT_EQ(heard.binary, std::string(256, 'b'));
        EXPECT_EQ(heard.control, "9:pi 10: ");
    }
}

TEST(WebSocketFrames, of_one_message_may_have_others_in_between) {
    const Heard heard = read("\x01\x01x\x89\x00\x00\x01y\x80\x01z\x82\x01"s
                             "b");
    EXPECT_TRUE(heard.good);
    EXPECT_EQ(heard.text, "xyz");
    EXPECT_EQ(heard.binary, "b");
    EXPECT_EQ(heard.control, "9: ");
}

TEST(WebSocketFrames, that_no_server_may_send_end_the_stream) {
    for (const std::string& stream : {
             "\xC1\x01x"s,                                // a reserved bit
             "\x81\x81\x00\x00\x00\x00x"s,                // masked
             "\x83\x01x"s, "\x8B\x01x"s,                  // kinds that do not exist
             "\x80\x01x"s,                                // goes on with nothing
             "\x01\x01x\x81\x01y"s,                       // begins before the last one ended
             "\x09\x01x"s,                                // half a ping
             "\x89\x7E\x00\x7E"s + std::string(126, 'x'), // too long a ping
             "\x81\x7F\x80\x00\x00\x00\x00\x00\x00\x00"s, // longer than anything
         }) {
        EXPECT_FALSE(read(stream).good) << testing::PrintToString(stream);
    }
    EXPECT_TRUE(read("\x89\x7D"s + std::string(125, 'x')).good);
}

TEST(WebSocketFrames, take_nothing_more_once_they_are_broken) {
    Heard heard;
    FrameReader reader(heard);
    EXPECT_FALSE(reader.feed(bytes_of("\x83\x01x")));
    EXPECT_FALSE(reader.feed(bytes_of("\x81\x01x")));
    EXPECT_EQ(heard.text, "");
}

std::string written(Opcode kind, std::size_t size, const Mask& mask) {
    std::array<std::uint8_t, head_size_max> head{};
    const std::size_t head_size = write_head(head, kind, size, mask);
    return {head.begin(), head.begin() + static_cast<std::ptrdiff_t>(head_size)};
}

TEST(WebSocketFrames, are_written_last_and_masked_with_lengths_of_7_and_16_bits) {
    const Mask mask{1, 2, 3, 4};
    EXPECT_EQ(written(Opcode::text, 0, mask), "\x81\x80\x01\x02\x03\x04");
    EXPECT_EQ(written(Opcode::text, 125, mask), "\x81\xFD\x01\x02\x03\x04");
    EXPECT_EQ(written(Opcode::text, 126, mask), "\x81\xFE\x00\x7E\x01\x02\x03\x04"s);
    EXPECT_EQ(written(Opcode::binary, written_size_max, mask), "\x82\xFE\xFF\xFF\x01\x02\x03\x04");
    EXPECT_EQ(written(Opcode::pong, 2, mask), "\x8A\x82\x01\x02\x03\x04");
}

TEST(WebSocketFrames, are_masked_as_the_standards_example_is) {
    std::array<std::uint8_t, 5> payload{'H', 'e', 'l', 'l', 'o'};
    const Mask mask{0x37, 0xFA, 0x21, 0x3D};
    apply_mask(mask, payload);
    EXPECT_EQ(payload, (std::array<std::uint8_t, 5>{0x7F, 0x9F, 0x4D, 0x51, 0x58}));
    apply_mask(mask, payload);
    EXPECT_EQ(payload[4], 'o');
}

} // namespace
} // namespace protocol::websocket
