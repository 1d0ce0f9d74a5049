// SPDX-License-Identifier: Apache-2.0
// The life of the VM: app, prompt, interrupts, aborts, resets.
#include "firmware/vm/session.hpp"

#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::vm::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Op = bridge::HomeMessage::Op;

class SessionTest : public ::testing::Test {
protected:
    void start_app(const std::string& source) {
        board.install({{"app.py", source}});
        board.start();
    }

    /// Types a line at the prompt and returns what came of it.
    std::string at_prompt(const std::string& line) {
        board.printed();
        board.type(line + "\r");
        board.run_for(50);
        return board.printed();
    }

    LockstepBoard board;
};

TEST_F(SessionTest, AnAppPrintsOnTheConsole) {
    start_app("print('Hello World')\n");
    board.run_for(100);
    EXPECT_THAT(board.printed(), HasSubstr("Hello World\r\n"));
    EXPECT_THAT(board.said(Op::app_started), ElementsAre("test"));
    EXPECT_THAT(board.said(Op::app_stopped), SizeIs(1));
}

TEST_F(SessionTest, AnAppImportsItsSiblings) {
    board.install({{"app.py", "import sibling\nprint(sibling.answer, __file__)\n"}, {"sibling.py", "answer = 42\n"}});
    board.start();
    board.run_for(100);
    EXPECT_THAT(board.printed(), HasSubstr("42 /pyapps/test/app.py"));
}

TEST_F(SessionTest, ThePromptEvaluatesExpressions) {
    board.start();
    board.run_for(10);
    EXPECT_THAT(at_prompt("6 * 7"), HasSubstr("42\r\n>>> "));
}

} // namespace
} // namespace firmware::vm::tests
