// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include "cli/messages.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

TEST(Printable, ordinary_text_in_any_language_stays_as_it_is) {
    EXPECT_EQ(printable("Haustür 21 °C 门 🚪"), "Haustür 21 °C 门 🚪");
}

TEST(Printable, what_could_speak_to_the_terminal_is_made_visible) {
    EXPECT_EQ(printable("\x1b[2J\a\b\r\n\t\x7f"), "\\x1b[2J\\x07\\x08\\x0d\\x0a\\x09\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"
                        "31m"),
              "\\x9b31m")
        << "C1 as UTF-8";
    EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Printable, bytes_that_are_no_utf_8_and_characters_that_turn_the_writing_become_a_question_mark) {
    EXPECT_EQ(printable("\x9b"
                        "31m"),
              "?31m");
    EXPECT_EQ(printable("\xff\xc0\xaf\xed\xa0\x80\xf5"), "???????");
    EXPECT_EQ(printable("\xe2\x82"), "??");
    EXPECT_EQ(printable("\xe2\x80\xae"
                        "abc"),
              "?abc");
}

TEST(JsonText, is_ascii_whatever_is_in_it) {
    EXPECT_EQ(json_text({{"text", "\x1b\xc2\x9b°"}}), R"({"text":"\u001b\u009b\u00b0"})");
    EXPECT_EQ(json_text("\xff"), R"("\ufffd")");
}

TEST(Age, is_told_in_the_unit_a_person_would_use) {
    const double now = 1e12;
    const auto ago = [&](double seconds) { return age(now - seconds * 1000, now); };
    EXPECT_EQ(ago(-5), "just now");
    EXPECT_EQ(ago(0.9), "just now");
    EXPECT_EQ(ago(1), "1 s ago");
    EXPECT_EQ(ago(99.9), "99 s ago");
    EXPECT_EQ(ago(100), "1 min ago");
    EXPECT_EQ(ago(5999), "99 min ago");
    EXPECT_EQ(ago(6000), "1 h ago");
    EXPECT_EQ(ago(48 * 3600 - 1), "47 h ago");
    EXPECT_EQ(ago(48 * 3600), "2 days ago");
}

TEST(Table, columns_are_as_wide_as_their_widest_cell_in_characters) {
    EXPECT_EQ(table({{"NAME", "UID"}, {"Tür", "1"}, {"Hall intercom", "2"}}, false), "NAME           UID\n"
                                                                                     "Tür            1\n"
                                                                                     "Hall intercom  2\n");
}

TEST(Table, a_cell_cannot_begin_a_row_of_its_own) {
    EXPECT_EQ(table({{"a\nb"}}, false), "a\\x0ab\n");
    EXPECT_EQ(table({{"A"}, {"b"}}, true), "\x1b[1mA\x1b[0m\nb\n");
}

TEST(LineOf, tells_each_message_in_words) {
    const auto words = [](const Json& message) { return line_of(message).substr(14); };
    EXPECT_EQ(words({{"type", "state"}, {"id", "door"}, {"value", "LOCKED"}, {"at_ms", 0}}), "state    door = LOCKED");
    EXPECT_EQ(words({{"type", "state"}, {"id", "temp"}, {"value", nullptr}, {"at_ms", 0}}), "state    temp = unknown");
    EXPECT_EQ(words({{"type", "output"}, {"name", "door_relay"}, {"on", true}, {"cause", "app"}, {"at_ms", 0}}),
              "output   door_relay on, by app");
    EXPECT_EQ(words({{"type", "log"}, {"level", "info"}, {"text", "hi \x1b[2J"}, {"at_ms", 0}}),
              "info     hi \\x1b[2J");
    const Json command = {{"id", "door"},   {"value", "UNLOCK"}, {"outcome", "failed"},
                          {"text", "busy"}, {"source", "web"},   {"at_ms", 0}};
    EXPECT_EQ(words({{"type", "command"}, {"command", command}}), "command  door = UNLOCK: failed (busy), from web");
    EXPECT_EQ(words({{"type", "console"}, {"text", ">>> 1\r\n\x1b[1\r\n"}, {"at_ms", 0}}),
              "console  >>> 1\n" + clock_time(0) + "  console  \\x1b[1");
    EXPECT_EQ(line_of({{"type", "heartbeat"}, {"at_ms", 0}}), "");
    EXPECT_EQ(line_of({{"type", "something new"}}), "");
}

} // namespace
} // namespace cli
