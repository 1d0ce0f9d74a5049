// SPDX-License-Identifier: Apache-2.0
// Dates and editors at both sides of every limit.
#include "firmware/runtime/ui/editors.hpp"
#include "firmware/runtime/ui/painter.hpp"
#include "firmware/runtime/ui/words.hpp"

#include <gtest/gtest.h>

#include <string>

namespace firmware::runtime::ui {
namespace {

namespace button = contract::button;

TEST(Calendar, knows_days_that_are_known) {
    EXPECT_EQ(civil_of(0), (Civil{1970, 1, 1}));
    EXPECT_EQ(civil_of(951782400), (Civil{2000, 2, 29}));
    EXPECT_EQ(civil_of(4107542400), (Civil{2100, 3, 1})) << "2100 is no leap year";
    EXPECT_EQ(civil_of(-1), (Civil{1969, 12, 31, 23, 59, 59}));
    EXPECT_EQ(date(civil_of(1795269909)).view(), "Sat 21 Nov 2026");
    EXPECT_EQ(hours_minutes_seconds(civil_of(1795269909)).view(), "14:05:09");
}

TEST(Calendar, there_and_back_is_the_same_for_every_day_of_two_centuries) {
    int expected_weekday = 3;
    for (std::int64_t day = 0; day < 73000; ++day) {
        const Civil civil = civil_of(day * 86400 + 4711);
        ASSERT_EQ(epoch_of(civil), day * 86400 + 4711);
        ASSERT_EQ(weekday(civil), expected_weekday);
        ASSERT_LE(civil.day, days_in_month(civil.year, civil.month));
        expected_weekday = (expected_weekday + 1) % 7;
    }
}

TEST(Calendar, words) {
    EXPECT_EQ(number(0).view(), "0");
    EXPECT_EQ(number(-7, 2).view(), "-07");
    EXPECT_EQ(number(INT64_MIN).view(), "-9223372036854775808");
    EXPECT_EQ(thousandths(3914, 2, " V").view(), "3.91 V");
    EXPECT_EQ(thousandths(-50, 1, " C").view(), "-0.0 C");
    EXPECT_EQ(thousandths(INT32_MIN, 1, "").view(), "-2147483.6");
    EXPECT_EQ(duration(3599).view(), "0:59:59");
    EXPECT_EQ(duration(86400 + 3661).view(), "1 d 01:01:01");
    EXPECT_EQ(utc_offset(-90).view(), "UTC-01:30");
    EXPECT_EQ(utc_offset(840).view(), "UTC+14:00");
}

TEST(TextEditor, holds_31_letters_and_shows_the_10_around_its_cursor) {
    TextEditor editor;
    editor.begin("");
    for (std::size_t i = 0; i < 40; ++i) {
        editor.key(button::up);
        editor.key(button::right);
    }
    EXPECT_EQ(editor.text().size(), TextEditor::size_max);
    EXPECT_EQ(editor.cursor(), TextEditor::size_max - 1);
    EXPECT_EQ(editor.first_shown(), TextEditor::size_max - TextEditor::shown);
    editor.begin("0123456789");
    EXPECT_EQ(editor.first_shown(), 1U) << "the place of the next letter is seen";
}

TEST(TextEditor, goes_around_the_letters_both_ways) {
    TextEditor editor;
    editor.begin("");
    std::string seen;
    for (std::size_t i = 0; i < TextEditor::letters.size(); ++i) {
        editor.key(button::up);
        seen += editor.text();
    }
    EXPECT_EQ(seen, std::string(TextEditor::letters.substr(1)) + " ");
    editor.key(button::down);
    EXPECT_EQ(editor.text(), ".");
}

TEST(TextEditor, deletes_at_the_cursor_and_behind_the_end_the_last) {
    TextEditor editor;
    editor.begin("abc");
    EXPECT_EQ(editor.key(button::b), Edit::goes_on);
    EXPECT_EQ(editor.text(), "ab");
    editor.key(button::left);
    editor.key(button::left);
    editor.key(button::left);
    editor.key(button::b);
    EXPECT_EQ(editor.text(), "b");
    editor.key(button::b);
    EXPECT_EQ(editor.key(button::b), Edit::cancelled);
}

TEST(TextEditor, a_letter_it_does_not_have_can_be_replaced) {
    TextEditor editor;
    editor.begin("a!");
    editor.key(button::left);
    editor.key(button::up);
    EXPECT_EQ(editor.text(), "aa");
}

TEST(TimeEditor, a_day_that_the_month_does_not_have_becomes_its_last) {
    TimeEditor editor;
    editor.begin({2024, 2, 29, 12, 0, 0});
    editor.key(button::up);
    EXPECT_EQ(editor.value(), (Civil{2025, 2, 28, 12, 0, 0}));
    editor.begin({2026, 1, 31});
    editor.key(button::right);
    editor.key(button::up);
    EXPECT_EQ(editor.value(), (Civil{2026, 2, 28}));
}

TEST(TimeEditor, every_field_wraps) {
    TimeEditor editor;
    editor.begin({2024, 1, 1});
    for (int i = 0; i < TimeEditor::fields; ++i) {
        editor.key(button::down);
        editor.key(button::right);
    }
    EXPECT_EQ(editor.value(), (Civil{2099, 12, 31, 23, 59, 0}));
    EXPECT_EQ(editor.field(), 0);
    for (int i = 0; i < TimeEditor::fields; ++i) {
        editor.key(button::left);
        editor.key(button::up);
    }
    EXPECT_EQ(editor.value(), (Civil{2024, 1, 1}));
}

TEST(TimeEditor, takes_with_a_or_start_and_leaves_with_b) {
    TimeEditor editor;
    editor.begin({});
    EXPECT_EQ(editor.value().year, TimeEditor::first_year);
    EXPECT_EQ(editor.key(button::a), Edit::done);
    EXPECT_EQ(editor.key(button::start), Edit::done);
    EXPECT_EQ(editor.key(button::b), Edit::cancelled);
}

TEST(ColorPicker, finds_the_colour_in_force_and_wraps) {
    ColorPicker picker;
    picker.begin(0xFFFF);
    EXPECT_EQ(picker.selected(), 11);
    picker.key(button::right);
    EXPECT_EQ(picker.selected(), 6);
    picker.key(button::down);
    EXPECT_EQ(picker.selected(), 0);
    picker.key(button::left);
    EXPECT_EQ(picker.selected(), 5);
    picker.begin(0x1234);
    EXPECT_EQ(picker.selected(), 0) << "a colour that is none of the twelve";
    EXPECT_EQ(picker.key(button::start), Edit::goes_on);
}

TEST(OffsetEditor, stops_at_its_limits) {
    OffsetEditor editor;
    editor.begin(825);
    editor.key(button::right);
    EXPECT_EQ(editor.minutes(), 840);
    editor.key(button::up);
    EXPECT_EQ(editor.minutes(), 840);
    editor.begin(-720);
    editor.key(button::down);
    EXPECT_EQ(editor.minutes(), -720);
}

TEST(Painter, text_on_a_colour_can_be_read) {
    EXPECT_EQ(contrast_to(colors::white), colors::black);
    EXPECT_EQ(contrast_to(colors::black), colors::white);
    EXPECT_EQ(contrast_to(colors::green), colors::black);
    EXPECT_EQ(contrast_to(colors::blue), colors::white);
    EXPECT_EQ(dimmed(colors::white, 50), rgb565(127, 127, 127));
}

TEST(Painter, text_is_broken_between_words_and_cut_with_dots) {
    constexpr int width = 64;
    constexpr int height = 64;
    std::array<contract::Color, width * height> pixels{};
    std::array<contract::Color, width * height> expected{};
    Canvas canvas(pixels, width, height);
    Canvas by_hand(expected, width, height);
    Painter painter(canvas, colors::green, colors::white);
    EXPECT_EQ(painter.wrapped(0, 0, 8, 3, "one two three fourfivesix", colors::white), 3);
    by_hand.text(0, 0, "one two", colors::white);
    by_hand.text(0, 16, "three", colors::white);
    by_hand.text(0, 32, "fourfi..", colors::white);
    EXPECT_EQ(pixels, expected);
    EXPECT_EQ(painter.wrapped(0, 0, 8, 3, "", colors::white), 0);
    EXPECT_EQ(painter.wrapped(0, 0, 8, 3, "a\n\nb", colors::white), 3);
}

} // namespace
} // namespace firmware::runtime::ui
