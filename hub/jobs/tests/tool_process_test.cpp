// SPDX-License-Identifier: Apache-2.0
// Real child processes: a shell stands for `ouro`.
#include "hub/jobs/tool_process.hpp"

#include "hub/jobs/questions.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <optional>

namespace hub::jobs {
namespace {

struct Heard final : Tool::Listener {
    void on_line(std::string_view line, bool is_complaint) override {
        (is_complaint ? complaints : lines).emplace_back(line);
    }
    void on_end(int exit_code) override { code = exit_code; }
    std::vector<std::string> lines;
    std::vector<std::string> complaints;
    std::optional<int> code;
};

struct ToolProcessTest : testing::Test {
    std::unique_ptr<Tool> start(const std::string& script) {
        auto tool = start_tool(io, {"/bin/sh", {"PATH=/usr/bin:/bin", "NAME=value"}}, {"-c", script}, heard);
        EXPECT_TRUE(tool);
        return tool ? std::move(*tool) : nullptr;
    }
    /// Until that is so; every wait ends after 20 s.
    template <typename Condition>
    bool run_until(Condition holds) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        if (io.stopped()) io.restart();
        while (!holds() && io.run_one_until(deadline) > 0) {
        }
        return holds();
    }
    bool has_ended() {
        return run_until([this] { return heard.code.has_value(); });
    }

    boost::asio::io_context io{1};
    Heard heard;
};

TEST_F(ToolProcessTest, what_it_says_and_how_it_ends_is_heard) {
    const auto tool = start("echo one; echo two >&2; printf three; exit 5");
    ASSERT_TRUE(has_ended());
    EXPECT_EQ(heard.lines, (std::vector<std::string>{"one", "three"}));
    EXPECT_EQ(heard.complaints, (std::vector<std::string>{"two"}));
    EXPECT_EQ(heard.code, 5);
}

TEST_F(ToolProcessTest, it_gets_its_own_environment_no_input_and_no_folder_of_ours) {
    const auto tool = start("echo $NAME $HOME; pwd; cat");
    ASSERT_TRUE(has_ended());
    EXPECT_EQ(heard.lines, (std::vector<std::string>{"value", "/"}));
}

TEST_F(ToolProcessTest, it_is_interrupted_as_by_ctrl_c) {
    const auto tool = start("trap 'echo stopped; exit 3' INT; echo ready; while :; do sleep 0.01; done");
    ASSERT_TRUE(run_until([this] { return !heard.lines.empty(); }));
    tool->interrupt();
    ASSERT_TRUE(has_ended());
    EXPECT_EQ(heard.lines.back(), "stopped");
    EXPECT_EQ(heard.code, 3);
}

TEST_F(ToolProcessTest, a_signal_that_ends_it_is_told_below_zero) {
    const auto tool = start("echo ready; exec sleep 60");
    ASSERT_TRUE(run_until([this] { return !heard.lines.empty(); }));
    tool->kill();
    ASSERT_TRUE(has_ended());
    EXPECT_EQ(heard.code, -SIGKILL);
}

TEST_F(ToolProcessTest, it_dies_with_its_owner_and_nothing_is_told_then) {
    auto tool = start("echo $$; exec sleep 60");
    ASSERT_TRUE(run_until([this] { return !heard.lines.empty(); }));
    const pid_t pid = std::atoi(heard.lines.front().c_str());
    EXPECT_EQ(::kill(pid, 0), 0);
    tool.reset();
    EXPECT_NE(::kill(pid, 0), 0);
    io.run();
    EXPECT_EQ(heard.code, std::nullopt);
}

TEST_F(ToolProcessTest, a_program_that_does_not_exist_ends_with_127) {
    auto tool = start_tool(io, {"/nonexistent/ouro", {}}, {"flash"}, heard);
    ASSERT_TRUE(tool);
    ASSERT_TRUE(has_ended());
    EXPECT_EQ(heard.code, 127);
}

struct QuestionTest : ToolProcessTest {
    void ask(Question& question) {
        question.ask([this](base::Result<Json> answer) { answers.push_back(std::move(answer)); });
    }
    bool answered(std::size_t count) {
        return run_until([this, count] { return answers.size() == count; });
    }

    int runs = 0;
    ToolStarter starter = [this](const std::vector<std::string>& words, Tool::Listener& listener) {
        ++runs;
        return start_tool(io, {"/bin/sh", {"PATH=/usr/bin:/bin"}}, words, listener);
    };
    std::vector<base::Result<Json>> answers;
};

TEST_F(QuestionTest, all_who_ask_at_the_same_time_get_the_same_answer) {
    Question question(starter, {"-c", "echo '{\"a\":1}'; echo nonsense; echo 2"});
    ask(question);
    ask(question);
    ASSERT_TRUE(answered(2));
    EXPECT_EQ(runs, 1);
    for (const auto& answer : answers) EXPECT_EQ(*answer, Json({{{"a", 1}}, 2}));
    ask(question);
    ASSERT_TRUE(answered(3));
    EXPECT_EQ(runs, 2) << "later it may be another one";
}

TEST_F(QuestionTest, what_the_program_complains_about_is_the_error) {
    Question question(starter, {"-c", "echo 'there is no bus' >&2; exit 1"});
    ask(question);
    ASSERT_TRUE(answered(1));
    EXPECT_EQ(answers[0].error().message.view(), "there is no bus");
}

TEST_F(QuestionTest, one_that_takes_too_long_is_ended) {
    Question question(starter, {"-c", "exec sleep 60"});
    ask(question);
    for (int second = 0; second < 20; ++second) question.on_second();
    ASSERT_TRUE(answered(1));
    EXPECT_FALSE(answers[0]);
}

} // namespace
} // namespace hub::jobs
