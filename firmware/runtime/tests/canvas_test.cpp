// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/canvas.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

namespace firmware::runtime {
namespace {

using bridge::DisplayCommand;

/// A frame with a margin around it, which nobody may touch.
struct Frame {
    static constexpr int width = 40;
    static constexpr int height = 20;
    static constexpr std::size_t margin = 64;
    static constexpr contract::Color untouched = 0xDEAD;

    Frame() : memory(width * height + 2 * margin, untouched) { canvas().clear(colors::black); }
    ~Frame() {
        for (std::size_t i = 0; i < margin; ++i) {
            EXPECT_EQ(memory[i], untouched);
            EXPECT_EQ(memory[memory.size() - 1 - i], untouched);
        }
    }

    Canvas canvas() { return {std::span(memory).subspan(margin, width * height), width, height}; }

    /// The set pixels of an area: one character each, one line a row.
    std::string picture(int columns, int rows) {
        std::string lines;
        for (int y = 0; y < rows; ++y) {
            for (int x = 0; x < columns; ++x) lines += canvas().at(x, y) == colors::black ? '.' : '#';
            lines += '\n';
        }
        return lines;
    }

    int count() {
        int set = 0;
        for (const contract::Color pixel : canvas().pixels()) set += pixel == colors::black ? 0 : 1;
        return set;
    }

    std::vector<contract::Color> memory;
};

TEST(CanvasTest, colours_are_rgb565) {
    EXPECT_EQ(rgb565(255, 0, 0), colors::red);
    EXPECT_EQ(rgb565(0, 255, 0), colors::green);
    EXPECT_EQ(rgb565(0, 0, 255), colors::blue);
    EXPECT_EQ(rgb565(255, 255, 255), colors::white);
}

TEST(CanvasTest, a_filled_rectangle_covers_its_pixels_and_no_others) {
    Frame frame;
    frame.canvas().rect(1, 1, 3, 2, colors::red);
    EXPECT_EQ(frame.picture(6, 4), "......\n.###..\n.###..\n......\n");
}

TEST(CanvasTest, a_border_is_one_pixel_wide) {
    Frame frame;
    frame.canvas().rect(0, 0, 4, 4, colors::red, false);
    EXPECT_EQ(frame.picture(5, 5), "####.\n#..#.\n#..#.\n####.\n.....\n");
}

TEST(CanvasTest, a_rectangle_without_extent_is_nothing) {
    Frame frame;
    frame.canvas().rect(3, 3, 0, 5, colors::red);
    frame.canvas().rect(3, 3, 5, -1, colors::red);
    EXPECT_EQ(frame.count(), 0);
}

TEST(CanvasTest, strokes_are_clipped_at_all_four_sides) {
    Frame frame;
    frame.canvas().rect(-5, -5, 6, 6, colors::red);
    frame.canvas().rect(Frame::width - 1, Frame::height - 1, 9, 9, colors::red);
    EXPECT_EQ(frame.count(), 2);
    frame.canvas().rect(-5, -5, 1000, 1000, colors::red);
    EXPECT_EQ(frame.count(), Frame::width * Frame::height);
}

TEST(CanvasTest, a_line_has_both_its_ends_in_every_direction) {
    for (const auto& [x, y] : {std::pair{9, 4}, {4, 9}, {0, 9}, {9, 0}, {9, 9}, {0, 0}}) {
        Frame frame;
        frame.canvas().line(5, 5, x, y, colors::red);
        EXPECT_EQ(frame.canvas().at(5, 5), colors::red);
        EXPECT_EQ(frame.canvas().at(x, y), colors::red);
        EXPECT_EQ(frame.count(), std::max(std::abs(x - 5), std::abs(y - 5)) + 1);
    }
}

TEST(CanvasTest, a_line_from_far_off_crosses_the_frame) {
    Frame frame;
    frame.canvas().line(-30000, -30000, 30000, 30000, colors::red);
    EXPECT_EQ(frame.count(), Frame::height);
}

TEST(CanvasTest, text_is_drawn_in_the_font) {
    Frame frame;
    frame.canvas().text(0, 0, "i", colors::white);
    EXPECT_EQ(frame.picture(8, 16), "........\n........\n...#....\n...#....\n........\n..##....\n...#....\n...#....\n"
                                    "...#....\n...#....\n...#....\n..###...\n........\n........\n........\n........\n");
}

TEST(CanvasTest, text_of_size_two_is_twice_as_large) {
    Frame small;
    small.canvas().text(0, 0, "i", colors::white);
    Frame large;
    large.canvas().text(0, -8, "i", colors::white, 2);
    for (int y = 4; y < 14; ++y) {
        for (int x = 0; x < 8; ++x) {
            const auto expected = small.canvas().at(x, y);
            EXPECT_EQ(large.canvas().at(2 * x, 2 * y - 8), expected);
            EXPECT_EQ(large.canvas().at(2 * x + 1, 2 * y - 7), expected);
        }
    }
}

TEST(CanvasTest, what_the_font_lacks_is_a_question_mark) {
    Frame expected;
    expected.canvas().text(0, 0, "??", colors::white);
    Frame frame;
    frame.canvas().text(0, 0, "\x7F\n", colors::white);
    EXPECT_EQ(frame.memory, expected.memory);
}

TEST(CanvasTest, text_is_cut_at_the_edge_of_a_character) {
    Frame frame;
    frame.canvas().text(-4, -8, "MMMMMMMMMMMMMMMM", colors::white);
    EXPECT_GT(frame.count(), 0);
}

TEST(CanvasTest, a_bitmap_is_clipped_and_keeps_its_rows) {
    Frame frame;
    const std::array<contract::Color, 6> pixels{1, 2, 3, 4, 5, 6};
    frame.canvas().bitmap(-1, 0, 3, 2, pixels);
    EXPECT_EQ(frame.canvas().at(0, 0), 2);
    EXPECT_EQ(frame.canvas().at(1, 0), 3);
    EXPECT_EQ(frame.canvas().at(0, 1), 5);
    EXPECT_EQ(frame.canvas().at(2, 0), colors::black);
}

TEST(CanvasTest, a_bitmap_with_too_few_pixels_is_nothing) {
    Frame frame;
    const std::array<contract::Color, 5> pixels{1, 2, 3, 4, 5};
    frame.canvas().bitmap(0, 0, 3, 2, pixels);
    EXPECT_EQ(frame.count(), 0);
}

TEST(CanvasTest, an_icon_has_its_left_pixel_in_the_high_bit) {
    Frame frame;
    const std::array<std::uint8_t, 4> bits{0b10000000, 0b01000000, 0b00000001, 0b10000000};
    frame.canvas().icon(0, 0, 10, 2, bits, colors::red);
    EXPECT_EQ(frame.picture(10, 2), "#........#\n.......##.\n" + std::string());
}

TEST(CanvasTest, no_command_reaches_memory_beyond_the_frame) {
    std::mt19937 random(7);
    Frame frame;
    std::uniform_int_distribution<int> any(INT16_MIN, INT16_MAX);
    std::uniform_int_distribution<int> near(-50, 90);
    for (int i = 0; i < 20000; ++i) {
        auto& coordinates = i % 3 == 0 ? any : near;
        DisplayCommand command;
        command.op = static_cast<DisplayCommand::Op>(random() % 7);
        command.x = static_cast<std::int16_t>(coordinates(random));
        command.y = static_cast<std::int16_t>(coordinates(random));
        command.width = static_cast<std::int16_t>(near(random));
        command.height = static_cast<std::int16_t>(near(random));
        command.size = static_cast<std::uint8_t>(random());
        command.text_length = static_cast<std::uint8_t>(random());
        command.color = static_cast<contract::Color>(random());
        command.fill = random() % 2 == 0;
        frame.canvas().draw(command);
    }
}

} // namespace
} // namespace firmware::runtime
