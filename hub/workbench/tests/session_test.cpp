// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/session.hpp"

#include "hub/workbench/serial_port.hpp"
#include "hub/workbench/tests/support.hpp"
#include "protocol/link/frame_reader.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace hub::workbench {
namespace {

const std::string uid = "b0a7d001";

class SessionTest : public testing::Test, public Session::Dependencies {
protected:
    void begin(const BoardPort& port) {
        session_ = std::make_unique<Session>(io_, port, *this);
        session_->start();
    }
    // To the pty, with a uid known beforehand, and opened.
    void begin_opened() {
        begin(BoardPort{uid, link_to(*pty_), false, {}});
        ASSERT_TRUE(run_until(io_, [&] { return !calls_.empty(); }));
    }
    std::filesystem::path link_to(const Pty& pty) {
        const auto link = folder_.path() / "uart0";
        std::filesystem::remove(link);
        std::filesystem::create_symlink(pty.path(), link);
        return link;
    }
    bool heard(const std::string& call) {
        return run_until(io_, [&] { return std::find(calls_.begin(), calls_.end(), call) != calls_.end(); });
    }
    std::size_t times(const std::string& call) {
        return static_cast<std::size_t>(std::count(calls_.begin(), calls_.end(), call));
    }
    std::string written(std::size_t size) {
        std::string came;
        EXPECT_TRUE(run_until(io_, [&] { return (came += pty_->read()).size() >= size; })) << came;
        return came;
    }

    void line_opened(const std::string& who, core::BoardLine& line, bool) override {
        EXPECT_EQ(&line, session_.get());
        calls_.push_back("opened " + who);
    }
    void line_closed(const std::string& who, std::string_view reason) override {
        calls_.push_back("closed " + who + ": " + std::string(reason));
    }
    void on_message(const std::string& who, std::string_view json) override {
        calls_.push_back("message " + who + " " + std::string(json));
    }
    void on_console(const std::string&, std::string_view bytes) override { console_ += bytes; }
    void note(const std::string&, std::string_view level, std::string_view text) override {
        notes_.push_back(std::string(level) + " " + std::string(text));
    }

    boost::asio::io_context io_;
    TemporaryFolder folder_;
    std::unique_ptr<Pty> pty_ = std::make_unique<Pty>();
    std::vector<std::string> calls_;
    std::vector<std::string> notes_;
    std::string console_;
    std::unique_ptr<Session> session_; // last: it says goodbye to the others
};

TEST_F(SessionTest, frames_and_console_are_told_apart_byte_by_byte) {
    begin_opened();
    for (const char byte : std::string("hi\x1E[\"up\",1,{}]\nthere\n\x1E[\"up\",2,{}]\n")) {
        pty_->write(std::string(1, byte));
        run_ready(io_);
    }
    ASSERT_TRUE(heard("message b0a7d001 [\"up\",2,{}]"));
    EXPECT_EQ(calls_, (std::vector<std::string>{"opened b0a7d001", "message b0a7d001 [\"up\",1,{}]",
                                                "message b0a7d001 [\"up\",2,{}]"}));
    EXPECT_EQ(console_, "hithere\n");
    EXPECT_EQ(session_->console_history(), "hithere\n");
}

TEST_F(SessionTest, a_message_is_sent_as_one_frame) {
    begin_opened();
    session_->send(core::Json::array({"set", "door", "UNLOCK", "c1", 5000}));
    const std::string wanted = "\x1E[\"set\",\"door\",\"UNLOCK\",\"c1\",5000]\n";
    EXPECT_EQ(written(wanted.size()), wanted);
}

TEST_F(SessionTest, half_a_frame_is_console_text_after_all_when_nothing_follows) {
    begin_opened();
    pty_->write("\x1E[\"up\"");
    ASSERT_TRUE(run_until(io_, [&] { return console_ == "\x1E[\"up\""; }));
}

TEST_F(SessionTest, half_a_frame_before_a_hang_up_is_not_lost) {
    begin_opened();
    pty_->write(">\x1E[\"up");
    ASSERT_TRUE(run_until(io_, [&] { return console_ == ">"; })); // what is still on its way is lost with a hang-up
    pty_->close();
    ASSERT_TRUE(heard("closed b0a7d001: the other end is gone"));
    EXPECT_EQ(console_, ">\x1E[\"up");
}

TEST_F(SessionTest, a_board_that_hangs_up_and_returns_elsewhere_gets_its_line_back) {
    begin_opened();
    pty_->write(">\x1E[\"up\"");
    ASSERT_TRUE(run_until(io_, [&] { return console_ == ">"; }));
    pty_->close();
    ASSERT_TRUE(heard("closed b0a7d001: the other end is gone"));
    pty_ = std::make_unique<Pty>();
    link_to(*pty_);
    ASSERT_TRUE(run_until(io_, [&] { return times("opened b0a7d001") == 2; }));
    pty_->write("\x1E[\"up\",7,{}]\n");
    EXPECT_TRUE(heard("message b0a7d001 [\"up\",7,{}]")); // not glued to the half frame of before
}

TEST_F(SessionTest, a_board_without_a_known_uid_is_asked_who_it_is) {
    begin(BoardPort{"", pty_->path(), false, {}});
    EXPECT_EQ(written(9), "\x1E[\"who\"]\n");
    pty_->write("\x1E[\"up\",1,{}]\n\x1E[\"hello\",{\"uid\":\"NOT ONE\"}]\n");
    pty_->write("\x1E[\"hello\",{\"uid\":\"b0a7d001\"}]\n");
    ASSERT_TRUE(heard("message b0a7d001 [\"hello\",{\"uid\":\"b0a7d001\"}]"));
    EXPECT_EQ(calls_.front(), "opened b0a7d001");
    EXPECT_EQ(calls_.size(), 2U);
    EXPECT_EQ(session_->uid(), "b0a7d001");
}

TEST_F(SessionTest, another_board_on_the_same_port_gets_a_line_of_its_own) {
    begin_opened();
    pty_->write("\x1E[\"hello\",{\"uid\":\"b0a7d001\"}]\n\x1E[\"hello\",{\"uid\":\"b0a7d002\"}]\n");
    ASSERT_TRUE(heard("message b0a7d002 [\"hello\",{\"uid\":\"b0a7d002\"}]"));
    EXPECT_EQ(calls_,
              (std::vector<std::string>{"opened b0a7d001", "message b0a7d001 [\"hello\",{\"uid\":\"b0a7d001\"}]",
                                        "closed b0a7d001: another board answers on this port", "opened b0a7d002",
                                        "message b0a7d002 [\"hello\",{\"uid\":\"b0a7d002\"}]"}));
}

TEST_F(SessionTest, the_console_history_keeps_the_newest_and_no_more_than_its_limit) {
    begin_opened();
    const std::string line = std::string(1'023, '.') + "\n";
    std::size_t sent = 0;
    while (sent <= console_history_max) {
        pty_->write(line);
        sent += line.size();
        ASSERT_TRUE(run_until(io_, [&] { return console_.size() == sent; }));
        EXPECT_EQ(session_->console_history().size(), std::min(sent, console_history_max));
    }
    pty_->write("end");
    ASSERT_TRUE(run_until(io_, [&] { return console_.ends_with("end"); }));
    EXPECT_EQ(session_->console_history().size(), console_history_max);
    EXPECT_TRUE(session_->console_history().ends_with("\nend"));
}

TEST_F(SessionTest, a_board_that_does_not_read_costs_messages_and_is_said_once) {
    begin_opened();
    const auto message = core::Json::array({"ha", std::string(900, 'x')});
    for (std::size_t i = 0; i < 2 * write_queue_max / 900; ++i) session_->send(message);
    ASSERT_EQ(notes_.size(), 1U);
    EXPECT_NE(notes_[0].find("does not read"), std::string::npos);
    std::size_t came = written(write_queue_max - 1'024).size();
    EXPECT_LE(came, write_queue_max);
    run_ready(io_);
    (void)pty_->read();
    session_->send(core::Json::array({"up", 1}));
    EXPECT_TRUE(written(9).ends_with("\x1E[\"up\",1]\n"));
    EXPECT_EQ(notes_.size(), 1U);
}

TEST_F(SessionTest, a_message_is_sent_up_to_the_longest_frame_and_not_beyond) {
    begin_opened();
    const std::size_t around = std::string("\x1E[\"\"]\n").size();
    const auto longest = core::Json::array({std::string(protocol::link::frame_size_max - around, 'x')});
    session_->send(longest);
    EXPECT_EQ(written(protocol::link::frame_size_max).size(), protocol::link::frame_size_max);
    EXPECT_TRUE(notes_.empty());
    session_->send(core::Json::array({std::string(protocol::link::frame_size_max - around + 1, 'x')}));
    EXPECT_EQ(notes_.size(), 1U);
    run_ready(io_);
    EXPECT_EQ(pty_->read(), "");
}

TEST_F(SessionTest, a_held_port_is_said_once_and_opened_when_it_is_free) {
    struct Nobody final : SerialPort::Listener {
        void on_bytes(std::span<const std::uint8_t>) override {}
        void on_hang_up(std::string_view) override {}
    } nobody;
    auto holder = SerialPort::open(io_, pty_->path(), nobody);
    ASSERT_TRUE(holder);
    begin(BoardPort{uid, pty_->path(), false, {}});
    ASSERT_TRUE(run_until(io_, [&] { return !notes_.empty(); }));
    EXPECT_NE(notes_[0].find("(pid " + std::to_string(::getpid()) + ")"), std::string::npos) << notes_[0];
    holder->reset();
    ASSERT_TRUE(heard("opened b0a7d001"));
    EXPECT_EQ(notes_.size(), 1U);
}

TEST_F(SessionTest, a_virtual_board_that_does_not_run_is_not_opened) {
    const auto socket = folder_.path() / "control.sock";
    { const ListeningSocket died(socket); } // leaves its name behind, as a killed board does
    begin(BoardPort{uid, link_to(*pty_), true, socket});
    io_.run_for(std::chrono::milliseconds(350)); // some attempts
    EXPECT_TRUE(calls_.empty());
    std::filesystem::remove(socket);
    const ListeningSocket runs(socket);
    EXPECT_TRUE(heard("opened b0a7d001"));
}

TEST_F(SessionTest, stopping_closes_the_line_once_and_for_good) {
    begin_opened();
    session_->stop("the hub ends");
    EXPECT_EQ(calls_.back(), "closed b0a7d001: the hub ends");
    pty_->write("\x1E[\"up\",1,{}]\n");
    session_->send(core::Json::array({"who"}));
    io_.restart();
    io_.run(); // nothing is left that would keep it
    session_.reset();
    EXPECT_EQ(calls_.size(), 2U);
}

} // namespace
} // namespace hub::workbench
