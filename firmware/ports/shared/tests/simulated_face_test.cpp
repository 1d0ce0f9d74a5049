// SPDX-License-Identifier: Apache-2.0
// The simulated parts of a face show what they were told, and tell of it once.
#include "firmware/ports/shared/simulated_face.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace firmware::ports {
namespace {

class SimulatedFaceTest : public testing::Test, public FaceObserver {
protected:
    void area_drawn(const contract::Area& area) noexcept override { areas.push_back(area); }
    void leds_changed() noexcept override { ++led_changes; }

    std::vector<contract::Area> areas;
    int led_changes = 0;
};

TEST_F(SimulatedFaceTest, the_display_puts_pixels_where_they_belong) {
    SimulatedDisplay display({4, 3});
    display.observe(this);
    const std::array<contract::Color, 4> pixels{1, 2, 3, 4};
    EXPECT_TRUE(display.draw({2, 1, 2, 2}, pixels));
    const std::vector<contract::Color> seen(display.pixels().begin(), display.pixels().end());
    EXPECT_EQ(seen, (std::vector<contract::Color>{0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4}));
    ASSERT_EQ(areas.size(), 1u);
    EXPECT_EQ(areas[0], (contract::Area{2, 1, 2, 2}));
    EXPECT_EQ(display.pictures(), 0u);
    display.end_of_picture();
    EXPECT_EQ(display.pictures(), 1u);
}

TEST_F(SimulatedFaceTest, the_leds_tell_of_a_change_and_not_of_the_same_again) {
    SimulatedLeds leds(2);
    leds.observe(this);
    const std::array<contract::Rgb, 2> colors{contract::Rgb{1, 2, 3}, contract::Rgb{}};
    leds.show(colors);
    leds.show(colors);
    EXPECT_EQ(led_changes, 1);
    EXPECT_EQ(leds.colors()[0], colors[0]);
    leds.show(std::array<contract::Rgb, 2>{});
    EXPECT_EQ(led_changes, 2);
}

TEST_F(SimulatedFaceTest, the_small_flash_is_two_blocks_of_strict_flash) {
    std::vector<std::uint8_t> medium(SimulatedSmallFlash::medium_bytes, 0xFF);
    SimulatedSmallFlash flash(medium);
    const std::array<std::uint8_t, 256> data{};
    EXPECT_TRUE(flash.start_program(1, 0, data));
    EXPECT_FALSE(flash.busy());
    EXPECT_EQ(medium[4095], 0xFF);
    EXPECT_EQ(medium[4096], 0);
    EXPECT_EQ(flash.start_program(1, 0, data).error().code, base::ErrorCode::io);
    EXPECT_EQ(flash.start_program(0, 8, data).error().code, base::ErrorCode::invalid_argument);
    EXPECT_TRUE(flash.start_erase(1));
    EXPECT_EQ(medium[4096], 0xFF);
    EXPECT_EQ(flash.start_erase(2).error().code, base::ErrorCode::invalid_argument);
}

TEST_F(SimulatedFaceTest, what_lies_beyond_a_block_is_not_the_next_block) {
    std::vector<std::uint8_t> medium(SimulatedSmallFlash::medium_bytes, 0xFF);
    SimulatedSmallFlash flash(medium);
    std::array<std::uint8_t, 32> data{};
    EXPECT_EQ(flash.start_program(0, 4096 - 16, data).error().code, base::ErrorCode::invalid_argument);
    EXPECT_EQ(flash.read(0, 4096 - 16, data).error().code, base::ErrorCode::invalid_argument);
    EXPECT_EQ(flash.read(2, 0, data).error().code, base::ErrorCode::invalid_argument);
    EXPECT_TRUE(flash.read(1, 4096 - 32, data));
    EXPECT_EQ(medium, std::vector<std::uint8_t>(SimulatedSmallFlash::medium_bytes, 0xFF));
}

TEST_F(SimulatedFaceTest, gauges_know_nothing_until_the_world_says_it) {
    SimulatedGauges gauges;
    EXPECT_FALSE(gauges.battery_millivolts() || gauges.usb_power() || gauges.temperature_millicelsius() ||
                 gauges.signal_dbm());
    gauges.battery = 3700;
    gauges.usb = false;
    EXPECT_EQ(gauges.battery_millivolts(), 3700);
    EXPECT_EQ(gauges.usb_power(), false);
}

} // namespace
} // namespace firmware::ports
