// SPDX-License-Identifier: Apache-2.0
// Every screen of the menu as a picture, and every key that leads somewhere.
#include "firmware/runtime/ui/ui.hpp"

#include "firmware/runtime/tests/golden.hpp"
#include "firmware/runtime/tests/ui_walk.hpp"

namespace firmware::runtime::test {
namespace {

using base::from_ms;
using ui::Place;
using Asked = std::vector<std::string>;

/// Saturday, the 21st of November 2026, 14:05:09 UTC.
constexpr std::int64_t saturday = 1795269909;

struct Scene {
    const char* name;
    const char* keys;
    Place place;
    void (*prepare)(Walk& walk) = nullptr;
};

void set_time(Walk& walk) {
    walk.facts.epoch_offset_us = saturday * 1000000;
    walk.facts.home_up = true;
}
void measure(Walk& walk) {
    set_time(walk);
    walk.facts.battery_millivolts = 3914;
    walk.facts.battery_percent = 71;
    walk.facts.usb_power = true;
    walk.facts.temperature_millicelsius = -1250;
    walk.facts.signal_dbm = -61;
    walk.facts.heap_free = 98304;
    walk.facts.counters = {1234, 5, 0, 6, 7, 8, 9};
}
void add_apps(Walk& walk) {
    set_time(walk);
    walk.add_app("snake", "Snake");
    walk.add_app("clock", "Clock");
    walk.add_app("name_tag", "Name tag");
    walk.add_app("broken", "broken", "app.toml: line 3: a name needs quotes");
    walk.apps.apps[3].startable = false;
    walk.add_app("painter", "LED painter");
    walk.add_app("level", "Level meter");
    walk.add_app("tile", "Home Assistant tile of the kitchen");
}

const Scene scenes[] = {
    {"idle_unset", "", Place::idle},
    {"idle", "", Place::idle, measure},
    {"idle_long_name", "", Place::idle, [](Walk& walk) { walk.facts.nickname = "Grace Brewster Murray Hopper"; }},
    {"root", "a", Place::root, set_time},
    {"root_last", "a up left", Place::root},
    {"apps", "a a", Place::apps, add_apps},
    {"apps_problem", "a a down down down", Place::apps, add_apps},
    {"apps_scrolled", "a a up", Place::apps, add_apps},
    {"apps_asked", "a a", Place::apps},
    {"apps_none", "a a", Place::apps, [](Walk& walk) { walk.apps.known = true; }},
    {"apps_damaged", "a a", Place::apps,
     [](Walk& walk) { walk.apps.problem = "the file system is damaged; erase the flash"; }},
    {"leds", "a right a", Place::leds},
    {"leds_last", "a right a up", Place::leds},
    {"settings", "a right right a", Place::settings, set_time},
    {"nickname", "a right right a a left left", Place::nickname},
    {"accent", "a right right a down a right down", Place::accent},
    {"text_color", "a right right a down down a", Place::text_color},
    {"clock", "a right right a up up a right", Place::clock, set_time},
    {"utc_offset", "a right right a up a up up", Place::utc_offset, set_time},
    {"diagnostics", "a down a", Place::diagnostics},
    {"ui_test", "a down a a", Place::ui_test,
     [](Walk& walk) { walk.facts.down = contract::button::a | contract::button::up; }},
    {"bridge", "a down a down a", Place::bridge, measure},
    {"memory", "a down a down down a", Place::memory, measure},
    {"sensors", "a down a up up up a", Place::sensors, measure},
    {"sensors_unknown", "a down a up up up a", Place::sensors},
    {"wifi", "a down a up up a", Place::wifi},
    {"sao", "a down a up a", Place::sao},
    {"development", "a down right a", Place::development, set_time},
    {"about", "a up left a", Place::about},
};

class Screens : public testing::TestWithParam<Scene> {};

TEST_P(Screens, row_3_35_looks_as_it_did) {
    Walk walk;
    if (GetParam().prepare != nullptr) GetParam().prepare(walk);
    walk.ui.refresh();
    walk.keys(GetParam().keys);
    EXPECT_EQ(walk.ui.place(), GetParam().place);
    EXPECT_TRUE(is_golden("firmware/runtime/tests/golden", GetParam().name, walk.picture(), Walk::width));
}

INSTANTIATE_TEST_SUITE_P(Menu, Screens, testing::ValuesIn(scenes),
                         [](const auto& scene) { return std::string(scene.param.name); });

testing::AssertionResult looks_like(Walk& walk, const std::string& name) {
    return is_golden("firmware/runtime/tests/golden", name, walk.picture(), Walk::width);
}

// --- walking -----------------------------------------------------------------------------------------------------

TEST(Ui, row_3_35_any_button_leaves_the_idle_screen) {
    for (const char* name : {"a", "b", "up", "down", "left", "right", "select", "start", "stick"}) {
        Walk walk;
        walk.keys(name);
        EXPECT_EQ(walk.ui.place(), Place::root) << name;
    }
}

TEST(Ui, row_3_35_the_grid_wraps_in_its_rows_and_columns) {
    Walk walk;
    walk.keys("a left a"); // to the end of the first row
    EXPECT_EQ(walk.ui.place(), Place::settings);
    walk.keys("b down a");
    EXPECT_EQ(walk.ui.place(), Place::about) << "down keeps the column";
    walk.keys("b right a");
    EXPECT_EQ(walk.ui.place(), Place::diagnostics) << "right of the last is the first of its row";
    walk.keys("b down right a");
    EXPECT_EQ(walk.ui.place(), Place::leds) << "down from the last row is the first";
}

TEST(Ui, row_3_35_start_and_right_do_nothing_in_menus) {
    Walk walk;
    walk.keys("a start");
    EXPECT_EQ(walk.ui.place(), Place::root);
    walk.keys("right right a start right");
    EXPECT_EQ(walk.ui.place(), Place::settings);
}

TEST(Ui, row_3_35_stick_and_select_enter_as_a_does) {
    for (const char* name : {"a", "stick", "select"}) {
        Walk walk;
        walk.keys(std::string("a down ") + name);
        EXPECT_EQ(walk.ui.place(), Place::diagnostics) << name;
    }
}

TEST(Ui, row_3_35_b_and_left_go_back_and_b_at_the_root_is_idle) {
    Walk walk;
    walk.keys("a down a down a b");
    EXPECT_EQ(walk.ui.place(), Place::diagnostics);
    walk.keys("left");
    EXPECT_EQ(walk.ui.place(), Place::root);
    walk.keys("b");
    EXPECT_EQ(walk.ui.place(), Place::idle);
}

TEST(Ui, row_3_35_a_submenu_begins_at_its_first_row_and_is_returned_to_where_it_was) {
    Walk walk;
    walk.keys("a down a down down a b a");
    EXPECT_EQ(walk.ui.place(), Place::memory);
    walk.keys("b b a a");
    EXPECT_EQ(walk.ui.place(), Place::ui_test);
}

TEST(Ui, row_3_38_only_both_keys_held_leave_the_ui_test) {
    Walk walk;
    walk.keys("a down a a b start a left up");
    EXPECT_EQ(walk.ui.place(), Place::ui_test);
    walk.ui.leave_held();
    EXPECT_EQ(walk.ui.place(), Place::diagnostics);
    walk.ui.leave_held();
    EXPECT_EQ(walk.ui.place(), Place::diagnostics);
}

// --- settings ----------------------------------------------------------------------------------------------------

TEST(Ui, row_3_36_a_chosen_led_mode_is_set_by_its_name) {
    Walk walk;
    walk.keys("a right a down a");
    EXPECT_EQ(walk.asked, (Asked{"led_mode=rainbow"}));
    EXPECT_EQ(walk.ui.place(), Place::leds);
}

TEST(Ui, row_3_37_a_nickname_is_written_letter_by_letter) {
    Walk walk;
    walk.facts.nickname = "bob";
    walk.keys("a right right a a up right b b down left up a");
    // "boba", "bo", "bo.", and then the cursor goes to the "o".
    EXPECT_EQ(walk.asked, (Asked{"nickname=bp."}));
    EXPECT_EQ(walk.ui.place(), Place::settings);
}

TEST(Ui, row_3_37_an_empty_nickname_is_not_taken_and_b_leaves_it) {
    Walk walk;
    walk.facts.nickname = "x";
    walk.keys("a right right a a b a");
    EXPECT_EQ(walk.ui.place(), Place::nickname);
    walk.keys("b");
    EXPECT_EQ(walk.ui.place(), Place::settings);
    EXPECT_TRUE(walk.asked.empty());
}

TEST(Ui, a_held_key_repeats_after_300_ms_and_then_every_60) {
    Walk walk;
    walk.facts.nickname = "a";
    walk.keys("a right right a a left");
    walk.press("up");
    walk.run(from_ms(299));
    walk.release("up");
    walk.keys("a");
    EXPECT_EQ(walk.asked.back(), "nickname=b");
    walk.keys("a left");
    walk.press("up");
    walk.run(from_ms(300 + 3 * 60));
    walk.release("up");
    walk.run(from_ms(1000));
    walk.keys("a");
    EXPECT_EQ(walk.asked.back(), "nickname=f") << "one press and four repeats";
}

TEST(Ui, row_3_37_colours_are_chosen_and_b_leaves_them_alone) {
    Walk walk;
    walk.keys("a right right a down a right right a");
    EXPECT_EQ(walk.asked, (Asked{"accent=" + std::to_string(ui::ColorPicker::swatches[2].color)}));
    walk.keys("down a down b");
    EXPECT_EQ(walk.asked.size(), 1U);
    walk.keys("a a");
    EXPECT_EQ(walk.asked.back(), "text_color=65535");
}

TEST(Ui, row_3_37_the_clock_is_set_in_local_time) {
    Walk walk;
    set_time(walk);
    walk.facts.utc_offset_min = 90;
    walk.keys("a right right a up up a right right right down start");
    ASSERT_EQ(walk.asked.size(), 1U);
    EXPECT_EQ(walk.asked[0], "clock " + std::to_string(saturday - 9 - 3600));
}

TEST(Ui, row_3_37_the_utc_offset_stays_within_its_limits) {
    Walk walk;
    walk.keys("a right right a up a up right a");
    EXPECT_EQ(walk.asked.back(), "utc_offset_min=75");
    walk.keys("a");
    for (int i = 0; i < 20; ++i) walk.keys("left");
    walk.keys("a");
    EXPECT_EQ(walk.asked.back(), "utc_offset_min=-720");
    walk.facts.utc_offset_min = 840;
    walk.keys("a up right a");
    EXPECT_EQ(walk.asked.back(), "utc_offset_min=840");
}

TEST(Ui, a_refused_setting_says_why) {
    Walk walk;
    walk.refuses = base::Error{base::ErrorCode::io, "the flash has failed", {}};
    walk.keys("a right right a down a a");
    EXPECT_TRUE(looks_like(walk, "refused_setting"));
    walk.run(from_ms(3000));
    EXPECT_TRUE(looks_like(walk, "settings_no_time"));
}

TEST(Ui, only_editors_keep_the_screen_for_themselves) {
    Walk walk;
    walk.keys("a right right a");
    EXPECT_FALSE(walk.ui.is_editing());
    for (int i = 0; i < 5; ++i) {
        walk.keys("a");
        EXPECT_TRUE(walk.ui.is_editing()) << i;
        while (walk.ui.is_editing()) walk.keys("b");
        walk.keys("down");
    }
}

// --- apps --------------------------------------------------------------------------------------------------------

TEST(Ui, row_3_24_an_app_is_started_and_the_menu_comes_back_where_it_was) {
    Walk walk;
    add_apps(walk);
    walk.keys("a a down a");
    EXPECT_EQ(walk.asked, (Asked{"apps", "start clock"}));
    EXPECT_TRUE(walk.ui.is_starting());
    EXPECT_TRUE(looks_like(walk, "app_starts"));
    walk.ui.app_started("clock");
    EXPECT_TRUE(looks_like(walk, "app_runs"));
    walk.keys("b b b");
    walk.ui.app_ended();
    EXPECT_EQ(walk.ui.place(), Place::apps);
    EXPECT_TRUE(looks_like(walk, "apps_second"));
}

TEST(Ui, an_app_that_cannot_be_started_is_not_asked_for) {
    Walk walk;
    add_apps(walk);
    walk.keys("a a down down down a");
    EXPECT_EQ(walk.asked, (Asked{"apps"}));
    EXPECT_FALSE(walk.ui.is_starting());
}

TEST(Ui, a_busy_python_is_said) {
    Walk walk;
    add_apps(walk);
    walk.refuses = base::Error{base::ErrorCode::busy, {}, {}};
    walk.keys("a a a");
    EXPECT_FALSE(walk.ui.is_starting());
    EXPECT_TRUE(looks_like(walk, "app_busy"));
}

TEST(Ui, row_3_23_a_crash_shows_file_line_and_message_until_a_key) {
    Walk walk;
    add_apps(walk);
    walk.keys("a a a");
    walk.ui.app_started("snake");
    walk.ui.app_crashed({"snake", "/pyapps/snake/board.py", 117,
                         "ValueError: a snake of 3 can't turn around in a field of 2 by 2, because there is no room "
                         "left for its tail; make the field larger and try again, or the snake shorter"});
    walk.ui.app_ended();
    EXPECT_TRUE(looks_like(walk, "crash"));
    walk.run(from_ms(20000));
    walk.keys("b");
    EXPECT_EQ(walk.ui.place(), Place::apps) << "the key that ends it does nothing else";
    EXPECT_TRUE(looks_like(walk, "apps"));
}

TEST(Ui, a_shorter_list_keeps_the_selection_on_it) {
    Walk walk;
    add_apps(walk);
    walk.keys("a a up");
    while (walk.apps.apps.size() > 1) walk.apps.apps.erase(1);
    walk.ui.refresh();
    walk.picture();
    walk.keys("a");
    EXPECT_EQ(walk.asked.back(), "start snake");
}

// --- time --------------------------------------------------------------------------------------------------------

TEST(Ui, draws_only_when_something_changed) {
    Walk walk;
    set_time(walk);
    walk.ui.refresh();
    walk.keys("a");
    walk.picture();
    EXPECT_FALSE(walk.ui.wants_drawing());
    walk.run(from_ms(50000));
    EXPECT_FALSE(walk.ui.wants_drawing()) << "its clock shows minutes";
    walk.run(from_ms(1000));
    EXPECT_TRUE(walk.ui.wants_drawing());
}

TEST(Ui, the_idle_clock_ticks_on_the_second) {
    Walk walk;
    walk.facts.epoch_offset_us = saturday * 1000000 + 250000;
    walk.ui.refresh();
    walk.run(0);
    walk.picture();
    EXPECT_EQ(walk.ui.deadline(), from_ms(750));
    walk.run(from_ms(749));
    EXPECT_FALSE(walk.ui.wants_drawing());
    walk.run(from_ms(1));
    EXPECT_TRUE(walk.ui.wants_drawing());
}

} // namespace
} // namespace firmware::runtime::test
