// SPDX-License-Identifier: Apache-2.0
// What the LEDs show, when they are told, and whose they are.
#include "firmware/runtime/led_strip.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

namespace firmware::runtime {
namespace {

using base::from_ms;
using contract::Rgb;

constexpr std::size_t led_count = 12;
constexpr LedScene scene{0, {0, 255, 0}, 0x1234, 42};
using Picture = std::vector<Rgb>;

Picture paint(LedMode mode, std::uint32_t ms, std::size_t count = led_count, LedScene of = scene) {
    of.ms = ms;
    Picture picture(count, Rgb{1, 2, 3});
    paint_led_mode(mode, of, picture);
    return picture;
}

unsigned level(Rgb color) { return std::max({color.r, color.g, color.b}); }
bool is_dark(const Picture& picture) { return picture == Picture(picture.size(), Rgb{}); }

/// Ten seconds of frames as one number.
std::uint32_t ten_seconds(LedMode mode) {
    std::uint32_t hash = 0x811C9DC5;
    for (std::uint32_t ms = 0; ms < 10'000; ms += 20) {
        for (const Rgb color : paint(mode, ms)) {
            for (const std::uint8_t part : {color.r, color.g, color.b}) hash = (hash ^ part) * 0x01000193;
        }
    }
    return hash;
}

std::string named(const testing::TestParamInfo<int>& info) {
    return std::string(led_mode_name(static_cast<LedMode>(info.param)));
}

class LedModeTest : public testing::TestWithParam<int> {
protected:
    LedMode mode = static_cast<LedMode>(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Of, LedModeTest, testing::Range(0, static_cast<int>(led_mode_count)), named);

TEST_P(LedModeTest, row_3_36_the_same_scene_gives_the_same_pictures) {
    constexpr std::array<std::uint32_t, led_mode_count> golden{
        1056212697, 3878129649, 2051833784, 1423272069, 1495871882, 280770579,  2376128869,
        562465825,  3365789445, 4048738973, 2128494481, 2320129541, 2320129541,
    };
    EXPECT_EQ(ten_seconds(mode), golden[static_cast<std::size_t>(GetParam())]);
}

TEST_P(LedModeTest, its_name_finds_it) {
    EXPECT_EQ(find_led_mode(led_mode_name(mode)), mode);
    EXPECT_FALSE(led_mode_title(mode).empty());
    EXPECT_FALSE(find_led_mode(std::string(led_mode_name(mode)) + "_").has_value());
}

TEST_P(LedModeTest, it_moves_when_it_says_so_and_only_then_and_never_stops) {
    for (const std::uint32_t from_s : {0U, 60U, 3600U, 4'000'000U}) { // the last: within 50 days, as milliseconds
        std::set<std::string> pictures;
        for (std::uint32_t ms = from_s * 1000; ms < from_s * 1000 + 8000; ms += 20) {
            const Picture picture = paint(mode, ms);
            pictures.emplace(reinterpret_cast<const char*>(picture.data()), picture.size() * sizeof(Rgb));
        }
        if (led_mode_moves(mode)) {
            EXPECT_GE(pictures.size(), 3u) << from_s;
        } else {
            EXPECT_EQ(pictures.size(), 1u) << from_s;
        }
    }
}

TEST_P(LedModeTest, it_paints_any_number_of_leds_and_dazzles_nobody) {
    for (std::size_t count = 0; count <= boards::leds_max; ++count) {
        for (std::uint32_t ms = 0; ms < 5000; ms += 170) {
            for (const Rgb color : paint(mode, ms, count, {0, {255, 255, 255}, 7, 7})) {
                ASSERT_LE(level(color), led_level_max);
            }
        }
    }
}

TEST_P(LedModeTest, no_led_flashes_more_than_three_times_a_second) {
    std::array<std::vector<std::uint32_t>, led_count> flashes;
    std::array<bool, led_count> low{};
    for (std::uint32_t ms = 0; ms < 60'000; ms += 20) {
        const Picture picture = paint(mode, ms);
        for (std::size_t i = 0; i < led_count; ++i) {
            if (level(picture[i]) <= led_level_max / 4) low[i] = true;
            if (!low[i] || level(picture[i]) < led_level_max * 3 / 4) continue;
            low[i] = false;
            flashes[i].push_back(ms);
        }
    }
    for (const auto& times : flashes) {
        for (std::size_t n = 3; n < times.size(); ++n) EXPECT_GE(times[n] - times[n - 3], 1000u);
    }
}

TEST(LedModes, off_and_vu_are_dark_and_vu_says_why) {
    EXPECT_TRUE(is_dark(paint(LedMode::off, 1234)));
    EXPECT_TRUE(is_dark(paint(LedMode::vu, 1234)));
    EXPECT_EQ(led_mode_title(LedMode::vu), "VU (no microphone)");
}

TEST(LedModes, breath_comes_again_every_four_seconds_and_begins_dark) {
    EXPECT_TRUE(is_dark(paint(LedMode::breath, 0)));
    EXPECT_EQ(level(paint(LedMode::breath, 2000)[0]), led_level_max);
    for (std::uint32_t ms = 0; ms < 4000; ms += 20) {
        EXPECT_EQ(paint(LedMode::breath, ms), paint(LedMode::breath, ms + 4000));
    }
    for (std::uint32_t ms = 0; ms < 2000; ms += 20) {
        EXPECT_LE(level(paint(LedMode::breath, ms)[0]), level(paint(LedMode::breath, ms + 20)[0]));
    }
}

TEST(LedModes, morph_goes_on_to_another_colour_after_each_it_reaches) {
    for (std::uint32_t way = 0; way < 100; ++way) {
        const Rgb here = paint(LedMode::morph, way * 2500)[0];
        const Rgb there = paint(LedMode::morph, way * 2500 + 2500)[0];
        const int distance = std::abs(here.r - there.r) + std::abs(here.g - there.g) + std::abs(here.b - there.b);
        EXPECT_GE(distance, led_level_max / 2) << way;
        Rgb before = here;
        for (std::uint32_t ms = 100; ms < 2500; ms += 100) {
            const Rgb now = paint(LedMode::morph, way * 2500 + ms)[0];
            EXPECT_NE(now, before) << way << " " << ms; // it does not wait
            before = now;
        }
    }
}

TEST(LedModes, the_accent_colour_is_seen_where_it_should_be) {
    LedScene red = scene;
    red.accent = {255, 0, 0};
    for (const LedMode mode : {LedMode::accent_pulse, LedMode::rotate, LedMode::chase}) {
        for (const Rgb color : paint(mode, 700, led_count, red)) EXPECT_EQ(color.g + color.b, 0);
        EXPECT_NE(paint(mode, 700, led_count, red), paint(mode, 700));
    }
    EXPECT_EQ(paint(LedMode::rainbow, 700, led_count, red), paint(LedMode::rainbow, 700));
}

TEST(LedModes, seed_and_identity_change_what_depends_on_them) {
    LedScene other = scene;
    other.seed = 43;
    for (const LedMode mode : {LedMode::disco, LedMode::morph, LedMode::flame}) {
        EXPECT_NE(paint(mode, 700, led_count, other), paint(mode, 700));
    }
    EXPECT_EQ(paint(LedMode::identity, 0, led_count, other), paint(LedMode::identity, 0));
    std::set<std::string> looks;
    for (std::uint32_t board = 0; board < 200; ++board) {
        other.identity = board;
        const Picture picture = paint(LedMode::identity, 0, led_count, other);
        EXPECT_FALSE(is_dark(picture));
        looks.emplace(reinterpret_cast<const char*>(picture.data()), picture.size() * sizeof(Rgb));
    }
    EXPECT_GE(looks.size(), 199u);
}

// --- the strip --------------------------------------------------------------------------------------------------

class LedStripTest : public testing::Test, public contract::Leds {
protected:
    void show(std::span<const Rgb> colors) noexcept override {
        EXPECT_EQ(colors.size(), led_count);
        shown.assign(colors.begin(), colors.end());
        ++shows;
    }
    void until(std::int64_t ms) {
        while (strip.deadline() <= from_ms(ms)) {
            now = std::max(now, strip.deadline());
            strip.step(now);
            ++steps;
        }
        now = from_ms(ms);
    }
    void set(std::uint8_t index, Rgb color) { strip.command({index, color}, now); }
    static constexpr Rgb red{255, 0, 0};
    static constexpr Rgb blue{0, 0, 255};

    Picture shown;
    int shows = 0;
    int steps = 0;
    base::Micros now = 0;
    LedStrip strip{*this, led_count, 42, "a1b2c3d4"};
};

TEST_F(LedStripTest, it_begins_with_the_accent_pulse_at_50_frames_a_second) {
    until(999);
    EXPECT_EQ(steps, 50);
    EXPECT_EQ(strip.mode(), LedMode::accent_pulse);
    EXPECT_EQ(shown, paint(LedMode::accent_pulse, 980));
}

TEST_F(LedStripTest, the_picture_is_of_the_time_since_the_mode_began) {
    until(500);
    strip.set_mode(LedMode::rainbow, now);
    until(900);
    EXPECT_EQ(shown, paint(LedMode::rainbow, 400));
    strip.set_mode(LedMode::rainbow, now); // it is on already
    until(1000);
    EXPECT_EQ(shown, paint(LedMode::rainbow, 500));
}

TEST_F(LedStripTest, a_picture_that_stands_still_is_sent_once) {
    for (const LedMode mode : {LedMode::off, LedMode::identity, LedMode::vu}) {
        strip.set_mode(mode, now);
        until(now / 1000 + 1);
        const int before = shows;
        EXPECT_EQ(strip.deadline(), base::never);
        EXPECT_EQ(shown, Picture(strip.colors().begin(), strip.colors().end()));
        until(now / 1000 + 10'000);
        EXPECT_EQ(shows, before);
    }
}

TEST_F(LedStripTest, off_tells_the_chain_once_even_if_it_was_never_lit) {
    strip.set_mode(LedMode::off, 0);
    until(1);
    EXPECT_EQ(shows, 1);
    EXPECT_TRUE(is_dark(shown));
}

TEST_F(LedStripTest, a_frame_like_the_one_before_is_not_sent) {
    strip.set_mode(LedMode::chase, 0);
    until(1999);
    EXPECT_EQ(steps, 100);
    EXPECT_EQ(shows, 10);
}

TEST_F(LedStripTest, a_new_accent_colour_is_seen_at_once) {
    until(1000);
    strip.set_accent(0xF800);
    until(1001);
    EXPECT_EQ(shown, paint(LedMode::accent_pulse, 1000, led_count, {0, {255, 0, 0}, 0, 0}));
}

TEST_F(LedStripTest, with_the_first_command_the_leds_are_the_apps_and_dark) {
    until(1000);
    EXPECT_FALSE(strip.belongs_to_app());
    set(3, red);
    EXPECT_TRUE(strip.belongs_to_app());
    until(1001);
    Picture expected(led_count);
    expected[3] = red;
    EXPECT_EQ(shown, expected);
    EXPECT_EQ(strip.deadline(), base::never);
    until(5000);
    EXPECT_EQ(shown, expected);
}

TEST_F(LedStripTest, row_3_5_an_index_from_the_count_on_is_ignored_and_ff_is_all) {
    set(led_count, red);
    until(1);
    EXPECT_TRUE(is_dark(shown));
    set(0xFE, red);
    until(2);
    EXPECT_TRUE(is_dark(shown));
    set(led_count - 1, red);
    until(3);
    EXPECT_EQ(shown[led_count - 1], red);
    set(bridge::all_leds, blue);
    set(0, red);
    until(4);
    EXPECT_EQ(shown, [] {
        Picture picture(led_count, blue);
        picture[0] = red;
        return picture;
    }());
}

TEST_F(LedStripTest, many_commands_before_a_step_are_sent_once) {
    until(1);
    const int before = shows;
    for (std::uint8_t i = 0; i < led_count; ++i) set(i, red);
    until(2);
    EXPECT_EQ(shows, before + 1);
}

TEST_F(LedStripTest, after_the_app_the_animation_is_where_it_would_have_been) {
    strip.set_mode(LedMode::rainbow, 0);
    until(500);
    set(0, red);
    until(2000);
    strip.give_back(now);
    EXPECT_FALSE(strip.belongs_to_app());
    until(2001);
    EXPECT_EQ(shown, paint(LedMode::rainbow, 2000));
    until(3000);
    EXPECT_EQ(shown, paint(LedMode::rainbow, 3000));
    set(1, red);
    until(3001);
    EXPECT_EQ(shown[0], Rgb{}); // nothing is left of the app before
}

TEST_F(LedStripTest, giving_back_what_was_not_taken_changes_nothing) {
    strip.set_mode(LedMode::off, 0);
    until(10);
    strip.give_back(now);
    EXPECT_EQ(strip.deadline(), base::never);
}

TEST_F(LedStripTest, a_mode_or_accent_chosen_while_the_app_has_the_leds_is_seen_afterwards) {
    set(0, red);
    until(100);
    strip.set_mode(LedMode::chase, now);
    strip.set_accent(0x001F);
    until(200);
    EXPECT_EQ(shown[0], red);
    strip.give_back(now);
    until(201);
    EXPECT_EQ(shown, paint(LedMode::chase, 100, led_count, {0, {0, 0, 255}, 0, 0}));
}

TEST_F(LedStripTest, a_board_without_leds_has_nothing_to_do) {
    LedStrip none(*this, 0, 1, "");
    none.step(0);
    EXPECT_EQ(none.deadline(), base::never);
    none.command({bridge::all_leds, red}, 5);
    none.step(5);
    EXPECT_EQ(none.deadline(), base::never);
    EXPECT_EQ(shows, 0);
}

} // namespace
} // namespace firmware::runtime
