// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/workbench.hpp"

#include "hub/workbench/tests/strict_server.hpp"
#include "hub/workbench/tests/support.hpp"

#include <fstream>
#include <memory>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;
const std::string uid = "b0a7d001";

/// What a virtual board looks like from outside.
class BoardFolder {
public:
    BoardFolder(boost::asio::io_context& io, fs::path folder) : folder_(std::move(folder)) {
        fs::create_directories(folder_);
        fs::create_symlink(pty.path(), folder_ / "uart0");
        control = std::make_unique<StrictServer>(io, folder_ / "control.sock",
                                                 [](const nlohmann::json&) { return "[\"ok\"]\n"; });
        std::ofstream(folder_ / "board.json") << nlohmann::json({{"uid", uid}, {"board", "intercom"}});
    }
    /// What was asked of it, but for the watching of its face.
    std::vector<std::string> requests() const {
        std::vector<std::string> lines = control->lines();
        std::erase(lines, "[\"watch\",\"face\"]\n");
        return lines;
    }
    void say_hello() { pty.write("\x1E[\"hello\",{\"uid\":\"b0a7d001\",\"name\":\"Door\",\"t_ms\":5}]\n"); }
    /// An orderly end.
    void end() {
        fs::remove(folder_ / "control.sock");
        fs::remove(folder_ / "uart0");
        pty.close();
    }

    Pty pty;
    std::unique_ptr<StrictServer> control;

private:
    fs::path folder_;
};

class WorkbenchTest : public testing::Test {
protected:
    void begin_with_one_board() {
        board_ = std::make_unique<BoardFolder>(io_, boards() / "one");
        ASSERT_TRUE(workbench_->start());
        board_->say_hello();
        ASSERT_TRUE(run_until(io_, [&] { return is_online(); }));
    }
    fs::path boards() const { return folder_.path() / "boards"; }
    bool is_online() const {
        const core::Board* const found = hub_.find(uid);
        return found != nullptr && found->online && found->name == "Door";
    }
    std::string answer_to(const std::string& to, const core::Json& request) {
        std::string outcome;
        workbench_->control(to, request, [&](base::Result<core::Json> result) {
            outcome = result ? result->dump() : std::string(base::error_name(result.error().code));
        });
        EXPECT_EQ(outcome, ""); // never during the call
        EXPECT_TRUE(run_until(io_, [&] { return !outcome.empty(); }));
        return outcome;
    }
    WorkbenchConfig config() {
        return {boards(), [this](const std::string& who, std::string_view level, std::string_view text) {
                    notes_.push_back(who + " " + std::string(level) + " " + std::string(text));
                }};
    }

    boost::asio::io_context io_;
    TemporaryFolder folder_;
    std::vector<std::string> notes_;
    core::Hub hub_{
        {[] { return core::Time(std::chrono::seconds(1'700'000'000)); }, [] { return std::chrono::microseconds(1); }}};
    std::unique_ptr<BoardFolder> board_;
    std::unique_ptr<Workbench> workbench_ = std::make_unique<Workbench>(io_, hub_, config());
};

TEST_F(WorkbenchTest, a_virtual_board_comes_online_and_is_asked_who_it_is) {
    begin_with_one_board();
    EXPECT_TRUE(hub_.find(uid)->is_virtual);
    std::string came;
    EXPECT_TRUE(run_until(io_, [&] {
        return (came += board_->pty.read()).find("\x1E[\"who\"]\n") != std::string::npos;
    })) << came;
}

TEST_F(WorkbenchTest, a_virtual_board_that_ends_goes_offline) {
    begin_with_one_board();
    board_->end();
    EXPECT_TRUE(run_until(io_, [&] { return !hub_.find(uid)->online; }));
}

TEST_F(WorkbenchTest, a_control_request_reaches_the_board) {
    begin_with_one_board();
    EXPECT_EQ(answer_to(uid, {"press", "call", 200}), "[\"ok\"]");
    EXPECT_EQ(board_->requests(), std::vector<std::string>{"[\"press\",\"call\",200]\n"});
}

TEST_F(WorkbenchTest, what_is_not_for_sharing_and_who_is_not_here_are_errors) {
    begin_with_one_board();
    EXPECT_EQ(answer_to(uid, core::Json::array({"watch"})), "refused");
    EXPECT_EQ(answer_to(uid, core::Json::array({"quit"})), "refused");
    EXPECT_EQ(answer_to("b0a7d009", core::Json::array({"info"})), "not_found");
    EXPECT_EQ(answer_to(uid, core::Json::object()), "invalid_argument");
    EXPECT_TRUE(board_->requests().empty());
}

TEST_F(WorkbenchTest, the_console_is_kept_for_whoever_attaches) {
    begin_with_one_board();
    board_->pty.write(">>> ");
    EXPECT_TRUE(run_until(io_, [&] { return workbench_->console_history(uid) == ">>> "; }));
    EXPECT_EQ(workbench_->console_history("b0a7d009"), "");
}

TEST_F(WorkbenchTest, a_second_folder_of_the_same_uid_is_left_alone_and_said) {
    begin_with_one_board();
    BoardFolder copy(io_, boards() / "two");
    ASSERT_TRUE(run_until(io_, [&] { return !notes_.empty(); }));
    EXPECT_NE(notes_[0].find("b0a7d001 error Another folder"), std::string::npos) << notes_[0];
    EXPECT_EQ(answer_to(uid, {"press", "call"}), "[\"ok\"]");
    EXPECT_TRUE(copy.requests().empty());
    EXPECT_EQ(copy.pty.read(), "");
}

TEST_F(WorkbenchTest, stopping_takes_every_board_offline_before_it_returns) {
    begin_with_one_board();
    workbench_->stop();
    EXPECT_FALSE(hub_.find(uid)->online);
    EXPECT_EQ(answer_to(uid, core::Json::array({"info"})), "not_found");
}

} // namespace
} // namespace hub::workbench
