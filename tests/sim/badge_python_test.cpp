// SPDX-License-Identifier: Apache-2.0
// A badge with real MicroPython: what an app or the prompt does is seen, and the menu is alive whatever it is.
#include "boards/intercom.hpp"
#include "firmware/runtime/face.hpp"
#include "tests/sim/badge_parts.hpp"

namespace firmware::ports::sim {
namespace {

Options python(const std::string& app = {}) {
    Options options;
    options.profile = &boards::badge;
    if (app.empty()) return options;
    options.app = "trial";
    options.files = {{"app.py", app}};
    return options;
}

TEST(BadgePython, row_3_26_the_prompt_draws_and_gives_back) {
    SimBoard board(python());
    board.run_for(from_ms(500));

    EXPECT_TRUE(board.shows("--:--"));
    board.type("import badge\rbadge.display.clear(0x001F)\rbadge.display.text(8, 8, 'Hello')\rbadge.display.show()\r");
    board.run_for(from_ms(500));
    EXPECT_TRUE(board.shows("Hello")) << board.console();
    hold_stop_keys(board);
    EXPECT_TRUE(board.shows("the screen is the menu's again"));
}

TEST(BadgePython, row_3_8_a_damaged_file_system_is_reported_and_the_menu_works) {
    Options options = python();
    options.flash.assign(options.profile->flash_bytes, 0x5A);
    SimBoard board(options);
    board.link_up();
    board.run_for(from_ms(500));
    EXPECT_FALSE(board.frames(R"(["log","error","the file system is damaged)").empty()) << board.console();
    board.keys("a a");
    EXPECT_TRUE(board.shows("the file system is damaged"));
    board.keys("b right a");
    EXPECT_TRUE(board.shows("Accent Pulse"));
    board.type("print(6 * 7)\r");
    board.run_for(from_ms(100));
    EXPECT_NE(board.console().find("\r\n42\r\n"), std::string::npos) << "and so does the prompt";
}

TEST(BadgePython, row_3_26_a_fresh_python_at_the_prompt_gives_screen_and_leds_back) {
    SimBoard board(python());
    board.run_for(from_ms(500));
    for (int round = 0; round < 3; ++round) {
        board.type("import badge\rbadge.leds.fill(1, 2, 3)\rbadge.display.clear(0x001F)\rbadge.display.show()\r");
        board.run_for(from_ms(500));
        ASSERT_TRUE(all_are(board.screen(), 0x001F)) << board.console();
        ASSERT_EQ(board.leds()[0], (Rgb{1, 2, 3}));
        board.type("\x04");
        board.run_for(from_ms(500));
        EXPECT_TRUE(board.shows("--:--")) << board.console();
        EXPECT_NE(board.leds()[0], (Rgb{1, 2, 3}));
    }
    board.keys("a a");
    EXPECT_TRUE(board.shows("Apps")) << "and the keys are the menu's";
}

TEST(BadgePython, row_3_26_what_the_prompt_switched_on_is_off_with_a_fresh_python) {
    Options options;
    options.profile = &boards::intercom;
    SimBoard board(options);
    board.run_for(from_ms(500));
    board.type("import machine; p = machine.Pin(13, machine.Pin.OUT, value=1)\r");
    board.run_for(from_ms(100));
    ASSERT_TRUE(board.level("door_relay")) << board.console();
    board.type("\x04");
    board.run_for(from_ms(200));
    EXPECT_FALSE(board.level("door_relay"));
}

TEST(BadgePython, row_3_20_exit_leads_back_to_the_menu_with_leds_as_they_were) {
    SimBoard board(python("import badge\nbadge.leds.fill(1, 2, 3)\nbadge.display.clear(0xF800)\nbadge.display.show()\n"
                          "badge.delay_ms(2000)\nbadge.exit()\n"));
    board.run_for(from_ms(1500));
    EXPECT_TRUE(all_are(board.screen(), 0xF800)) << board.console();
    EXPECT_EQ(board.leds()[0], (Rgb{1, 2, 3}));
    board.run_for(from_ms(2000));
    EXPECT_TRUE(board.shows("--:--"));
    EXPECT_FALSE(std::all_of(board.leds().begin(), board.leds().end(), [](Rgb led) { return led == Rgb{1, 2, 3}; }));
    EXPECT_TRUE(board.frames(R"(["crash")").empty());
}

TEST(BadgePython, row_3_23_a_crash_is_seen_with_file_and_line) {
    SimBoard board(python("def climb():\n    return ladder\n\nclimb()\n"));
    board.link_up();
    board.run_for(from_ms(1500));
    EXPECT_TRUE(board.shows("trial crashed")) << board.console();
    EXPECT_TRUE(board.shows("/pyapps/trial/app.py:2"));
    EXPECT_TRUE(board.shows("NameError: name 'ladder' isn't defined"));
    EXPECT_EQ(board.frames(R"(["crash")").size(), 1U);
    board.keys("a a");
    EXPECT_TRUE(board.shows("Settings")) << "the first key only ends the message";
}

TEST(BadgePython, row_3_18_a_press_is_heard_within_50_ms) {
    SimBoard board(python("import badge\nwhile True:\n    if badge.buttons.wait() == badge.buttons.A:\n"
                          "        badge.leds.fill(9, 9, 9)\n"));
    board.run_for(from_ms(1000));
    board.press("a", from_ms(200));
    board.run_for(from_ms(50));
    EXPECT_EQ(board.leds()[0], (Rgb{9, 9, 9})) << board.console();
}

/// Nasty programs; each is started by hand at the prompt, or runs as an app that both keys must end.
struct Nasty {
    const char* name;
    const char* code;
};

constexpr Nasty nasty[] = {
    {"spins", "while True: pass\n"},
    {"swallows", "while True:\n    try:\n        while True: pass\n    except BaseException: pass\n"},
    {"recurses",
     "import time\ndef f(): f()\n\nwhile True:\n    try:\n        f()\n    except RuntimeError: time.sleep_ms(5)\n"},
    {"fills_its_heap", "import time\na = []\nwhile True:\n    try:\n        a.append(bytearray(4096))\n"
                       "    except MemoryError:\n        a = []\n        time.sleep_ms(5)\n"},
    {"floods_the_leds", "import badge\nwhile True:\n    badge.leds.fill(1, 2, 3)\n    badge.delay_ms(1)\n"},
    {"floods_the_console", "import time\nwhile True:\n    print('x' * 100)\n    time.sleep_ms(1)\n"},
};

class Isolation : public testing::TestWithParam<Nasty> {};

TEST_P(Isolation, row_3_31_both_keys_end_it_within_a_second_and_the_menu_is_alive) {
    SimBoard board(python(GetParam().code));
    board.link_up();
    board.run_for(from_ms(500));
    board.hold("b");
    board.hold("start");
    board.run_for(firmware::runtime::stop_hold);
    board.release("b");
    board.release("start");
    board.run_for(from_ms(1000));
    EXPECT_TRUE(board.shows("trial was stopped")) << board.console().substr(0, 2000);
    board.keys("a");
    EXPECT_TRUE(board.shows("Settings"));
    EXPECT_TRUE(board.frames(R"(["log","error")").empty()) << "and the watchdog had nothing to say";
}

INSTANTIATE_TEST_SUITE_P(BadgePython, Isolation, testing::ValuesIn(nasty),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(BadgePython, row_3_31_both_keys_lead_to_the_menu_though_the_vm_was_killed_in_an_app) {
    SimBoard board(python("import badge\nbadge.leds.fill(1, 2, 3)\nbadge.display.clear(0xF800)\nbadge.display.show()\n"
                          "while True: pass\n"));
    board.run_for(from_ms(500));
    ASSERT_TRUE(all_are(board.screen(), 0xF800)) << board.console();
    board.kill_vm();
    hold_stop_keys(board);
    EXPECT_TRUE(all_are(board.screen(), 0xF800)) << "it has a second to stop, and another one";
    board.run_for(from_ms(2000));
    EXPECT_TRUE(board.shows("Python is lost: restart the board"));
    EXPECT_NE(board.leds()[0], (Rgb{1, 2, 3}));
    board.keys("a");
    EXPECT_TRUE(board.shows("Settings"));
}

TEST(BadgePython, row_3_31_the_menu_answers_while_the_prompt_spins) {
    SimBoard board(python());
    board.run_for(from_ms(500));
    board.type("while True: pass\r\r");
    board.run_for(from_ms(500));
    for (const auto& [key, words] :
         std::vector<std::pair<std::string, std::string>>{{"a", "Settings"}, {"right", "Settings"}, {"a", "Rainbow"}}) {
        board.press(key, from_ms(40));
        board.run_for(from_ms(70)); // the contacts settle, and one frame
        EXPECT_TRUE(board.shows(words)) << "after " << key;
        board.run_for(from_ms(30));
    }
}

TEST(BadgePython, row_3_31_pictures_are_50_ms_apart_at_most_while_python_draws_without_end) {
    SimBoard board(python("import badge\nc = 0\nwhile True:\n    c = c + 1 & 0xFFFF\n    badge.display.clear(c)\n"
                          "    badge.display.show()\n    badge.delay_ms(3)\n"));
    board.run_for(from_ms(300));
    const std::int64_t since = board.now_ms();
    board.run_for(from_ms(300));
    EXPECT_LE(longest_pause(board, since), 50);
    EXPECT_GT(board.bridge().frames_shown, 50U);
}

} // namespace
} // namespace firmware::ports::sim
