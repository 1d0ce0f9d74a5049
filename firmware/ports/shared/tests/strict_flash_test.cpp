// SPDX-License-Identifier: Apache-2.0
// The flash refuses what real flash would get wrong in silence.
#include "firmware/ports/shared/strict_flash.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace firmware::ports {
namespace {

class StrictFlashTest : public testing::Test {
protected:
    static std::vector<std::uint8_t> bytes(std::size_t size, std::uint8_t value) {
        return std::vector<std::uint8_t>(size, value);
    }
    base::ErrorCode program(std::uint32_t offset, const std::vector<std::uint8_t>& data) {
        const auto done = flash.program(offset, data);
        return done ? base::ErrorCode::internal : done.error().code;
    }
    static constexpr auto fine = base::ErrorCode::internal; ///< stands for no error

    std::vector<std::uint8_t> medium = bytes(4 * 512, 0xFF);
    StrictFlash flash{medium, {512, 4, 64}};
};

TEST_F(StrictFlashTest, a_unit_is_programmed_once_between_two_erases) {
    EXPECT_EQ(program(512, bytes(64, 0xA5)), fine);
    EXPECT_EQ(program(512, bytes(64, 0xA5)), base::ErrorCode::io);
    ASSERT_TRUE(flash.erase(1));
    EXPECT_EQ(program(512, bytes(64, 0x5A)), fine);
    EXPECT_EQ(medium[512], 0x5A);
}

TEST_F(StrictFlashTest, only_whole_units_inside_the_flash) {
    EXPECT_EQ(program(1, bytes(64, 0)), base::ErrorCode::invalid_argument);
    EXPECT_EQ(program(0, bytes(63, 0)), base::ErrorCode::invalid_argument);
    EXPECT_EQ(program(2048 - 64, bytes(64, 0)), fine);
    EXPECT_EQ(program(2048, bytes(64, 0)), base::ErrorCode::invalid_argument);
    EXPECT_EQ(program(2048 - 64, bytes(128, 0)), base::ErrorCode::invalid_argument);
    std::array<std::uint8_t, 2> two{};
    EXPECT_TRUE(flash.read(2046, two));
    EXPECT_FALSE(flash.read(2047, two));
    EXPECT_TRUE(flash.erase(3));
    EXPECT_FALSE(flash.erase(4));
}

TEST_F(StrictFlashTest, an_erase_touches_its_block_only) {
    EXPECT_EQ(program(512 - 64, bytes(128, 0)), fine);
    ASSERT_TRUE(flash.erase(1));
    EXPECT_EQ(medium[511], 0);
    EXPECT_EQ(medium[512], 0xFF);
}

TEST_F(StrictFlashTest, a_power_cut_lets_so_many_operations_pass) {
    flash.cut_after(2);
    EXPECT_EQ(program(0, bytes(192, 0)), base::ErrorCode::io);
    EXPECT_EQ(medium[127], 0);
    EXPECT_EQ(medium[128], 0xFF);
    EXPECT_FALSE(flash.sync());
    flash.power_on();
    EXPECT_TRUE(flash.sync());
}

TEST_F(StrictFlashTest, a_torn_unit_has_some_of_its_bits_cleared_and_none_that_were_not_to_be) {
    flash.tear(1);
    flash.cut_after(1);
    EXPECT_EQ(program(0, bytes(192, 0xF0)), base::ErrorCode::io);
    EXPECT_EQ(medium[63], 0xF0);
    const std::vector<std::uint8_t> torn(medium.begin() + 64, medium.begin() + 128);
    EXPECT_TRUE(std::all_of(torn.begin(), torn.end(), [](std::uint8_t byte) { return (byte & 0xF0) == 0xF0; }));
    EXPECT_TRUE(std::any_of(torn.begin(), torn.end(), [](std::uint8_t byte) { return byte != 0xF0; }));
    EXPECT_TRUE(std::any_of(torn.begin(), torn.end(), [](std::uint8_t byte) { return byte != 0xFF; }));
    EXPECT_EQ(medium[128], 0xFF);
    EXPECT_EQ(program(128, bytes(64, 0)), base::ErrorCode::io);
    EXPECT_EQ(medium[128], 0xFF); // one cut tears one operation
}

TEST_F(StrictFlashTest, a_torn_erase_leaves_some_bits_as_they_were) {
    ASSERT_EQ(program(0, bytes(512, 0x0F)), fine);
    flash.tear(1);
    flash.cut_after(0);
    EXPECT_FALSE(flash.erase(0));
    EXPECT_TRUE(
        std::all_of(medium.begin(), medium.begin() + 512, [](std::uint8_t byte) { return (byte & 0x0F) == 0x0F; }));
    EXPECT_TRUE(std::any_of(medium.begin(), medium.begin() + 512, [](std::uint8_t byte) { return byte != 0x0F; }));
    EXPECT_TRUE(std::any_of(medium.begin(), medium.begin() + 512, [](std::uint8_t byte) { return byte != 0xFF; }));
    const std::vector<std::uint8_t> before = medium;
    EXPECT_FALSE(flash.erase(0));
    EXPECT_EQ(medium, before);
    flash.power_on();
    EXPECT_TRUE(flash.erase(0));
    EXPECT_EQ(medium[0], 0xFF);
}

} // namespace
} // namespace firmware::ports
