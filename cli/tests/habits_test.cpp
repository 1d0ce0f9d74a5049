// SPDX-License-Identifier: Apache-2.0
#include "cli/habits.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using Words = std::vector<std::string>;

Words words_of(const Words& line) { return commands_of(line).front().words; }

TEST(Habits, a_file_command_needs_no_fs) {
    EXPECT_EQ(words_of({"ls", "-b", "x"}), (Words{"fs", "ls", "-b", "x"}));
    EXPECT_EQ(words_of({"sha256sum", ":a"}), (Words{"fs", "sha256sum", ":a"}));
    EXPECT_EQ(words_of({"fs", "ls"}), (Words{"fs", "ls"}));
    EXPECT_EQ(words_of({"fs", "edit", ":a"}), (Words{"edit", ":a"}));
}

TEST(Habits, only_the_first_word_is_a_command) {
    EXPECT_EQ(words_of({"exec", "ls"}), (Words{"exec", "ls"}));
    EXPECT_EQ(words_of({"--version"}), (Words{"--version"}));
    EXPECT_EQ(words_of({}), Words{});
    EXPECT_EQ(words_of({"l"}), Words{"l"});
    EXPECT_EQ(words_of({"ls tree"}), Words{"ls tree"});
    EXPECT_EQ(words_of({"a"}), Words{"a"});
    EXPECT_EQ(words_of({"b0", "ls"}), (Words{"b0", "ls"}));
}

TEST(Habits, connect_names_the_board_of_this_command_and_of_those_after_it) {
    const auto commands = commands_of({"connect", "port:/dev/ttyX", "ls", "+", "eval", "1", "+", "u3", "df"});
    ASSERT_EQ(commands.size(), 3U);
    EXPECT_EQ(commands[0], (TypedCommand{{"fs", "ls"}, "/dev/ttyX"}));
    EXPECT_EQ(commands[1], (TypedCommand{{"eval", "1"}, "/dev/ttyX"}));
    EXPECT_EQ(commands[2], (TypedCommand{{"fs", "df"}, "/dev/ttyUSB3"}));
}

TEST(Habits, a_board_alone_is_its_prompt) {
    EXPECT_EQ(commands_of({"a0"})[0], (TypedCommand{{"repl"}, "/dev/ttyACM0"}));
    EXPECT_EQ(commands_of({"connect", "id:1234"})[0], (TypedCommand{{"repl"}, "1234"}));
    EXPECT_EQ(commands_of({"connect", "auto", "resume", "exec", "1"})[0], (TypedCommand{{"exec", "1"}, ""}));
}

TEST(Habits, what_is_mounted_and_what_is_run_may_be_kept_apart) {
    EXPECT_EQ(words_of({"mount", "src", "--", "run", "a.py"}), (Words{"mount", "src", "run", "a.py"}));
    EXPECT_EQ(words_of({"exec", "--", "-1"}), (Words{"exec", "--", "-1"}));
}

TEST(Habits, what_lists_ports_is_ports) {
    EXPECT_EQ(words_of({"devs"}), Words{"ports"});
    EXPECT_EQ(words_of({"connect", "list"}), Words{"ports"});
    EXPECT_EQ(words_of({"connect"}), Words{"connect"}) << "the parser says that there is no such command";
}

TEST(Habits, a_path_may_begin_with_its_board) {
    EXPECT_EQ(board_path_of(":lib"), (BoardPath{"", "lib"}));
    EXPECT_EQ(board_path_of("lib/x y"), (BoardPath{"", "lib/x y"}));
    EXPECT_EQ(board_path_of(""), (BoardPath{"", ""}));
    EXPECT_EQ(board_path_of("/dev/ttyUSB0:/lib"), (BoardPath{"/dev/ttyUSB0", "/lib"}));
    EXPECT_EQ(board_path_of("hall:"), (BoardPath{"hall", ""}));
    EXPECT_EQ(board_path_of("tcp://box:4001"), (BoardPath{"tcp://box:4001", ""}));
    EXPECT_EQ(board_path_of("tcp://box:4001:lib"), (BoardPath{"tcp://box:4001", "lib"}));
    EXPECT_EQ(board_path_of("ws://kitchen"), (BoardPath{"ws://kitchen", ""}));
}

} // namespace
} // namespace cli
