// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/screen.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace firmware::runtime {
namespace {

using base::from_ms;

/// A display that takes `room` areas and is then busy.
class Glass final : public contract::Display {
public:
    bool draw(const contract::Area& area, std::span<const contract::Color> pixels) noexcept override {
        if (room == 0) return false;
        --room;
        EXPECT_EQ(pixels.size(), std::size_t{area.width} * area.height);
        for (std::size_t i = 0; i < pixels.size(); ++i) {
            seen[(area.y + i / area.width) * width + area.x + i % area.width] = pixels[i];
        }
        areas.push_back(area);
        return true;
    }
    void end_of_picture() noexcept override { ++pictures; }

    static constexpr int width = 50; // neither is a whole number of cells
    static constexpr int height = 25;
    std::vector<contract::Color> seen = std::vector<contract::Color>(width * height, 0x1234);
    std::vector<contract::Area> areas;
    unsigned room = 1000000;
    unsigned pictures = 0;
};

class ScreenTest : public testing::Test {
protected:
    /// Steps until nothing is left to do at this moment.
    void settle() {
        while (screen.deadline() <= now) screen.step(now);
    }
    void show() {
        screen.show();
        settle();
    }
    bool shows_the_canvas() {
        const auto drawn = screen.canvas().pixels();
        return std::equal(drawn.begin(), drawn.end(), glass.seen.begin(), glass.seen.end());
    }

    Glass glass;
    std::vector<contract::Color> memory =
        std::vector<contract::Color>(Screen::memory_pixels(Glass::width, Glass::height));
    Screen screen{glass, memory, Glass::width, Glass::height};
    base::Micros now = from_ms(1000);
};

TEST_F(ScreenTest, the_first_picture_is_sent_whole) {
    show();
    EXPECT_TRUE(shows_the_canvas());
    EXPECT_EQ(glass.areas.size(), 12U); // 4 columns, 3 rows
    EXPECT_EQ(glass.pictures, 1U);
}

TEST_F(ScreenTest, nothing_is_seen_before_show) {
    show();
    screen.canvas().clear(colors::red);
    settle();
    EXPECT_EQ(glass.areas.size(), 12U);
    EXPECT_EQ(glass.seen.front(), colors::black);
    EXPECT_EQ(screen.deadline(), base::never);
}

TEST_F(ScreenTest, only_cells_that_changed_are_sent) {
    show();
    glass.areas.clear();
    screen.canvas().rect(15, 9, 2, 2, colors::red); // the corner of four cells
    screen.canvas().pixel(49, 24, colors::red);
    show();
    EXPECT_TRUE(shows_the_canvas());
    EXPECT_EQ(glass.areas.size(), 5U);
    EXPECT_EQ(glass.areas.back(), (contract::Area{48, 20, 2, 5}));
}

TEST_F(ScreenTest, showing_the_same_again_sends_nothing) {
    show();
    glass.areas.clear();
    screen.canvas().clear(colors::black);
    show();
    EXPECT_TRUE(glass.areas.empty());
    EXPECT_EQ(glass.pictures, 2U);
}

TEST_F(ScreenTest, one_step_sends_a_few_cells) {
    screen.show();
    screen.step(now);
    EXPECT_EQ(glass.areas.size(), Screen::cells_per_step);
    EXPECT_EQ(glass.pictures, 0U);
    EXPECT_LE(screen.deadline(), now);
}

TEST_F(ScreenTest, a_busy_display_is_asked_again_after_a_millisecond) {
    glass.room = 3;
    show();
    EXPECT_EQ(glass.areas.size(), 3U);
    EXPECT_EQ(screen.deadline(), now + from_ms(1));
    glass.room = 1000;
    now += from_ms(1);
    settle();
    EXPECT_TRUE(shows_the_canvas());
}

TEST_F(ScreenTest, a_picture_that_comes_meanwhile_overtakes) {
    glass.room = 6;
    show();
    screen.canvas().clear(colors::red); // also the cells that were sent already
    screen.show();
    glass.room = 1000;
    now += from_ms(1);
    settle();
    EXPECT_TRUE(shows_the_canvas());
    EXPECT_EQ(glass.pictures, 1U);
    EXPECT_EQ(screen.frames_shown(), 2U);
}

} // namespace
} // namespace firmware::runtime
