// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/tests/network_fixture.hpp"

#include <string>
#include <string_view>

namespace hub::workbench {
namespace {

using namespace std::string_literals;

using TcpLineTest = NetworkPortTest;

TEST_F(TcpLineTest, bytes_pass_unchanged_in_both_directions) {
    open(address("tcp://"));
    ASSERT_TRUE(port_->write(all_bytes())); // before it is connected
    EXPECT_FALSE(port_->ready());
    EXPECT_EQ(port_->waiting(), 256U);
    EXPECT_TRUE(hears(all_bytes()));
    EXPECT_TRUE(port_->ready());
    EXPECT_EQ(port_->waiting(), 0U);
    peer_.send(all_bytes());
    ASSERT_TRUE(run_until(io_, [&] { return heard_.size() >= 256; }));
    EXPECT_EQ(heard_, all_bytes());
}

TEST_F(TcpLineTest, takes_exactly_as_much_as_may_wait) {
    open(address("tcp://"));
    ASSERT_TRUE(port_->write(std::string(write_queue_max, 'a')));
    EXPECT_FALSE(port_->write("b"));
    ASSERT_TRUE(run_until(io_, [&] { return peer_.heard().size() >= write_queue_max; }));
    EXPECT_TRUE(port_->write("c"));
    EXPECT_TRUE(run_until(io_, [&] { return peer_.heard().ends_with('c'); }));
}

TEST_F(TcpLineTest, a_hang_up_is_said_once_and_leaves_nothing_running) {
    open(address("tcp://"));
    ASSERT_TRUE(run_until(io_, [&] { return peer_.connected(); }));
    peer_.close();
    peer_.stop_accepting();
    ASSERT_TRUE(until_hang_up());
    io_.restart();
    io_.run(); // ends: nothing waits
    EXPECT_EQ(hang_ups_, 1);
    EXPECT_NE(reason_.find("has closed the connection"), std::string::npos) << reason_;
}

TEST_F(TcpLineTest, may_be_closed_by_whoever_hears_its_bytes) {
    open(address("tcp://"));
    ASSERT_TRUE(until_ready());
    close_when_heard_ = true;
    peer_.send("x");
    ASSERT_TRUE(run_until(io_, [&] { return peer_.left(); }));
    EXPECT_EQ(hang_ups_, 0);
}

TEST_F(TcpLineTest, nobody_there_is_said_with_the_address) {
    {
        boost::asio::io_context other;
        const TcpPeer gone(other);
        open("tcp://127.0.0.1:" + std::to_string(gone.port()));
    }
    ASSERT_TRUE(until_hang_up());
    EXPECT_NE(reason_.find("cannot connect to tcp://127.0.0.1:"), std::string::npos) << reason_;
    EXPECT_NE(reason_.find("refused"), std::string::npos) << reason_;
}

TEST_F(TcpLineTest, has_neither_rate_nor_lines) {
    open(address("tcp://"));
    ASSERT_TRUE(until_ready());
    EXPECT_EQ(port_->set_baud(9600).error().code, base::ErrorCode::unsupported);
    EXPECT_EQ(port_->set_lines({}).error().code, base::ErrorCode::unsupported);
}

// The bytes of a server that takes no others.
constexpr std::string_view grant = "\xFF\xFD\x2C";
constexpr std::string_view refuse = "\xFF\xFE\x2C";
const std::string offer = "\xFF\xFB\x00\xFF\xFD\x00\xFF\xFB\x03\xFF\xFD\x03\xFF\xFB\x2C"s;
const std::string set_up =
    "\xFF\xFA\x2C\x01\x00\x01\xC2\x00\xFF\xF0\xFF\xFA\x2C\x02\x08\xFF\xF0\xFF\xFA\x2C\x03\x01\xFF"
    "\xF0\xFF\xFA\x2C\x04\x01\xFF\xF0\xFF\xFA\x2C\x05\x01\xFF\xF0"s;
const std::string at_115200 = "\xFF\xFA\x2C\x65\x00\x01\xC2\x00\xFF\xF0"s;

class Rfc2217LineTest : public NetworkPortTest {
protected:
    void agree() {
        open(address("rfc2217://"));
        ASSERT_TRUE(hears(offer));
        peer_.send(grant);
        ASSERT_TRUE(hears(set_up));
        EXPECT_FALSE(port_->ready());
        peer_.send(at_115200);
        ASSERT_TRUE(until_ready());
    }
};

TEST_F(Rfc2217LineTest, agrees_on_the_port_and_its_rate_before_a_byte_passes) {
    open(address("rfc2217://"));
    ASSERT_TRUE(port_->write("early\xFF"));
    ASSERT_TRUE(hears(offer));
    EXPECT_EQ(port_->set_lines({true, true}).error().code, base::ErrorCode::invalid_state);
    peer_.send(grant);
    ASSERT_TRUE(hears(set_up));
    peer_.send(at_115200);
    EXPECT_TRUE(hears("early\xFF\xFF"));
    peer_.send("late\xFF\xFF");
    ASSERT_TRUE(run_until(io_, [&] { return heard_.size() >= 5; }));
    EXPECT_EQ(heard_, "late\xFF");
}

TEST_F(Rfc2217LineTest, moves_the_lines_and_the_rate_in_order_with_the_bytes) {
    agree();
    ASSERT_TRUE(port_->write("a"));
    ASSERT_TRUE(port_->set_lines({false, true}));
    ASSERT_TRUE(port_->write("b"));
    ASSERT_TRUE(port_->set_baud(460800));
    ASSERT_TRUE(port_->write("c"));
    EXPECT_TRUE(hears("a\xFF\xFA\x2C\x05\x09\xFF\xF0\xFF\xFA\x2C\x05\x0B\xFF\xF0"
                      "b\xFF\xFA\x2C\x01\x00\x07\x08\x00\xFF\xF0"
                      "c"s));
    EXPECT_EQ(port_->set_baud(0).error().code, base::ErrorCode::invalid_argument);
}

TEST_F(Rfc2217LineTest, a_server_without_control_passes_bytes_and_says_so_for_lines) {
    open(address("rfc2217://"));
    ASSERT_TRUE(hears(offer));
    peer_.send(refuse);
    ASSERT_TRUE(until_ready());
    ASSERT_TRUE(port_->write("x"));
    EXPECT_TRUE(hears("x"));
    const auto moved = port_->set_lines({});
    ASSERT_FALSE(moved);
    EXPECT_EQ(moved.error().code, base::ErrorCode::unsupported);
    EXPECT_NE(moved.error().message.view().find("neither rate nor control lines"), std::string_view::npos);
}

TEST_F(Rfc2217LineTest, a_server_that_says_nothing_is_taken_for_one_without_control) {
    open(address("rfc2217://"));
    ASSERT_TRUE(hears(offer));
    ASSERT_TRUE(until_ready());
    EXPECT_EQ(port_->set_baud(9600).error().code, base::ErrorCode::unsupported);
}

TEST_F(Rfc2217LineTest, a_server_that_stays_at_another_rate_is_of_no_use) {
    open(address("rfc2217://"));
    ASSERT_TRUE(hears(offer));
    peer_.send(grant);
    ASSERT_TRUE(hears(set_up));
    peer_.send("\xFF\xFA\x2C\x65\x00\x00\x25\x80\xFF\xF0"s);
    ASSERT_TRUE(until_hang_up());
    EXPECT_NE(reason_.find("stays at 9600 baud"), std::string::npos) << reason_;
}

TEST_F(Rfc2217LineTest, the_rate_that_a_divisor_makes_is_the_rate) {
    open(address("rfc2217://"));
    ASSERT_TRUE(hears(offer));
    peer_.send(grant);
    ASSERT_TRUE(hears(set_up));
    peer_.send("\xFF\xFA\x2C\x65\x00\x01\xC4\x57\xFF\xF0"s); // 115,799
    EXPECT_TRUE(until_ready());
}

TEST_F(Rfc2217LineTest, holds_back_while_the_servers_buffer_is_full) {
    agree();
    peer_.send("\xFF\xFA\x2C\x6C\xFF\xF0.");
    ASSERT_TRUE(run_until(io_, [&] { return heard_ == "."; }));
    ASSERT_TRUE(port_->write("x"));
    run_ready(io_);
    EXPECT_EQ(port_->waiting(), 1U);
    peer_.send("\xFF\xFA\x2C\x6D\xFF\xF0");
    EXPECT_TRUE(hears("x"));
}

TEST_F(Rfc2217LineTest, may_be_closed_in_the_middle_of_what_a_server_says) {
    agree();
    close_when_heard_ = true;
    peer_.send("x\xFF\xFD\x18y");
    ASSERT_TRUE(run_until(io_, [&] { return peer_.left(); }));
    EXPECT_EQ(heard_, "x");
}

} // namespace
} // namespace hub::workbench
