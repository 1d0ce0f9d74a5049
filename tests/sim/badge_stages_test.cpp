// SPDX-License-Identifier: Apache-2.0
// Row 3.40, from nothing to an app in six stages: who wonders why Python does not run on a new board begins at the
// first one that fails. A whole badge with the real MicroPython, in virtual time.
#include "firmware/vm/tests/first_app.hpp"
#include "tests/sim/badge_parts.hpp"

#include <optional>

namespace firmware::ports::sim {
namespace {

class Stages : public testing::Test {
protected:
    void start(const std::string& app = {}, const std::string& source = {}) {
        Options options;
        options.profile = &boards::badge;
        options.app = app;
        if (!app.empty()) options.files = {{"app.py", source}};
        board.emplace(options);
        board->run_for(from_ms(1000));
    }

    /// What is printed after the line that was typed.
    std::string at_prompt(const std::string& line, base::Micros patience = from_ms(200)) {
        const std::size_t before = board->console().size();
        board->type(line + "\r");
        board->run_for(patience);
        std::string answer = board->console().substr(before);
        answer.erase(0, std::min(line.size() + 2, answer.size())); // its echo
        return answer;
    }

    std::optional<SimBoard> board;
};

TEST_F(Stages, row_3_40_1_the_vm_starts_and_waits_at_its_prompt) {
    start();
    EXPECT_TRUE(board->console().starts_with("MicroPython v")) << board->console();
    EXPECT_TRUE(board->console().ends_with("\r\n>>> ")) << board->console();
    EXPECT_TRUE(board->shows("badge")) << "and the menu is on the screen";
}

TEST_F(Stages, row_3_40_2_and_row_3_11_a_print_is_heard) {
    start();
    EXPECT_EQ(at_prompt("print('Hello World')"), "Hello World\r\n>>> ");
}

TEST_F(Stages, row_3_40_3_the_module_is_there) {
    start();
    EXPECT_EQ(at_prompt("import badge"), ">>> ");
    EXPECT_EQ(at_prompt("[n for n in ('display', 'leds', 'buttons', 'settings', 'apps', 'power', 'exit', 'delay_ms')"
                        " if n not in dir(badge)]"),
              "[]\r\n>>> ");
}

TEST_F(Stages, row_3_40_4_a_drawing_is_seen_and_not_before_show) {
    start();
    at_prompt("import badge");
    EXPECT_EQ(at_prompt("badge.display.clear(); badge.display.text(10, 10, 'drawn')"), ">>> ");
    EXPECT_FALSE(board->shows("drawn"));
    EXPECT_EQ(at_prompt("badge.display.show()"), ">>> ");
    EXPECT_TRUE(board->shows("drawn"));
}

TEST_F(Stages, row_3_40_5_a_key_goes_to_python_and_its_answer_to_an_led) {
    start();
    at_prompt("import badge");
    at_prompt("badge.display.show()"); // who has the screen has the keys
    board->type("badge.leds.set(badge.buttons.wait(), 4, 5, 6)\r");
    board->run_for(from_ms(200));
    ASSERT_NE(board->leds()[2], (Rgb{4, 5, 6}));
    board->press("b", from_ms(60));
    board->run_for(from_ms(50));
    EXPECT_EQ(board->leds()[2], (Rgb{4, 5, 6})) << board->console();
}

TEST_F(Stages, row_3_40_6_an_app_from_pyapps_is_chosen_in_the_menu_and_leads_back_to_it) {
    start("first", "pass\n"); // it lies in /pyapps, and has run once already
    std::string quoted = vm::tests::first_app;
    for (std::size_t at = 0; (at = quoted.find('\n', at)) != std::string::npos; at += 2) quoted.replace(at, 1, "\\n");
    EXPECT_EQ(at_prompt("f = open('/pyapps/first/app.py', 'w'); n = f.write('" + quoted + "'); f.close()"), ">>> ");
    board->keys("a a");
    EXPECT_TRUE(board->shows("first"));
    board->keys("a");
    board->run_for(from_ms(500));
    EXPECT_TRUE(board->shows("Hello from Python!")) << board->console();
    EXPECT_EQ(board->leds()[0], (Rgb{255, 0, 0}));
    board->keys("a");
    board->run_for(from_ms(500));
    EXPECT_FALSE(board->shows("Hello from Python!"));
    EXPECT_TRUE(board->shows("Apps")) << "where it was";
    EXPECT_NE(board->leds()[0], (Rgb{255, 0, 0}));
    EXPECT_TRUE(board->frames(R"(["crash")").empty());
}

} // namespace
} // namespace firmware::ports::sim
