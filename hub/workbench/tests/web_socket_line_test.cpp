// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/tests/strict_web_socket.hpp"

#include <chrono>
#include <string>

namespace hub::workbench {
namespace {

class WebReplTest : public StrictWebSocketTest {
protected:
    void let_in() {
        open(address("ws://:secret@"));
        agree();
        peer_.send(server_frame("Password: "));
        EXPECT_EQ(frame(), "secret\r");
        peer_.send(server_frame("\r\nWebREPL connected\r\n>>> "));
        ASSERT_TRUE(until_ready());
    }
};

TEST_F(WebReplTest, logs_in_and_passes_bytes_as_text) {
    let_in();
    ASSERT_TRUE(run_until(io_, [&] { return heard_.size() >= 4; }));
    EXPECT_EQ(heard_, ">>> ");
    ASSERT_TRUE(port_->write("\x03print(1)\r"));
    EXPECT_EQ(frame(), "\x03print(1)\r");
    peer_.send(server_frame("1\r\n\xC3") + server_frame("\xA4\xFF\r\n>>> ")); // half a letter, and none at all
    ASSERT_TRUE(run_until(io_, [&] { return heard_.ends_with("\n>>> "); }));
    EXPECT_EQ(heard_, ">>> 1\r\n\xC3\xA4\xFF\r\n>>> ");
}

TEST_F(WebReplTest, writes_nothing_that_could_be_taken_for_the_password) {
    open(address("ws://:secret@"));
    ASSERT_TRUE(port_->write("\r\x03"));
    agree();
    peer_.send(server_frame("Passw"));
    peer_.send(server_frame("ord: "));
    EXPECT_EQ(frame(), "secret\r");
    peer_.send(server_frame("\r\nWebREPL connected\r\n>>> "));
    EXPECT_EQ(frame(), "\r\x03");
}

TEST_F(WebReplTest, cuts_long_writes_into_frames_that_boards_know) {
    let_in();
    ASSERT_TRUE(port_->write(std::string(2500, 'x')));
    EXPECT_EQ(frame(), std::string(1024, 'x'));
    EXPECT_EQ(frame(), std::string(1024, 'x'));
    EXPECT_EQ(frame(), std::string(452, 'x'));
}

TEST_F(WebReplTest, a_wrong_password_is_said_and_not_shown) {
    open(address("ws://:secret@"));
    agree();
    peer_.send(server_frame("Password: "));
    frame();
    peer_.send(server_frame("\r\nAccess denied\r\n"));
    ASSERT_TRUE(until_hang_up());
    EXPECT_NE(reason_.find("refuses the password"), std::string::npos) << reason_;
    EXPECT_EQ(reason_.find("secret"), std::string::npos) << reason_;
}

TEST_F(WebReplTest, a_second_client_learns_why_it_is_sent_away) {
    open(address("ws://:secret@"));
    request();
    peer_.close();
    ASSERT_TRUE(until_hang_up());
    EXPECT_NE(reason_.find("another WebREPL client is connected; it allows one"), std::string::npos) << reason_;
}

TEST_F(WebReplTest, the_end_of_a_session_is_no_second_client) {
    let_in();
    peer_.send(server_frame("", '\x88'));
    ASSERT_TRUE(until_hang_up());
    EXPECT_NE(reason_.find("has closed the connection"), std::string::npos) << reason_;
}

TEST_F(WebReplTest, what_is_no_webrepl_is_told_apart) {
    struct Case {
        std::string answer;
        std::string said;
    };
    const std::string other_key = agreement("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
    for (const auto& [answer, said] :
         {Case{"SSH-2.0-OpenSSH_9.2\r\n\r\n", "does not speak HTTP"},
          Case{"HTTP/1.1 404 Not Found\r\n\r\n", "HTTP 404"},
          Case{"HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'x'), "HTTP"}, Case{other_key, "no WebSocket"}}) {
        hang_ups_ = 0;
        open(address("ws://:secret@"));
        request();
        peer_.send(answer);
        ASSERT_TRUE(until_hang_up()) << answer;
        EXPECT_NE(reason_.find(said), std::string::npos) << reason_;
    }
    hang_ups_ = 0;
    open(address("ws://:secret@"));
    agree();
    peer_.send(server_frame(std::string(120, 'x')) + server_frame(std::string(120, 'x')));
    ASSERT_TRUE(until_hang_up());
    EXPECT_NE(reason_.find("no WebREPL"), std::string::npos) << reason_;
    hang_ups_ = 0;
    open(address("ws://:secret@"));
    agree();
    peer_.send("\x83\x01x");
    ASSERT_TRUE(until_hang_up());
    EXPECT_NE(reason_.find("no WebSocket's"), std::string::npos) << reason_;
}

class WebTerminalTest : public StrictWebSocketTest {
protected:
    WebTerminalTest() { target_ = "/cp/serial/"; }
};

TEST_F(WebTerminalTest, shows_its_password_and_writes_no_more_at_once_than_the_board_takes) {
    open(address("http://:secret@"));
    const std::string asked = request();
    EXPECT_TRUE(asked.starts_with("GET /cp/serial/ HTTP/1.1\r\n")) << asked;
    EXPECT_EQ(header(asked, "Authorization"), "Basic OnNlY3JldA=="); // ":secret"
    peer_.send(agreement(asked));
    ASSERT_TRUE(until_ready());
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_TRUE(port_->write(std::string(40, 'x')));
    EXPECT_EQ(frame(), std::string(16, 'x'));
    EXPECT_EQ(frame(), std::string(16, 'x'));
    EXPECT_EQ(frame(), std::string(8, 'x'));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(4));
    EXPECT_TRUE(run_until(io_, [&] { return port_->waiting() == 0; }));
}

TEST_F(WebTerminalTest, answers_pings_and_hears_the_end) {
    open(address("http://:secret@"));
    agree();
    ASSERT_TRUE(until_ready());
    peer_.send(server_frame("hi", '\x89') + server_frame(">>> "));
    EXPECT_EQ(frame('\x8A'), "hi");
    EXPECT_TRUE(run_until(io_, [&] { return heard_ == ">>> "; }));
    peer_.send(server_frame("", '\x88'));
    ASSERT_TRUE(until_hang_up());
}

TEST_F(WebTerminalTest, says_why_the_board_does_not_let_it_in) {
    struct Case {
        std::string answer;
        std::string said;
    };
    for (const auto& [answer, said] :
         {Case{"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "refuses the password"},
          Case{"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", "CIRCUITPY_WEB_API_PASSWORD"},
          Case{"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://cpy-1a2b3c.local/cp/serial/\r\n\r\n",
               "http://cpy-1a2b3c.local"}}) {
        hang_ups_ = 0;
        open(address("http://:secret@"));
        request();
        peer_.send(answer);
        ASSERT_TRUE(until_hang_up()) << answer;
        EXPECT_NE(reason_.find(said), std::string::npos) << reason_;
    }
}

} // namespace
} // namespace hub::workbench
