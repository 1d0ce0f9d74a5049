// SPDX-License-Identifier: Apache-2.0
// Both sides of every limit of an output.
#include "firmware/runtime/guards.hpp"

#include "firmware/runtime/tests/test_board.hpp"

#include <gtest/gtest.h>

#include <string>

namespace firmware::runtime {
namespace {

using base::from_ms;

constexpr contract::Pin door = 13;
constexpr contract::Pin line = 12;
constexpr contract::Pin lamp = 2;

class GuardsTest : public testing::Test, public OutputListener {
protected:
    GuardsTest() { guards.boot(0); }

    void output_changed(std::size_t output, bool on, base::Micros at, Cause cause) noexcept override {
        if (cause == Cause::safe && at == 0) return; // the boot's own report
        story += std::string(guards.name(output)) + (on ? " on " : " off ") + std::to_string(base::to_ms(at)) + " " +
                 std::string(cause_name(cause)) + "\n";
    }
    void output_refused(std::size_t, std::string_view, base::Micros) noexcept override { ++refused; }

    test::FakeGpio gpio;
    Guards guards{test::profile, gpio, *this};
    std::string story;
    int refused = 0;
};

TEST_F(GuardsTest, boot_drives_every_output_to_its_own_safe_level) {
    EXPECT_EQ(gpio.configured, (std::vector<contract::Pin>{door, line, lamp}));
    EXPECT_FALSE(gpio.levels[door]);
    EXPECT_TRUE(gpio.levels[line]);
}

TEST_F(GuardsTest, max_on_cuts_at_its_limit_and_not_before) {
    guards.command(door, true, from_ms(200));
    EXPECT_EQ(guards.deadline(), from_ms(1200));
    guards.step(from_ms(1200) - 1);
    EXPECT_TRUE(gpio.levels[door]);
    guards.step(from_ms(1200));
    EXPECT_FALSE(gpio.levels[door]);
    EXPECT_EQ(guards.deadline(), base::never);
    EXPECT_EQ(story, "door on 200 app\ndoor off 1200 guard\n");
}

TEST_F(GuardsTest, commanding_on_again_while_on_never_extends) {
    guards.command(door, true, from_ms(200));
    guards.command(door, true, from_ms(1100));
    guards.step(from_ms(1200));
    EXPECT_FALSE(gpio.levels[door]);
}

TEST_F(GuardsTest, a_command_that_comes_at_the_limit_does_not_slip_past_it) {
    guards.command(door, true, from_ms(200));
    guards.command(door, true, from_ms(1200)); // the timer has not been looked at yet
    EXPECT_FALSE(gpio.levels[door]);
}

TEST_F(GuardsTest, after_a_cut_it_stays_off_until_safe_was_commanded) {
    guards.command(door, true, from_ms(200));
    guards.step(from_ms(1200));
    guards.command(door, true, from_ms(9000));
    EXPECT_FALSE(gpio.levels[door]);
    EXPECT_EQ(refused, 1);
    guards.command(door, false, from_ms(9001));
    guards.command(door, true, from_ms(9002));
    EXPECT_TRUE(gpio.levels[door]);
}

TEST_F(GuardsTest, after_a_cut_min_off_counts_from_the_cut) {
    guards.command(door, true, from_ms(200));
    guards.step(from_ms(1200));
    guards.command(door, false, from_ms(1201));
    guards.command(door, true, from_ms(1400) - 1);
    EXPECT_FALSE(gpio.levels[door]);
    guards.command(door, true, from_ms(1400));
    EXPECT_TRUE(gpio.levels[door]);
}

TEST_F(GuardsTest, min_off_counts_from_boot_too) {
    guards.command(door, true, from_ms(200) - 1);
    EXPECT_FALSE(gpio.levels[door]);
    guards.command(door, true, from_ms(200));
    EXPECT_TRUE(gpio.levels[door]);
}

TEST_F(GuardsTest, all_safe_switches_off_what_is_on_and_says_why) {
    guards.command(door, true, from_ms(300));
    guards.command(line, false, from_ms(300));
    guards.all_safe(from_ms(400));
    EXPECT_FALSE(gpio.levels[door]);
    EXPECT_TRUE(gpio.levels[line]);
    EXPECT_EQ(story, "door on 300 app\nline on 300 app\ndoor off 400 safe\nline off 400 safe\n");
}

TEST_F(GuardsTest, of_an_interlock_group_one_is_on) {
    guards.command(line, false, 1);
    guards.command(lamp, true, 2);
    EXPECT_FALSE(gpio.levels[lamp]);
    guards.command(line, true, 3);
    guards.command(lamp, true, 4);
    EXPECT_TRUE(gpio.levels[lamp]);
}

TEST_F(GuardsTest, an_app_can_tighten_but_not_loosen) {
    EXPECT_TRUE(guards.tighten(door, false, 500, 0, 1));
    EXPECT_TRUE(guards.tighten(door, false, 5000, 100, 2));
    guards.command(door, true, from_ms(300));
    EXPECT_EQ(guards.deadline(), from_ms(800));
    EXPECT_FALSE(guards.tighten(door, true, 0, 0, from_ms(301))) << "another safe level";
}

TEST_F(GuardsTest, a_limit_tightened_below_the_time_already_on_cuts_at_once) {
    guards.command(door, true, from_ms(200));
    EXPECT_TRUE(guards.tighten(door, false, 100, 0, from_ms(300)));
    EXPECT_FALSE(gpio.levels[door]);
}

TEST_F(GuardsTest, a_new_app_gets_the_boards_limits_but_for_what_it_has_tightened_itself) {
    EXPECT_TRUE(guards.tighten(door, false, 500, 0, from_ms(10)));
    EXPECT_TRUE(guards.tighten(lamp, false, 700, 0, from_ms(50)));
    guards.forget_app(from_ms(50), from_ms(60));
    guards.command(door, true, from_ms(300));
    EXPECT_EQ(guards.deadline(), from_ms(1300));
    guards.command(lamp, true, from_ms(300));
    EXPECT_EQ(guards.deadline(), from_ms(1000));
}

TEST_F(GuardsTest, a_guard_on_another_pin_makes_an_output_until_the_next_app) {
    EXPECT_TRUE(guards.tighten(7, false, 100, 0, from_ms(10)));
    guards.command(7, true, from_ms(20));
    guards.step(from_ms(120));
    EXPECT_FALSE(gpio.levels[7]);
    guards.forget_app(from_ms(200), from_ms(200));
    EXPECT_FALSE(guards.owns(7));
}

} // namespace
} // namespace firmware::runtime
