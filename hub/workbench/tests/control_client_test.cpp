// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/control_client.hpp"

#include "hub/workbench/tests/strict_server.hpp"
#include "hub/workbench/tests/support.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <vector>

namespace hub::workbench {
namespace {

using nlohmann::json;

class ControlClientTest : public testing::Test {
protected:
    std::filesystem::path socket() const { return folder_.path() / "control.sock"; }

    // A short name for the outcome: the answer itself, or the error's word.
    ControlClient::Answer note() {
        return [this](base::Result<json> result) {
            answers_.push_back(result ? result->dump() : std::string(base::error_name(result.error().code)));
        };
    }
    std::vector<std::string> after(std::size_t count) {
        EXPECT_TRUE(run_until(io_, [&] { return answers_.size() >= count; }));
        return answers_;
    }
    using Answers = std::vector<std::string>;

    boost::asio::io_context io_;
    TemporaryFolder folder_;
    std::vector<std::string> answers_;
    ControlClient client_{io_, socket()};
};

TEST_F(ControlClientTest, a_request_is_one_line_and_gets_its_answer) {
    StrictServer board(io_, socket(), [](const json&) { return "[\"ok\"]\n"; });
    client_.request({"press", "call", 200}, note());
    EXPECT_TRUE(answers_.empty());
    EXPECT_EQ(after(1), Answers{"[\"ok\"]"});
    EXPECT_EQ(board.lines(), std::vector<std::string>{"[\"press\",\"call\",200]\n"});
}

TEST_F(ControlClientTest, an_error_of_the_board_is_an_answer) {
    StrictServer board(io_, socket(), [](const json&) { return "[\"error\",\"not_found\",\"no pin x\",\"\"]\n"; });
    client_.request({"read", "x"}, note());
    EXPECT_EQ(after(1), Answers{R"(["error","not_found","no pin x",""])"});
}

TEST_F(ControlClientTest, requests_are_sent_one_after_the_other_over_one_connection) {
    StrictServer board(io_, socket(), [](const json& request) {
        return json::array({"ok", request[1]}).dump() + "\n";
    });
    for (int pin = 0; pin < 5; ++pin) client_.request({"read", pin}, note());
    EXPECT_EQ(after(5), (Answers{"[\"ok\",0]", "[\"ok\",1]", "[\"ok\",2]", "[\"ok\",3]", "[\"ok\",4]"}));
    EXPECT_EQ(board.connections(), 1U);
}

TEST_F(ControlClientTest, other_lines_in_between_are_not_taken_for_the_answer) {
    StrictServer board(io_, socket(), [](const json&) { return "[\"pin\",4,1,99,\"call\"]\n[\"ok\",1]\n"; });
    client_.request({"read", 4}, note());
    EXPECT_EQ(after(1), Answers{"[\"ok\",1]"});
}

TEST_F(ControlClientTest, nobody_there_is_disconnected) {
    client_.request({"info"}, note());
    EXPECT_EQ(after(1), Answers{"disconnected"});
}

TEST_F(ControlClientTest, a_path_too_long_for_a_socket_is_an_error_and_no_exception) {
    ControlClient client(io_, folder_.path() / std::string(120, 'x'));
    client.request({"info"}, note());
    EXPECT_EQ(after(1), Answers{"not_found"});
}

TEST_F(ControlClientTest, a_board_that_was_started_anew_is_reached_by_the_next_request) {
    auto board = std::make_unique<StrictServer>(io_, socket(), [](const json&) { return "[\"ok\",1]\n"; });
    client_.request({"info"}, note());
    EXPECT_EQ(after(1), Answers{"[\"ok\",1]"});
    board.reset();
    run_ready(io_);
    std::filesystem::remove(socket());
    StrictServer again(io_, socket(), [](const json&) { return "[\"ok\",2]\n"; });
    client_.request({"info"}, note());
    EXPECT_EQ(after(2), (Answers{"[\"ok\",1]", "[\"ok\",2]"}));
}

TEST_F(ControlClientTest, silence_ends_at_the_deadline_and_a_late_answer_is_nobody_elses) {
    int asked = 0;
    StrictServer board(io_, socket(), [&](const json&) { return ++asked == 1 ? "" : "[\"ok\",2]\n"; });
    ControlClient client(io_, socket(), std::chrono::milliseconds(60));
    client.request({"hold", "call"}, note());
    EXPECT_EQ(after(1), Answers{"timeout"});
    client.request({"release", "call"}, note());
    EXPECT_EQ(after(2), (Answers{"timeout", "[\"ok\",2]"}));
    EXPECT_EQ(board.connections(), 2U);
}

TEST_F(ControlClientTest, what_is_no_request_is_refused_here) {
    client_.request({{"press", "call"}}, note());
    client_.request(json::array(), note());
    client_.request(json::array({7}), note());
    EXPECT_EQ(after(3), (Answers{"invalid_argument", "invalid_argument", "invalid_argument"}));
}

TEST_F(ControlClientTest, a_request_may_be_as_long_as_a_line_and_not_longer) {
    StrictServer board(io_, socket(), [](const json&) { return "[\"ok\"]\n"; });
    const std::size_t around = std::string("[\"\"]\n").size();
    client_.request(json::array({std::string(control_line_max - around, 'x')}), note());
    EXPECT_EQ(after(1), Answers{"[\"ok\"]"});
    client_.request(json::array({std::string(control_line_max - around + 1, 'x')}), note());
    EXPECT_EQ(after(2), (Answers{"[\"ok\"]", "too_large"}));
}

TEST_F(ControlClientTest, an_answer_may_be_as_long_as_a_line_and_not_longer) {
    const std::size_t around = std::string("[\"ok\",\"\"]\n").size();
    std::size_t size = control_line_max - around;
    StrictServer board(io_, socket(), [&](const json&) {
        return json::array({"ok", std::string(size++, 'x')}).dump() + "\n";
    });
    client_.request({"info"}, note());
    EXPECT_EQ(after(1).front().size(), control_line_max - 1);
    client_.request({"info"}, note());
    EXPECT_EQ(after(2).back(), "malformed");
}

TEST_F(ControlClientTest, a_line_without_an_end_is_given_up) {
    StrictServer board(io_, socket(), [&](const json&) { return std::string(control_line_max, '['); });
    client_.request({"info"}, note());
    EXPECT_EQ(after(1), Answers{"malformed"});
}

TEST_F(ControlClientTest, an_answer_that_is_no_json_is_malformed) {
    StrictServer board(io_, socket(), [&](const json&) { return "ok\n"; });
    client_.request({"info"}, note());
    EXPECT_EQ(after(1), Answers{"malformed"});
}

TEST_F(ControlClientTest, only_so_many_requests_may_wait) {
    StrictServer board(io_, socket(), [](const json&) { return "[\"ok\"]\n"; });
    for (std::size_t i = 0; i <= control_requests_max; ++i) client_.request({"info"}, note());
    Answers answers = after(control_requests_max + 1);
    EXPECT_EQ(answers.front(), "busy"); // said at once, before any answer
    EXPECT_EQ(std::count(answers.begin(), answers.end(), "[\"ok\"]"), static_cast<long>(control_requests_max));
}

TEST_F(ControlClientTest, what_waits_when_it_goes_is_answered_once) {
    StrictServer board(io_, socket(), [](const json&) { return ""; });
    {
        ControlClient client(io_, socket());
        client.request({"info"}, note());
        client.request({"info"}, note());
        ASSERT_TRUE(run_until(io_, [&] { return board.lines().size() == 1; }));
    }
    EXPECT_TRUE(answers_.empty());
    EXPECT_EQ(after(2), (Answers{"disconnected", "disconnected"}));
}

} // namespace
} // namespace hub::workbench
