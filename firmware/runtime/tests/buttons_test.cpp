// SPDX-License-Identifier: Apache-2.0
// What a contact does, and what the badge makes of it.
#include "firmware/runtime/buttons.hpp"

#include "boards/badge.hpp"
#include "firmware/runtime/tests/test_board.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace firmware::runtime {
namespace {

using base::from_ms;
namespace button = contract::button;

constexpr contract::Pin pin_of(contract::ButtonMask mask) {
    for (const boards::Input& input : boards::badge.inputs) {
        if (input.button == mask) return input.pin;
    }
    return contract::pin_count;
}

/// The real badge's pins, with fingers on them.
class ButtonsTest : public testing::Test, public ButtonListener {
protected:
    ButtonsTest() {
        for (const boards::Input& input : boards::badge.inputs) gpio.levels[input.pin] = !input.active;
        buttons.boot();
    }

    void button_changed(const bridge::ButtonEvent& event) noexcept override {
        heard += std::to_string(event.button) + (event.pressed ? "+" : "-") + std::to_string(event.at / 1000) + " ";
        EXPECT_EQ((buttons.down() & event.button) != 0, event.pressed);
    }

    /// Time passes as on a board: the core steps at every deadline.
    void until(std::int64_t ms) {
        while (buttons.deadline() <= from_ms(ms)) {
            now = std::max(now, buttons.deadline());
            buttons.step(now);
        }
        now = from_ms(ms);
        buttons.step(now);
    }
    /// Contact of a button that pulls its pin to `level`.
    void level(contract::ButtonMask mask, bool level) {
        gpio.levels[pin_of(mask)] = level;
        buttons.pin_changed(pin_of(mask), now);
    }
    void press(contract::ButtonMask mask) { level(mask, mask == button::select); }
    void release(contract::ButtonMask mask) { level(mask, mask != button::select); }

    std::string heard;
    base::Micros now = 0;
    test::FakeGpio gpio;
    Buttons buttons{boards::badge, gpio, *this};
};

TEST_F(ButtonsTest, a_press_is_believed_after_20_ms_and_not_before) {
    until(100);
    press(button::a);
    EXPECT_EQ(buttons.deadline(), from_ms(120));
    buttons.step(from_ms(120) - 1);
    EXPECT_EQ(heard, "");
    EXPECT_EQ(buttons.down(), 0);
    buttons.step(from_ms(120));
    EXPECT_EQ(heard, "1+100 ");
    EXPECT_EQ(buttons.down(), button::a);
    EXPECT_EQ(buttons.deadline(), base::never);
}

TEST_F(ButtonsTest, a_release_is_told_too) {
    press(button::a);
    until(50);
    release(button::a);
    until(69);
    EXPECT_EQ(buttons.down(), button::a);
    until(70);
    EXPECT_EQ(heard, "1+0 1-50 ");
    EXPECT_EQ(buttons.down(), 0);
}

TEST_F(ButtonsTest, bouncing_contacts_make_one_press) {
    for (int bounce = 0; bounce < 10; ++bounce) {
        press(button::b);
        until(bounce * 4 + 1);
        release(button::b);
        until(bounce * 4 + 4);
    }
    press(button::b);
    until(59);
    EXPECT_EQ(heard, "");
    until(60);
    EXPECT_EQ(heard, "2+40 ");
}

TEST_F(ButtonsTest, an_edge_19_ms_after_another_puts_off_the_verdict_and_one_at_20_ms_does_not) {
    press(button::a);
    until(19);
    buttons.pin_changed(pin_of(button::a), now);
    until(38);
    EXPECT_EQ(heard, "");
    until(39);
    EXPECT_EQ(heard, "1+19 ");
    release(button::a);
    until(59);
    press(button::a);
    until(100);
    EXPECT_EQ(heard, "1+19 1-39 1+59 ");
}

TEST_F(ButtonsTest, a_glitch_shorter_than_20_ms_says_nothing) {
    press(button::up);
    until(19);
    release(button::up);
    until(100);
    EXPECT_EQ(heard, "");
    EXPECT_EQ(buttons.deadline(), base::never);
    press(button::up);
    until(120);
    release(button::up);
    until(200);
    EXPECT_EQ(heard, "4+100 4-120 ");
}

TEST_F(ButtonsTest, two_at_once_are_two) {
    press(button::b);
    until(5);
    press(button::start);
    until(24);
    EXPECT_EQ(buttons.down(), button::b);
    until(25);
    EXPECT_EQ(buttons.down(), button::b | button::start);
    release(button::b);
    release(button::start);
    until(100);
    EXPECT_EQ(heard, "2+0 128+5 2-25 128-25 ");
}

TEST_F(ButtonsTest, a_late_step_tells_them_in_the_order_in_which_they_moved) {
    press(button::stick); // the fifth in the table of the board, before the first
    now = from_ms(1);
    press(button::up);
    buttons.step(from_ms(500));
    EXPECT_EQ(heard, "256+0 4+1 ");
}

TEST_F(ButtonsTest, what_is_held_at_boot_is_down_but_was_never_pressed) {
    gpio.levels[pin_of(button::select)] = true;
    gpio.levels[pin_of(button::left)] = false;
    buttons.boot();
    until(100);
    EXPECT_EQ(heard, "");
    EXPECT_EQ(buttons.down(), button::select | button::left);
    release(button::left);
    until(200);
    EXPECT_EQ(heard, "16-100 ");
    EXPECT_EQ(buttons.down(), button::select);
}

TEST_F(ButtonsTest, select_is_active_high_and_the_others_active_low) {
    for (const boards::Input& input : boards::badge.inputs) {
        EXPECT_EQ(input.active, input.button == button::select) << input.name;
        EXPECT_EQ(input.pull, input.active ? contract::Pull::down : contract::Pull::up) << input.name;
    }
    level(button::select, true);
    level(button::right, false);
    until(20);
    EXPECT_EQ(buttons.down(), button::select | button::right);
}

TEST_F(ButtonsTest, row_3_19_each_of_the_nine_has_the_bit_of_the_one_table) {
    contract::ButtonMask seen = 0;
    for (const boards::Input& input : boards::badge.inputs) {
        press(input.button);
        until(now / 1000 + 20);
        EXPECT_EQ(buttons.down(), seen | input.button) << input.name;
        seen |= input.button;
    }
    EXPECT_EQ(seen, button::all);
}

TEST_F(ButtonsTest, pins_that_are_no_buttons_are_nothing_to_it) {
    buttons.pin_changed(60, 0);
    EXPECT_EQ(buttons.deadline(), base::never);
    Buttons none(test::profile, gpio, *this); // its only input is the call button of a door
    none.boot();
    none.pin_changed(test::inputs[0].pin, 0);
    EXPECT_EQ(none.deadline(), base::never);
    EXPECT_EQ(none.down(), 0);
}

} // namespace
} // namespace firmware::runtime
