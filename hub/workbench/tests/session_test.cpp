// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/session.hpp"

#include "hub/workbench/audience.hpp"
#include "hub/workbench/serial_port.hpp"
#include "hub/workbench/tests/recorded_viewer.hpp"
#include "hub/workbench/tests/support.hpp"
#include "protocol/link/frame_reader.hpp"

#include <algorithm>
#include <memory>
#include <vector>

namespace hub::workbench {
namespace {

const std::string uid = "b0a7d001";
const std::string question = "\x1E[\"who\"]\n";
const core::Json set = core::Json::array({"set", "door", true, "c1", 5000});

class SessionTest : public testing::Test, public Session::Dependencies {
protected:
    void begin(const BoardPort& port) {
        session_ = std::make_unique<Session>(io_, port, *this);
        session_->start();
    }
    // To the pty, with a uid known beforehand, and opened: the board has answered.
    void begin_opened(const std::string& runtime = "ouroboard") {
        begin(BoardPort{uid, link_to(*pty_), false, {}});
        answer(runtime);
    }
    // The board's side: says who it is when it is asked. What that was told is forgotten.
    void answer(const std::string& runtime = "ouroboard") {
        EXPECT_EQ(written(question.size()), question);
        pty_->write("\x1E[\"hello\",{\"uid\":\"" + uid + "\",\"runtime\":\"" + runtime + "\"}]\n");
        ASSERT_TRUE(run_until(io_, [&] { return calls_.size() >= 2; }));
        EXPECT_EQ(calls_.front(), "opened b0a7d001");
        calls_.clear();
    }
    std::unique_ptr<core::Attachment> attach(core::Viewer& viewer, core::AttachMode mode) {
        auto attached = session_->attach({"ouro fs put (pid 12)", mode}, viewer);
        EXPECT_TRUE(attached);
        return attached ? std::move(*attached) : nullptr;
    }
    bool prints(const std::string& text) {
        pty_->write(text);
        return run_until(io_, [&] { return console_.ends_with(text); });
    }
    // What the board has been sent by now.
    std::string sent() {
        run_ready(io_);
        return pty_->read();
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
    EXPECT_EQ(calls_, (std::vector<std::string>{"message b0a7d001 [\"up\",1,{}]", "message b0a7d001 [\"up\",2,{}]"}));
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
    calls_.clear();
    answer();
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
              (std::vector<std::string>{"message b0a7d001 [\"hello\",{\"uid\":\"b0a7d001\"}]",
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
    answer();
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
    answer();
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
    EXPECT_EQ(calls_.size(), 1U);
}

TEST_F(SessionTest, a_stock_prompt_is_asked_once_who_it_is_and_then_left_in_peace) {
    begin(BoardPort{uid, link_to(*pty_), false, {}});
    EXPECT_EQ(written(question.size()), question);
    pty_->write(">>> ['who']\r\n>>> ");
    ASSERT_TRUE(run_until(io_, [&] { return session_->console_history().ends_with("\n>>> "); }));
    for (const char* word : {"who", "up", "who"}) session_->send(core::Json::array({word}));
    session_->release("killed");
    EXPECT_EQ(sent(), "");
    EXPECT_TRUE(calls_.empty()) << "nothing that the hub would send anything to";
}

TEST_F(SessionTest, a_program_of_a_stock_board_is_sent_messages_and_its_prompt_is_not) {
    begin_opened("stock");
    session_->send(core::Json::array({"up", 1}));
    EXPECT_EQ(written(9), "\x1E[\"up\",1]\n");
    ASSERT_TRUE(prints("KeyboardInterrupt:\r\n>>> "));
    session_->send(core::Json::array({"up", 2}));
    EXPECT_EQ(sent(), "");
    for (int i = 0; i < 3; ++i) session_->send(core::Json::array({"who"}));
    EXPECT_EQ(written(question.size()), question) << "it was heard, so it may be asked; once";
    ASSERT_TRUE(prints(">>> run()\r\n"));
    session_->send(core::Json::array({"up", 3}));
    EXPECT_EQ(written(9), "\x1E[\"up\",3]\n");
}

TEST_F(SessionTest, our_firmware_is_sent_messages_at_its_prompt_and_during_a_lease) {
    begin_opened();
    ASSERT_TRUE(prints(">>> "));
    RecordedViewer holder;
    const auto lease = attach(holder, core::AttachMode::lease);
    session_->send(core::Json::array({"up", 1}));
    EXPECT_EQ(written(9), "\x1E[\"up\",1]\n");
    EXPECT_EQ(session_->held_by(), "");
}

TEST_F(SessionTest, a_stock_board_is_sent_nothing_during_a_lease_and_says_who_holds_it) {
    begin_opened("stock");
    RecordedViewer holder;
    auto lease = attach(holder, core::AttachMode::lease);
    session_->send(set);
    EXPECT_EQ(sent(), "");
    EXPECT_EQ(session_->held_by().find("ouro fs put (pid 12) has had the board's prompt since "), 0U);
    lease.reset();
    EXPECT_EQ(session_->held_by(), "");
    session_->send(set);
    EXPECT_NE(written(1), "");
}

TEST_F(SessionTest, during_a_lease_the_hub_hears_the_link_and_a_note_instead_of_the_tools_noise) {
    begin_opened();
    RecordedViewer holder;
    auto lease = attach(holder, core::AttachMode::lease);
    const std::string came = "raw REPL\x1E[\"up\",2,{}]\n>OK\x04";
    pty_->write(came);
    ASSERT_TRUE(run_until(io_, [&] { return holder.output == came; }));
    EXPECT_TRUE(heard("message b0a7d001 [\"up\",2,{}]"));
    lease.reset();
    EXPECT_EQ(console_, "\r\n[ouro fs put (pid 12) has the prompt]\r\n");
    EXPECT_EQ(session_->console_history(), console_);
    EXPECT_TRUE(prints("after")) << "and all of it again when the lease has ended";
}

TEST_F(SessionTest, a_board_that_vanishes_ends_the_lease_at_once_and_viewers_see_it_return) {
    begin_opened();
    RecordedViewer holder;
    RecordedViewer viewer;
    const auto lease = attach(holder, core::AttachMode::lease);
    const auto seat = attach(viewer, core::AttachMode::type);
    const auto began = std::chrono::steady_clock::now();
    pty_->close();
    ASSERT_TRUE(run_until(io_, [&] { return holder.cut; }));
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(1));
    EXPECT_EQ(holder.notices.back().dump(), R"({"reason":"the other end is gone","type":"gone"})");
    EXPECT_EQ(session_->info().state, core::SessionInfo::State::absent);
    RecordedViewer late;
    EXPECT_EQ(session_->attach({"late", core::AttachMode::lease}, late).error().code, base::ErrorCode::disconnected);
    pty_ = std::make_unique<Pty>();
    link_to(*pty_);
    ASSERT_TRUE(run_until(io_, [&] { return viewer.types().back() == "back"; }));
    EXPECT_EQ(session_->info().state, core::SessionInfo::State::open);
}

TEST_F(SessionTest, row_1_19_a_killed_session_gives_its_port_to_the_next_program) {
    begin_opened();
    RecordedViewer holder;
    const auto lease = attach(holder, core::AttachMode::lease);
    session_->release("killed");
    EXPECT_TRUE(holder.cut);
    EXPECT_EQ(session_->info().state, core::SessionInfo::State::released);
    EXPECT_EQ(calls_.back(), "closed b0a7d001: killed");
    RecordedViewer late;
    EXPECT_FALSE(session_->attach({"late", core::AttachMode::lease}, late));
    struct Nobody final : SerialPort::Listener {
        void on_bytes(std::span<const std::uint8_t>) override {}
        void on_hang_up(std::string_view) override {}
    } nobody;
    EXPECT_TRUE(SerialPort::open(io_, pty_->path(), nobody));
}

TEST_F(SessionTest, a_board_that_returns_under_another_name_is_the_same_session) {
    begin_opened();
    RecordedViewer viewer;
    const auto seat = attach(viewer, core::AttachMode::type);
    session_->unplug();
    EXPECT_FALSE(session_->is_plugged_in());
    EXPECT_EQ(viewer.types(), (std::vector<std::string>{"replay", "gone"}));
    Pty elsewhere;
    session_->plug_in(BoardPort{"", elsewhere.path(), false, {}});
    ASSERT_TRUE(run_until(io_, [&] { return viewer.types().back() == "back"; }));
    EXPECT_EQ(session_->info().id, uid);
    EXPECT_EQ(session_->info().port, elsewhere.path().string());
    EXPECT_TRUE(seat->type("x"));
    std::string heard;
    EXPECT_TRUE(run_until(io_, [&] {
        heard += elsewhere.read();
        return heard == question + "x";
    })) << heard;
}

TEST_F(SessionTest, a_board_that_may_have_been_flashed_is_asked_anew_who_it_is) {
    begin_opened();
    RecordedViewer holder;
    auto lease = attach(holder, core::AttachMode::lease);
    ASSERT_TRUE(lease->set_baud(230'400));
    EXPECT_EQ(times("closed b0a7d001: a tool has reset it"), 0U);
    lease.reset();
    EXPECT_EQ(times("closed b0a7d001: a tool has reset it"), 1U);
    calls_.clear();
    session_->send(set);
    EXPECT_EQ(written(question.size()), question) << "and told nothing before it has answered";
    pty_->write("\x1E[\"hello\",{\"uid\":\"" + uid + "\",\"runtime\":\"micropython\"}]\n");
    ASSERT_TRUE(heard("opened b0a7d001"));
    EXPECT_EQ(sent(), "");
}

TEST_F(SessionTest, a_lease_that_only_talked_leaves_the_line_as_it_is) {
    begin_opened();
    RecordedViewer holder;
    attach(holder, core::AttachMode::lease).reset();
    run_ready(io_);
    EXPECT_EQ(sent(), "");
    EXPECT_TRUE(calls_.empty());
}

TEST_F(SessionTest, a_lease_moves_the_ports_lines_where_it_has_some) {
    begin_opened();
    RecordedViewer holder;
    const auto lease = attach(holder, core::AttachMode::lease);
    EXPECT_TRUE(lease->set_baud(230'400));
    EXPECT_TRUE(lease->set_baud(74'880)) << "of an ESP8266's boot log";
    EXPECT_EQ(lease->set_baud(0).error().code, base::ErrorCode::unsupported);
    EXPECT_EQ(lease->set_lines(false, true).error().code, base::ErrorCode::unsupported) << "a pty has none";
}

} // namespace
} // namespace hub::workbench
