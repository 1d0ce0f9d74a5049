// SPDX-License-Identifier: Apache-2.0
#include "cli/lookup.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

const Json boards = {{{"uid", "aaaa1111"}, {"name", "Hall intercom"}},
                     {{"uid", "bbbb2222"}, {"name", "Hall sensor"}},
                     {{"uid", "hall"}, {"name", "Garage"}}};

TEST(ChooseBoard, takes_a_uid_or_the_beginning_of_a_name_that_only_one_has) {
    EXPECT_EQ((*choose_board(boards, "bbbb2222"))["name"], "Hall sensor");
    EXPECT_EQ((*choose_board(boards, "hall i"))["uid"], "aaaa1111");
    EXPECT_EQ((*choose_board(boards, "hall"))["uid"], "hall") << "a uid goes before names";
}

TEST(ChooseBoard, takes_the_beginning_of_a_later_word_when_no_name_begins_so) {
    EXPECT_EQ((*choose_board(boards, "intercom"))["uid"], "aaaa1111");
    EXPECT_EQ((*choose_board(boards, "Sens"))["uid"], "bbbb2222");
    EXPECT_EQ((*choose_board(boards, "gar"))["uid"], "hall");
    EXPECT_EQ(choose_board(boards, "nsor").error().exit, exit_not_found) << "not in the middle of one";
}

TEST(ChooseBoard, says_which_boards_fit_when_several_do) {
    const auto chosen = choose_board(boards, "Hall ");
    ASSERT_FALSE(chosen);
    EXPECT_EQ(chosen.error().exit, exit_usage);
    EXPECT_EQ(chosen.error().message, "Several boards fit \"Hall \": Hall intercom (aaaa1111), Hall sensor (bbbb2222)");
}

TEST(ChooseBoard, finds_nothing_for_an_empty_or_unknown_name) {
    EXPECT_EQ(choose_board(boards, "").error().exit, exit_not_found);
    EXPECT_EQ(choose_board(boards, "cellar").error().exit, exit_not_found);
    EXPECT_EQ(choose_board(boards, "aaaa111").error().exit, exit_not_found) << "a uid is written whole";
}

TEST(ValueFor, makes_of_what_was_typed_what_the_kind_takes) {
    EXPECT_EQ(*value_for("switch", "On"), Json(true));
    EXPECT_EQ(*value_for("switch", "OFF"), Json(false));
    EXPECT_EQ(*value_for("lock", "unlock"), Json("UNLOCK"));
    EXPECT_EQ(*value_for("number", "21.5"), Json(21.5));
    EXPECT_EQ(*value_for("number", "-3"), Json(-3));
    EXPECT_EQ(*value_for("text", "on"), Json("on"));
    EXPECT_EQ(*value_for("select", "Mode A"), Json("Mode A"));
}

TEST(ValueFor, refuses_what_the_kind_does_not_take) {
    EXPECT_EQ(value_for("switch", "maybe").error().exit, exit_usage);
    for (const char* bad : {"", "warm", "[1]", "true", "1,5", "NaN"})
        EXPECT_EQ(value_for("number", bad).error().exit, exit_usage) << bad;
}

TEST(ExitOf, tells_refusals_from_failures) {
    for (const char* word : {"refused", "busy", "expired", "duplicate", "rate_limited"})
        EXPECT_EQ(exit_of(word), exit_refused) << word;
    EXPECT_EQ(exit_of("not_found"), exit_not_found);
    EXPECT_EQ(exit_of("invalid_argument"), exit_usage);
    EXPECT_EQ(exit_of("disconnected"), exit_failed);
    EXPECT_EQ(exit_of("nonsense"), exit_failed);
}

TEST(Encoded, leaves_nothing_that_has_a_meaning_in_an_address) {
    EXPECT_EQ(encoded("a-Z_0.~"), "a-Z_0.~");
    EXPECT_EQ(encoded("../a b?%\xff"), "..%2Fa%20b%3F%25%FF");
}

} // namespace
} // namespace cli
