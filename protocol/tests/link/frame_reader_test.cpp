// SPDX-License-Identifier: Apache-2.0
#include "protocol/link/frame_reader.hpp"

#include "protocol/tests/vectors.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace {

using protocol::link::frame_size_max;
using protocol::link::FrameReader;
using protocol::link::FrameSink;

using Found = std::vector<std::pair<std::string, std::string>>;

/// Writes down what came out; console bytes that touch are joined.
class Recorder final : public FrameSink {
public:
    Found found;

    void on_frame(std::string_view json) override { found.emplace_back("frame", json); }
    void on_console(std::span<const std::uint8_t> bytes) override {
        const std::string text(bytes.begin(), bytes.end());
        if (!found.empty() && found.back().first == "console")
            found.back().second += text;
        else
            found.emplace_back("console", text);
    }
};

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

TEST(FrameReader, splits_the_golden_streams_however_they_arrive) {
    const auto vectors = protocol::tests::read_vectors("link.json");
    for (const auto& stream : vectors["streams"]) {
        const auto text = stream["bytes"].get<std::string>();
        const auto expected = stream["out"].get<Found>();
        for (std::size_t piece = 1; piece <= text.size(); ++piece) {
            Recorder recorder;
            FrameReader reader(recorder);
            for (std::size_t i = 0; i < text.size(); i += piece) reader.feed(bytes_of(text.substr(i, piece)), 0);
            reader.flush(protocol::link::half_frame_timeout);
            EXPECT_EQ(recorder.found, expected) << stream["name"] << " in pieces of " << piece;
        }
    }
}

TEST(FrameReader, takes_the_longest_frame_and_nothing_longer) {
    const std::string inside = "\"" + std::string(frame_size_max - 6, 'a') + "\"";
    Recorder recorder;
    FrameReader reader(recorder);
    reader.feed(bytes_of("\x1E[" + inside + "]\n"), 0);
    ASSERT_EQ(recorder.found.size(), 1U);
    EXPECT_EQ(recorder.found[0].first, "frame");
    EXPECT_EQ(recorder.found[0].second.size() + 2, frame_size_max);
    EXPECT_EQ(reader.broken(), 0U);

    recorder.found.clear();
    const std::string longer = "\x1E[" + inside + " ]\n";
    reader.feed(bytes_of(longer), 0);
    EXPECT_EQ(recorder.found, (Found{{"console", longer}}));
    EXPECT_EQ(reader.broken(), 1U);
}

TEST(FrameReader, half_a_frame_becomes_console_after_its_time) {
    Recorder recorder;
    FrameReader reader(recorder);
    EXPECT_EQ(reader.deadline(), base::never);
    reader.feed(bytes_of("\x1E[\"a\""), 1000);
    const base::Micros due = 1000 + protocol::link::half_frame_timeout;
    EXPECT_EQ(reader.deadline(), due);
    reader.flush(due - 1);
    EXPECT_TRUE(recorder.found.empty());
    reader.flush(due);
    EXPECT_EQ(recorder.found, (Found{{"console", "\x1E[\"a\""}}));
    EXPECT_EQ(reader.deadline(), base::never);
}

} // namespace
