// SPDX-License-Identifier: Apache-2.0
// A badge in virtual time: its menu on a whole board, and who has screen, keys and LEDs.
#include "tests/sim/badge_parts.hpp"

#include "firmware/runtime/tests/golden.hpp"

namespace firmware::ports::sim {
namespace {

using runtime::test::is_golden;

constexpr unsigned width = 320;

// --- the menu on a whole board -----------------------------------------------------------------------------------

TEST(Badge, row_3_35_shows_the_idle_screen_and_walks_its_menu) {
    SimBoard board(badge(at_prompt));
    board.run_for(from_ms(100));
    EXPECT_TRUE(board.shows("badge"));
    EXPECT_TRUE(board.shows("--:--"));
    EXPECT_TRUE(is_golden("tests/sim/golden", "badge_idle", board.screen(), width));
    board.keys("right right right a");
    EXPECT_TRUE(board.shows("Settings")) << "the first key only leaves the idle screen";
    board.keys("down a");
    EXPECT_TRUE(board.shows("Accent colour"));
    board.keys("b b b");
    EXPECT_TRUE(board.shows("--:--"));
}

TEST(Badge, row_3_35_the_same_keys_give_the_same_screens) {
    const auto tell = [] {
        SimBoard board(badge(at_prompt));
        std::vector<contract::Color> story;
        for (const char* script : {"a", "right", "a", "down down", "a", "b", "down", "a", "down a"}) {
            board.keys(script);
            story.insert(story.end(), board.screen().begin(), board.screen().end());
        }
        return story;
    };
    EXPECT_EQ(tell(), tell());
}

TEST(Badge, the_clock_runs_when_the_hub_has_said_the_time) {
    SimBoard board(badge(at_prompt));
    board.link_up();
    board.run_for(from_ms(2500));
    EXPECT_TRUE(board.shows("22:13:22")) << "the simulated hub begins at 1,700,000,000";
    EXPECT_TRUE(board.shows("Tue 14 Nov 2023"));
    board.run_for(from_ms(1000));
    EXPECT_TRUE(board.shows("22:13:23"));
}

TEST(Badge, row_3_37_settings_survive_the_power) {
    SimBoard board(badge(at_prompt));
    board.keys("a right right a a up right up right a"); // the nickname gets two more letters
    board.keys("down a right right a");                  // the third accent colour
    board.run_for(from_ms(1000));
    EXPECT_TRUE(board.shows("badgeaa"));
    board.power_cycle();
    board.run_for(from_ms(100));
    EXPECT_TRUE(board.shows("badgeaa"));
    EXPECT_TRUE(is_golden("tests/sim/golden", "badge_kept", board.screen(), width));
}

TEST(Badge, row_3_37_the_clock_is_set_by_hand_and_the_hub_wins) {
    SimBoard board(badge(at_prompt));
    board.keys("a right right a up up a right up right up a b b");
    EXPECT_TRUE(board.shows("Mon 2 Feb 2026"));
    board.link_up();
    board.run_for(from_ms(1000));
    EXPECT_TRUE(board.shows("Tue 14 Nov 2023"));
}

TEST(Badge, row_3_36_an_led_mode_is_chosen_and_kept) {
    SimBoard board(badge(at_prompt));
    board.keys("a right a up a"); // off
    board.run_for(from_ms(500));
    EXPECT_TRUE(std::all_of(board.leds().begin(), board.leds().end(), [](Rgb led) { return led == Rgb{}; }));
    board.power_cycle();
    board.run_for(from_ms(500));
    EXPECT_TRUE(std::all_of(board.leds().begin(), board.leds().end(), [](Rgb led) { return led == Rgb{}; }));
}

TEST(Badge, row_3_38_measures_nothing_and_says_so_until_it_can) {
    SimBoard board(badge(at_prompt));
    board.keys("a down a up up up a");
    EXPECT_TRUE(board.shows("not available"));
    board.gauges().battery = 3701;
    board.run_for(from_ms(6000));
    EXPECT_TRUE(board.shows("3.70 V"));
}

TEST(Badge, row_3_38_the_ui_test_is_left_by_both_keys_held) {
    SimBoard board(badge(at_prompt));
    board.keys("a down a a b start");
    EXPECT_TRUE(board.shows("hold both for 1 s to leave"));
    hold_stop_keys(board);
    EXPECT_TRUE(board.shows("Diagnostics"));
}

// --- who has screen, keys and LEDs -------------------------------------------------------------------------------

TEST(Badge, row_3_14_nothing_of_python_is_seen_before_show) {
    SimBoard board(badge([](StandInCore& core) {
        core.sleep(from_ms(200));
        core.draw(stroke(DisplayCommand::Op::clear, 0xF800));
        core.sleep(from_ms(1000));
        core.draw(stroke(DisplayCommand::Op::show));
    }));
    board.run_for(from_ms(1000));
    EXPECT_TRUE(board.shows("badge"));
    board.run_for(from_ms(1000));
    EXPECT_TRUE(all_are(board.screen(), 0xF800));
}

TEST(Badge, the_menu_does_not_shine_through_what_python_draws) {
    SimBoard board(badge([](StandInCore& core) {
        core.sleep(from_ms(200));
        core.draw(stroke(DisplayCommand::Op::show));
    }));
    board.run_for(from_ms(1000));
    EXPECT_TRUE(all_are(board.screen(), 0));
}

TEST(Badge, row_3_24_an_app_has_screen_leds_and_keys_until_it_ends) {
    std::vector<bridge::ButtonEvent> heard;
    SimBoard board(badge(with_apps([&](StandInCore& core) {
        paint(core, 0x001F);
        core.light({bridge::all_leds, {9, 8, 7}});
        for (bridge::ButtonEvent event; heard.size() < 2 && !core.stop;) {
            if (core.inputs.bridge().button_events.pop(event)) heard.push_back(event);
            core.sleep(from_ms(10));
        }
    })));
    board.keys("a a down");
    EXPECT_TRUE(board.shows("The second"));
    board.press("a", from_ms(2000)); // its release is the menu's, like its press
    board.run_for(from_ms(500));
    EXPECT_TRUE(all_are(board.screen(), 0x001F));
    EXPECT_TRUE(std::all_of(board.leds().begin(), board.leds().end(), [](Rgb led) { return led == Rgb{9, 8, 7}; }));
    board.run_for(from_ms(3000));
    board.keys("up");
    ASSERT_EQ(heard.size(), 2U);
    EXPECT_EQ(heard[0].button, button::up);
    EXPECT_TRUE(heard[0].pressed);
    EXPECT_FALSE(heard[1].pressed);
    board.run_for(from_ms(200));
    EXPECT_TRUE(board.shows("The second")) << "the menu is where it was";
    EXPECT_FALSE(std::all_of(board.leds().begin(), board.leds().end(), [](Rgb led) { return led == Rgb{9, 8, 7}; }));
}

TEST(Badge, row_3_24_strokes_of_an_ended_app_do_not_take_the_screen_back) {
    SimBoard board(badge(with_apps([](StandInCore& core) {
        paint(core, 0x001F);
        core.sleep(from_ms(100));
        core.draw(stroke(DisplayCommand::Op::clear, 0xFFFF)); // and it ends at once
        core.draw(stroke(DisplayCommand::Op::show));
    })));
    board.keys("a a a");
    board.run_for(from_ms(1000));
    EXPECT_TRUE(board.shows("The first"));
}

TEST(Badge, row_3_23_a_crash_is_seen_until_a_key) {
    SimBoard board(badge(with_apps([](StandInCore& core) {
        paint(core, 0x001F);
        auto crash = message(bridge::HomeMessage::Op::crash, "Traceback");
        crash.json = R"({"file":"/pyapps/first/app.py","line":7,"message":"NameError: name 'ladder' isn't defined"})";
        core.tell(crash);
    })));
    board.link_up();
    board.keys("a a a");
    board.run_for(from_ms(1000));
    EXPECT_TRUE(board.shows("The first crashed"));
    EXPECT_TRUE(board.shows("/pyapps/first/app.py:7"));
    EXPECT_TRUE(board.shows("NameError: name 'ladder' isn't defined"));
    EXPECT_FALSE(board.frames(R"(["crash")").empty()) << "and the hub hears of it";
    board.keys("right");
    EXPECT_TRUE(board.shows("The second"));
}

TEST(Badge, row_3_25_both_keys_held_stop_the_app) {
    SimBoard board(badge(with_apps([](StandInCore& core) {
        paint(core, 0x001F);
        while (core.aborts == 0 && core.compute()) {
        }
        core.aborts = 0;
    })));
    board.keys("a a a");
    board.hold("b");
    board.hold("start");
    board.run_for(from_ms(990));
    EXPECT_TRUE(all_are(board.screen(), 0x001F)) << "not before they were held for a second";
    board.run_for(from_ms(100));
    EXPECT_TRUE(board.shows("first was stopped"));
    board.run_for(from_ms(3100));
    EXPECT_FALSE(board.shows("first was stopped"));
    EXPECT_TRUE(board.shows("The second"));
}

TEST(Badge, both_keys_held_give_the_screen_back_that_the_prompt_took) {
    SimBoard board(badge([](StandInCore& core) {
        core.sleep(from_ms(200));
        paint(core, 0x001F);
    }));
    board.run_for(from_ms(500));
    EXPECT_TRUE(all_are(board.screen(), 0x001F));
    hold_stop_keys(board);
    EXPECT_TRUE(board.shows("the screen is the menu's again"));
    board.keys("a");
    EXPECT_TRUE(board.shows("Settings"));
}

TEST(Badge, an_app_that_draws_nothing_is_seen_to_run) {
    SimBoard board(badge([](StandInCore& core) { with_apps(sleep_until_stopped)(core); }));
    board.keys("a a a");
    board.run_for(from_ms(200));
    EXPECT_TRUE(board.shows("is running, and has drawn nothing"));
    hold_stop_keys(board);
    EXPECT_TRUE(board.shows("first was stopped"));
}

} // namespace
} // namespace firmware::ports::sim
