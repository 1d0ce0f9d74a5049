// SPDX-License-Identifier: Apache-2.0
#include "protocol/telnet/com_port_client.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

namespace protocol::telnet {
namespace {

using namespace std::string_literals;
using Control = ComPortClient::Control;

class ComPortClientTest : public testing::Test, public ComPortClient::Dependencies {
protected:
    void hear(std::string_view bytes) {
        client_.receive({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    }
    void write(std::string_view bytes) {
        client_.write({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    }
    std::string sent() { return std::exchange(sent_, {}); }

    ComPortClient client_{*this};
    std::string board_;

private:
    void send(std::span<const std::uint8_t> bytes) override { sent_.append(bytes.begin(), bytes.end()); }
    void on_bytes(std::span<const std::uint8_t> bytes) override { board_.append(bytes.begin(), bytes.end()); }

    std::string sent_;
};

TEST_F(ComPortClientTest, offers_the_port_and_a_clean_line) {
    client_.start();
    EXPECT_EQ(sent(), "\xFF\xFB\x00\xFF\xFD\x00\xFF\xFB\x03\xFF\xFD\x03\xFF\xFB\x2C"s);
    EXPECT_EQ(client_.control(), Control::unknown);
}

TEST_F(ComPortClientTest, is_granted_control_by_do_or_by_the_servers_own_will) {
    client_.start();
    sent();
    hear("\xFF\xFD\x2C");
    EXPECT_EQ(client_.control(), Control::granted);
    EXPECT_EQ(sent(), ""); // what was asked for is not confirmed once more

    ComPortClient other(*this);
    const std::array<std::uint8_t, 3> will{0xFF, 0xFB, 0x2C};
    other.receive(will);
    EXPECT_EQ(other.control(), Control::granted);
    EXPECT_EQ(sent(), "\xFF\xFD\x2C");
}

TEST_F(ComPortClientTest, is_refused_control_by_dont_or_by_silence) {
    client_.start();
    sent();
    hear("\xFF\xFE\x2C");
    EXPECT_EQ(client_.control(), Control::refused);
    EXPECT_EQ(sent(), ""); // the refusal of an offer needs no answer

    ComPortClient other(*this);
    other.give_up_control();
    EXPECT_EQ(other.control(), Control::refused);
}

TEST_F(ComPortClientTest, answers_changes_only) {
    client_.start();
    sent();
    hear("\xFF\xFB\x01\xFF\xFB\x01"); // WILL ECHO, twice
    EXPECT_EQ(sent(), "\xFF\xFD\x01");
    hear("\xFF\xFD\x00\xFF\xFB\x00\xFF\xFD\x00"s); // what we asked for, and once more
    EXPECT_EQ(sent(), "");
    hear("\xFF\xFE\x00\xFF\xFE\x00"s); // no longer
    EXPECT_EQ(sent(), "\xFF\xFC\x00"s);
    hear("\xFF\xFD\x01\xFF\xFD\x18\xFF\xFB\x18"); // that we echo; the terminal's type
    EXPECT_EQ(sent(), "\xFF\xFC\x01\xFF\xFC\x18\xFF\xFE\x18");
}

TEST_F(ComPortClientTest, sets_rate_frame_and_lines_in_the_bytes_of_rfc_2217) {
    client_.set_baud(115200);
    EXPECT_EQ(sent(), "\xFF\xFA\x2C\x01\x00\x01\xC2\x00\xFF\xF0"s);
    client_.set_baud(255); // a byte that must be doubled
    EXPECT_EQ(sent(), "\xFF\xFA\x2C\x01\x00\x00\x00\xFF\xFF\xFF\xF0"s);
    client_.set_frame();
    EXPECT_EQ(sent(), "\xFF\xFA\x2C\x02\x08\xFF\xF0\xFF\xFA\x2C\x03\x01\xFF\xF0"
                      "\xFF\xFA\x2C\x04\x01\xFF\xF0\xFF\xFA\x2C\x05\x01\xFF\xF0");
    client_.set_dtr(true);
    client_.set_dtr(false);
    client_.set_rts(true);
    client_.set_rts(false);
    EXPECT_EQ(sent(), "\xFF\xFA\x2C\x05\x08\xFF\xF0\xFF\xFA\x2C\x05\x09\xFF\xF0"
                      "\xFF\xFA\x2C\x05\x0B\xFF\xF0\xFF\xFA\x2C\x05\x0C\xFF\xF0");
}

TEST_F(ComPortClientTest, knows_the_rate_that_the_server_has_taken) {
    client_.set_baud(921600);
    EXPECT_EQ(client_.acknowledged_baud(), std::nullopt);
    hear("\xFF\xFA\x2C\x65\x00\x01\xC2\xFF\xF0"s); // a byte short
    EXPECT_EQ(client_.acknowledged_baud(), std::nullopt);
    hear("\xFF\xFA\x2C\x65\x00\x01\xC2\x00\xFF\xF0"s);
    EXPECT_EQ(client_.acknowledged_baud(), 115200U);
    client_.set_baud(9600);
    EXPECT_EQ(client_.acknowledged_baud(), std::nullopt);
}

TEST_F(ComPortClientTest, passes_every_byte_in_both_directions) {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    write(all);
    const std::string on_the_wire = sent();
    EXPECT_EQ(on_the_wire, all + "\xFF");
    hear(on_the_wire);
    EXPECT_EQ(board_, all);
}

TEST_F(ComPortClientTest, stops_while_the_servers_buffer_is_full) {
    EXPECT_FALSE(client_.suspended());
    hear("\xFF\xFA\x2C\x6C\xFF\xF0");
    EXPECT_TRUE(client_.suspended());
    hear("\xFF\xFA\x2C\x6D\xFF\xF0");
    EXPECT_FALSE(client_.suspended());
}

} // namespace
} // namespace protocol::telnet
