// SPDX-License-Identifier: Apache-2.0
// Each app of apps/ for the badge, in virtual time: what it draws, lights and keeps.
#include "firmware/vm/app_manifest.hpp"
#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

namespace firmware::vm::tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Op = bridge::DisplayCommand::Op;
using HomeOp = bridge::HomeMessage::Op;
namespace button = contract::button;
namespace fs = std::filesystem;

const fs::path folder = "apps"; // tests run in the project's folder

std::string content_of(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Those that use the badge.
std::vector<std::string> badge_apps() {
    std::vector<std::string> names;
    std::error_code error; // without the folder there are no such tests, which is an error of its own
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (content_of(entry.path() / "app.py").find("import badge") != std::string::npos) {
            names.push_back(entry.path().filename().string());
        }
    }
    std::sort(names.begin(), names.end());
    return names;
}

class SampleApp : public testing::Test {
protected:
    SampleApp() {
        board.bridge().screen_width = 320;
        board.bridge().screen_height = 170;
        board.bridge().led_count = 12;
    }

    void start(const std::string& app) {
        std::map<std::string, std::string> files;
        for (const auto& entry : fs::directory_iterator(folder / app)) {
            files[entry.path().filename().string()] = content_of(entry.path());
        }
        board.install(files);
        board.start();
    }

    void tap(contract::ButtonMask which) {
        board.press(which);
        board.run_for(60);
        board.release(which);
        board.run_for(60);
    }

    std::size_t frames() const {
        return static_cast<std::size_t>(std::count_if(board.strokes.begin(), board.strokes.end(),
                                                      [](const auto& stroke) { return stroke.op == Op::show; }));
    }

    /// The texts of what is on the screen: since the last `clear`.
    std::vector<std::string> shown() const {
        std::vector<std::string> texts;
        for (const auto& stroke : board.strokes) {
            if (stroke.op == Op::clear) texts.clear();
            if (stroke.op == Op::text) texts.emplace_back(stroke.text.data(), stroke.text_length);
        }
        return texts;
    }

    /// What each LED shows, after all commands.
    std::vector<contract::Rgb> leds() const {
        std::vector<contract::Rgb> all(12);
        for (const auto& light : board.lights) {
            for (std::size_t i = 0; i < all.size(); ++i) {
                if (light.index == i || light.index == bridge::all_leds) all[i] = light.color;
            }
        }
        return all;
    }

    bool runs() const { return board.said(HomeOp::app_stopped).empty(); }
    void expect_no_crash() { EXPECT_THAT(board.said(HomeOp::crash), IsEmpty()) << board.printed(); }

    LockstepBoard board;
};

class EverySampleApp : public SampleApp, public testing::WithParamInterface<std::string> {};

TEST_P(EverySampleApp, row_3_29_runs_while_all_buttons_are_tried_and_ends_with_b) {
    start(GetParam());
    board.run_for(500);
    EXPECT_GE(frames(), 1U);
    for (int round = 0; round < 5; ++round) {
        for (const auto which : {button::a, button::up, button::down, button::left, button::right, button::select,
                                 button::start, button::stick}) {
            tap(which);
        }
    }
    board.run_for(5000);
    expect_no_crash();
    EXPECT_TRUE(runs());
    EXPECT_GE(frames(), 2U);
    board.press(button::b);
    board.run_for(1500);
    expect_no_crash();
    EXPECT_FALSE(runs());
}

TEST_P(EverySampleApp, row_3_29_says_what_it_is) {
    const auto manifest = parse_manifest(content_of(folder / GetParam() / "app.toml"));
    ASSERT_TRUE(manifest) << manifest.error().message.view();
    EXPECT_EQ(manifest->complaint.view(), "");
    EXPECT_FALSE(manifest->name.empty());
    EXPECT_FALSE(manifest->description.empty());
    const std::string icon = content_of(folder / GetParam() / manifest->icon.view());
    EXPECT_TRUE(parse_icon({reinterpret_cast<const std::uint8_t*>(icon.data()), icon.size()}));
}

INSTANTIATE_TEST_SUITE_P(Apps, EverySampleApp, testing::ValuesIn(badge_apps()),
                         [](const auto& app) { return app.param; });

TEST_F(SampleApp, hello_changes_its_color_with_a) {
    start("hello");
    board.run_for(100);
    EXPECT_THAT(shown(), Contains("Hello!"));
    const auto before = leds()[0];
    tap(button::a);
    EXPECT_NE(leds()[0], before);
    expect_no_crash();
}

TEST_F(SampleApp, snake_ends_at_the_wall_and_keeps_the_best_score) {
    board.settings["snake.best"] = whole(2);
    start("snake");
    board.run_for(100);
    EXPECT_THAT(shown(), Contains("Score 0   Best 2"));
    board.run_for(150 * 18); // straight on to the right
    EXPECT_THAT(shown(), Contains("Game over"));
    EXPECT_EQ(leds()[0], (contract::Rgb{60, 0, 0}));
    EXPECT_GE(board.settings["snake.best"].integer, 2);
    const std::size_t before = frames();
    tap(button::a);
    board.run_for(1000);
    EXPECT_GE(frames(), before + 6) << "it plays again, a frame every 150 ms";
    expect_no_crash();
}

TEST_F(SampleApp, snake_goes_where_the_arrows_say_but_never_straight_back) {
    start("snake");
    board.run_for(200);
    tap(button::left); // it goes right
    board.run_for(600);
    EXPECT_THAT(shown(), Not(Contains("Game over")));
    tap(button::up);
    board.run_for(150 * 6);
    EXPECT_THAT(shown(), Not(Contains("Game over"))) << "the upper wall is 7 cells away";
    board.run_for(150 * 3);
    EXPECT_THAT(shown(), Contains("Game over"));
    expect_no_crash();
}

TEST_F(SampleApp, clock_shows_no_time_before_it_knows_one) {
    start("clock");
    board.run_for(1500);
    EXPECT_THAT(shown(), Contains("The time is not set"));
    board.bridge().epoch_offset_us = std::int64_t{1774868399} * 1000000; // 2026-03-30 10:59:59
    board.run_for(600);
    EXPECT_THAT(shown(), Contains("11:00:01"));
    EXPECT_THAT(shown(), Contains("Monday, 2026-03-30"));
    expect_no_crash();
}

TEST_F(SampleApp, sensors_shows_what_is_measured_and_says_what_is_not) {
    board.bridge().battery_millivolts = 3870;
    board.bridge().usb_power = 1;
    start("sensors");
    board.run_for(200);
    EXPECT_THAT(shown(), Contains("3.87 V"));
    EXPECT_THAT(shown(), Contains("yes"));
    const auto texts = shown();
    EXPECT_EQ(std::count(texts.begin(), texts.end(), "not available"), 2) << "temperature and signal";
    expect_no_crash();
}

TEST_F(SampleApp, level_meter_lights_as_many_leds_as_the_level_says) {
    board.bridge().battery_millivolts = 3750; // half way from 3.3 V to 4.2 V
    start("level_meter");
    board.run_for(300);
    EXPECT_THAT(shown(), Contains("Memory"));
    tap(button::right);
    board.run_for(300);
    EXPECT_THAT(shown(), Contains("3.75 V"));
    const auto lit = leds();
    EXPECT_EQ(std::count(lit.begin(), lit.end(), contract::Rgb{}), 6);
    tap(button::right);
    board.run_for(300);
    EXPECT_THAT(shown(), Contains("not available"));
    expect_no_crash();
}

TEST_F(SampleApp, led_painter_keeps_its_picture) {
    start("led_painter");
    board.run_for(200);
    tap(button::right);
    tap(button::a);
    tap(button::a);
    EXPECT_EQ(leds()[1], (contract::Rgb{150, 0, 0}));
    tap(button::b);
    EXPECT_FALSE(runs());
    EXPECT_EQ(board.settings["led_painter.leds"].text.view(), "020000000000");
    ASSERT_TRUE(board.session().load_app("test"));
    board.lights.clear();
    board.run_for(200);
    EXPECT_EQ(leds()[1], (contract::Rgb{150, 0, 0}));
    expect_no_crash();
}

TEST_F(SampleApp, name_tag_shows_the_nickname_as_large_as_it_fits) {
    board.settings["nickname"] = text("Ada");
    start("name_tag");
    board.run_for(200);
    EXPECT_THAT(shown(), Contains("Ada"));
    const auto found = std::find_if(board.strokes.begin(), board.strokes.end(), [](const auto& stroke) {
        return stroke.op == Op::text && std::string_view(stroke.text.data(), stroke.text_length) == "Ada";
    });
    ASSERT_NE(found, board.strokes.end());
    EXPECT_EQ(found->size, 6);
    EXPECT_EQ(found->x, (320 - 3 * 8 * 6) / 2);
    expect_no_crash();
}

/// Every block of a page that begins with ```toml.
std::vector<std::string> toml_blocks(const fs::path& page) {
    std::vector<std::string> blocks;
    const std::string text = content_of(page);
    constexpr std::string_view fence = "\n```toml\n";
    for (auto at = text.find(fence); at != std::string::npos; at = text.find(fence, at + 1)) {
        const auto begin = at + fence.size();
        blocks.push_back(text.substr(begin, text.find("\n```", begin) + 1 - begin));
    }
    return blocks;
}

TEST(AppDevelopmentPage, row_3_39_shows_an_app_toml_that_the_board_understands) {
    const auto blocks = toml_blocks("docs/app-development.md");
    ASSERT_FALSE(blocks.empty());
    for (const std::string& block : blocks) {
        const auto manifest = parse_manifest(block);
        ASSERT_TRUE(manifest) << manifest.error().message.view() << "\n" << block;
        EXPECT_EQ(manifest->complaint.view(), "");
    }
}

TEST(IntercomApp, has_an_app_toml_that_the_board_understands) {
    const auto manifest = parse_manifest(content_of(folder / "intercom/app.toml"));
    ASSERT_TRUE(manifest) << manifest.error().message.view();
    EXPECT_EQ(manifest->complaint.view(), "");
    EXPECT_EQ(manifest->name.view(), "Door intercom");
}

} // namespace
} // namespace firmware::vm::tests
