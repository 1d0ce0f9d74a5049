// SPDX-License-Identifier: Apache-2.0
#include "hub/core/face.hpp"

#include <gtest/gtest.h>

namespace hub::core {
namespace {

// A screen of one whole cell and one of 4×10 beside it.
const Json two_cells = {"ok", {{"width", 20}, {"height", 10}, {"leds", 2}}};
// 160 pixels of red; 40 of green; 39 of blue.
const Json red = {"cell", 0, 0, 16, 10, "n/gA"};
const Json green = {"cell", 16, 0, 4, 10, "JwfA"};
const Json too_few = {"cell", 16, 0, 4, 10, "JgAf"};

struct FaceTest : testing::Test {
    Face face{7};
    FaceTest() { EXPECT_TRUE(face.begin(two_cells)); }
};

TEST_F(FaceTest, a_picture_is_seen_when_it_is_complete) {
    EXPECT_TRUE(face.take(red));
    EXPECT_TRUE(face.take(green));
    EXPECT_FALSE(face.complete());
    EXPECT_EQ(face.pixels().colors[0], 0);
    EXPECT_TRUE(face.take({"shown", 3}));
    EXPECT_TRUE(face.complete());
    EXPECT_EQ(face.picture(), 3);
    EXPECT_EQ(face.version(), 8U);
    EXPECT_EQ(face.pixels().colors[15], 0xF800);
    EXPECT_EQ(face.pixels().colors[16], 0x07C0);
    EXPECT_EQ(face.pixels().colors[199], 0x07C0);
}

TEST_F(FaceTest, only_cells_that_came_are_of_the_new_version) {
    face.take(red);
    face.take(green);
    face.take({"shown", 1});
    const std::uint64_t before = face.version();
    face.take(green);
    face.take({"shown", 2});
    EXPECT_LE(face.cells()[0].changed, before);
    EXPECT_GT(face.cells()[1].changed, before);
    EXPECT_EQ(face.cells()[1].runs, "JwfA");
}

TEST_F(FaceTest, a_screen_of_which_parts_never_came_is_not_complete) {
    face.take(red);
    face.take({"shown", 1});
    EXPECT_FALSE(face.complete());
}

TEST_F(FaceTest, leds_are_seen_at_once_and_only_a_change_counts) {
    EXPECT_TRUE(face.take({"leds", "ff000000ff00"}));
    EXPECT_EQ(face.leds(), "ff000000ff00");
    EXPECT_EQ(face.version(), 8U);
    EXPECT_TRUE(face.take({"leds", "ff000000ff00"}));
    EXPECT_EQ(face.version(), 8U);
}

TEST_F(FaceTest, what_breaks_the_rules_changes_nothing) {
    const std::vector<Json> broken = {
        too_few,
        {"cell", 8, 0, 16, 10, "n/gA"},
        {"cell", 0, 10, 16, 10, "n/gA"},
        {"cell", 32, 0, 16, 10, "n/gA"},
        {"cell", 0, 0, 15, 10, "n/gA"},
        {"cell", 0, 0, 16, 10, "n/g="},
        {"cell", 0, 0, 16, 10, "n/g"},
        {"cell", -16, 0, 16, 10, "n/gA"},
        {"cell", 1e300, 0, 16, 10, "n/gA"},
        {"cell", 0, 0},
        {"leds", "ff0000"},
        {"leds", "gg0000000000"},
        {"leds", 1},
        {"shown", "x"},
        {"shown"},
        Json::array(),
        Json::object(),
    };
    for (const Json& message : broken) EXPECT_FALSE(face.take(message)) << message;
    EXPECT_EQ(face.version(), 7U);
    EXPECT_TRUE(face.take({"word of a later version"}));
}

TEST_F(FaceTest, a_picture_without_an_end_is_given_up) {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(face.take(red));
    EXPECT_FALSE(face.take(red));
}

TEST(Face, begins_with_a_sound_size_only) {
    Face face;
    EXPECT_FALSE(face.begin({"ok"}));
    EXPECT_FALSE(face.begin({"error", "unsupported", "no screen", ""}));
    EXPECT_FALSE(face.begin({"ok", {{"width", 0}, {"height", 10}, {"leds", 2}}}));
    EXPECT_FALSE(face.begin({"ok", {{"width", 1025}, {"height", 10}, {"leds", 2}}}));
    EXPECT_FALSE(face.begin({"ok", {{"width", 320}, {"height", 170}, {"leds", 65}}}));
    EXPECT_FALSE(face.take(red)) << "there is no screen yet";
}

} // namespace
} // namespace hub::core
