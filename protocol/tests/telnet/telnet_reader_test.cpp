// SPDX-License-Identifier: Apache-2.0
#include "protocol/telnet/telnet_reader.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace protocol::telnet {
namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class Heard final : public TelnetSink {
public:
    void on_data(std::span<const std::uint8_t> bytes) override { data.append(bytes.begin(), bytes.end()); }
    void on_option(Verb verb, std::uint8_t option) override {
        commands += std::to_string(static_cast<int>(verb)) + ":" + std::to_string(option) + " ";
    }
    void on_subnegotiation(std::uint8_t option, std::span<const std::uint8_t> content) override {
        commands += "[" + std::to_string(option) + " " + std::string(content.begin(), content.end()) + "] ";
    }
    std::string data;
    std::string commands;
};

Heard read(std::string_view stream, std::size_t piece) {
    Heard heard;
    TelnetReader reader(heard);
    for (; !stream.empty(); stream.remove_prefix(std::min(piece, stream.size()))) {
        reader.feed(bytes_of(stream.substr(0, piece)));
    }
    return heard;
}

TEST(TelnetReader, takes_commands_out_of_the_data_in_pieces_of_any_size) {
    constexpr std::string_view stream = "a\xFF\xFB\x01"
                                        "b\xFF\xFF\xFF\xF1"
                                        "c\xFF\xFA\x2Cx\xFF\xFFy\xFF\xF0"
                                        "d\xFF\xFE\x2C";
    for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
        const Heard heard = read(stream, piece);
        EXPECT_EQ(heard.data, "ab\xFF"
                              "cd");
        EXPECT_EQ(heard.commands, "251:1 [44 x\xFFy] 254:44 ");
    }
}

TEST(TelnetReader, passes_on_the_longest_subnegotiation_and_skips_a_longer_one) {
    const std::string longest(subnegotiation_max, 'x');
    EXPECT_EQ(read("\xFF\xFA\x2C" + longest + "\xFF\xF0", 7).commands, "[44 " + longest + "] ");
    const Heard heard = read("\xFF\xFA\x2C" + longest + "y\xFF\xF0z", 7);
    EXPECT_EQ(heard.commands, "");
    EXPECT_EQ(heard.data, "z");
}

TEST(TelnetReader, a_subnegotiation_without_an_end_does_not_swallow_the_next_command) {
    const Heard heard = read("\xFF\xFA\x2Cx\xFF\xFB\x01z", 1);
    EXPECT_EQ(heard.commands, "251:1 ");
    EXPECT_EQ(heard.data, "z");
}

TEST(TelnetEscape, doubles_what_would_be_a_command) {
    for (const std::string_view text : {"", "plain", "\xFF", "\xFF\xFF", "a\xFF",
                                        "\xFF"
                                        "b\xFF\xFF"
                                        "c"}) {
        std::string sent;
        escape(bytes_of(text), [&](std::span<const std::uint8_t> piece) { sent.append(piece.begin(), piece.end()); });
        EXPECT_EQ(std::count(sent.begin(), sent.end(), '\xFF'), 2 * std::count(text.begin(), text.end(), '\xFF'));
        EXPECT_EQ(read(sent, 3).data, text);
    }
}

} // namespace
} // namespace protocol::telnet
