// SPDX-License-Identifier: Apache-2.0
#include "protocol/tuya/frame_reader.hpp"

#include "protocol/tests/tuya/tuya_vectors.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace protocol::tuya {
namespace {

using protocol::tests::Bytes;
using protocol::tests::from_hex;
using protocol::tests::to_hex;
using protocol::tests::tuya_vectors;

const std::string motion = "55 AA 00 05 00 05 65 01 00 01 01 71";

std::string written(const Frame& frame) {
    std::array<std::uint8_t, frame_size_max> buffer{};
    return to_hex(write_frame(frame, buffer));
}

class Heard final : public FrameSink {
public:
    std::vector<std::string> frames;
    std::vector<std::uint64_t> places;
    std::vector<std::pair<unsigned, unsigned>> bad_sums; ///< found, right
    FrameReader reader{*this};

    void on_frame(const Frame& frame) override {
        frames.push_back(written(frame));
        places.push_back(reader.frame_at());
    }
    void on_bad_sum(const Frame&, std::uint8_t found, std::uint8_t right) override {
        bad_sums.emplace_back(found, right);
    }

    void feed(const std::string& hex, std::size_t piece, base::Micros now = 0) {
        const Bytes bytes = from_hex(hex);
        for (std::size_t i = 0; i < bytes.size(); i += piece) {
            reader.feed(std::span(bytes).subspan(i, std::min(piece, bytes.size() - i)), now);
        }
    }
};

TEST(TuyaFrame, row_4_1_every_vector_is_read_and_written_byte_by_byte) {
    const auto frames = tuya_vectors("frames");
    ASSERT_GE(frames.size(), 45U);
    for (const auto& vector : frames) {
        SCOPED_TRACE(vector["name"].get<std::string>());
        const std::string hex = vector["bytes"];
        Heard heard;
        heard.feed(hex, 1);
        EXPECT_EQ(heard.frames, std::vector{hex});
        EXPECT_EQ(heard.reader.skipped(), 0U);
        const Bytes data = from_hex(vector["data"]);
        EXPECT_EQ(written({version_low_power, vector["command"], data}), hex);
    }
}

TEST(TuyaFrame, row_4_1_published_frames_with_a_wrong_sum_are_refused) {
    for (const auto& vector : tuya_vectors("bad_sums")) {
        SCOPED_TRACE(vector["name"].get<std::string>());
        const std::string hex = vector["bytes"];
        Heard heard;
        heard.feed(hex, 1);
        EXPECT_TRUE(heard.frames.empty());
        ASSERT_EQ(heard.bad_sums.size(), 1U);
        EXPECT_EQ(heard.bad_sums[0].first, from_hex(hex).back());
        EXPECT_EQ(heard.bad_sums[0].second, from_hex(vector["right"])[0]);
        EXPECT_EQ(heard.reader.bad_sums(), 1U);
    }
}

TEST(TuyaFrame, row_4_1_frames_are_found_in_garbage_however_the_bytes_come) {
    for (const auto& vector : tuya_vectors("streams")) {
        for (const std::size_t piece : {1, 2, 3, 5, 7, 100}) {
            SCOPED_TRACE(vector["name"].get<std::string>() + " in pieces of " + std::to_string(piece));
            Heard heard;
            heard.feed(vector["bytes"], piece);
            heard.reader.flush(half_frame_timeout);
            EXPECT_EQ(heard.frames, vector["frames"].get<std::vector<std::string>>());
            EXPECT_EQ(heard.bad_sums.size(), vector["bad_sums"].get<std::size_t>());
        }
    }
}

TEST(TuyaFrame, row_4_28_a_frame_of_the_mains_protocol_says_so) {
    class Versions final : public FrameSink {
    public:
        std::vector<int> seen;
        void on_frame(const Frame& frame) override { seen.push_back(frame.version); }
        void on_bad_sum(const Frame&, std::uint8_t, std::uint8_t) override {}
    } versions;
    FrameReader reader(versions);
    reader.feed(from_hex("55 AA 03 00 00 01 01 04 " + motion), 0);
    EXPECT_EQ(versions.seen, (std::vector<int>{3, 0}));
}

TEST(TuyaFrame, half_a_frame_is_given_up_when_nothing_follows) {
    Heard heard;
    EXPECT_EQ(heard.reader.deadline(), base::never);
    heard.feed("55 AA 00 05 00 FF " + motion, 100, 1000);
    EXPECT_EQ(heard.reader.deadline(), 1000 + half_frame_timeout);
    heard.reader.flush(1000 + half_frame_timeout - 1);
    EXPECT_TRUE(heard.frames.empty());
    heard.reader.flush(1000 + half_frame_timeout);
    EXPECT_EQ(heard.frames, std::vector{motion});
    EXPECT_EQ(heard.reader.skipped(), 6U);
    EXPECT_EQ(heard.reader.deadline(), base::never);
}

TEST(TuyaFrame, a_late_frame_is_not_mistaken_for_the_rest_of_an_old_one) {
    Heard heard;
    heard.feed("55 AA 00 05 00 05 65", 1, 0);
    heard.feed(motion, 1, half_frame_timeout);
    EXPECT_EQ(heard.frames, std::vector{motion});
    EXPECT_TRUE(heard.bad_sums.empty());
}

TEST(TuyaFrame, the_reader_says_where_a_frame_begins) {
    Heard heard;
    heard.feed("00 11 " + motion + " 22 " + motion, 4);
    EXPECT_EQ(heard.places, (std::vector<std::uint64_t>{2, 15}));
}

TEST(TuyaFrame, the_longest_frame_is_read_and_a_longer_one_is_none) {
    for (const std::size_t size : {mcu_data_max, mcu_data_max + 1}) {
        const Bytes data(size, 0x11);
        std::array<std::uint8_t, frame_size_max> buffer{};
        const auto bytes = write_frame({0, 5, data}, buffer);
        Heard heard;
        heard.reader.feed(bytes, 0);
        EXPECT_EQ(heard.frames.size(), size == mcu_data_max ? 1U : 0U) << size;
    }
}

TEST(TuyaFrame, nothing_is_written_that_does_not_fit) {
    std::array<std::uint8_t, 8> small{};
    EXPECT_EQ(write_frame({0, 5, from_hex("01")}, small).size(), 8U);
    EXPECT_TRUE(write_frame({0, 5, from_hex("01 02")}, small).empty());
    std::array<std::uint8_t, frame_size_max + 1> large{};
    EXPECT_EQ(write_frame({0, 5, Bytes(frame_data_max)}, large).size(), frame_size_max);
    EXPECT_TRUE(write_frame({0, 5, Bytes(frame_data_max + 1)}, large).empty());
}

} // namespace
} // namespace protocol::tuya
