// SPDX-License-Identifier: Apache-2.0
#include "protocol/uf2/uf2.hpp"

#include "protocol/esp/bytes.hpp"
#include "protocol/tests/hex.hpp"

#include <gtest/gtest.h>

namespace {

using namespace protocol::uf2;
using protocol::esp::put_u32;
using protocol::tests::Bytes;
using protocol::tests::from_hex;

/// The first 32 bytes of every RP2040 firmware, then 256 bytes.
Bytes rp2040_file(std::uint32_t blocks) {
    Bytes file;
    for (std::uint32_t i = 0; i < blocks; ++i) {
        Bytes block = from_hex("5546320a57515d9e0020000000000010000100000000000001000000568bffe4");
        put_u32(block, 28, 0xE48BFF56);
        put_u32(block, 12, 0x10000000 + 256 * i);
        put_u32(block, 20, i);
        put_u32(block, 24, blocks);
        block.resize(block_size, 0);
        put_u32(block, block_size - 4, 0x0AB16F30);
        file.insert(file.end(), block.begin(), block.end());
    }
    return file;
}

TEST(Uf2, file_is_read) {
    const auto contents = parse_file(rp2040_file(3));
    ASSERT_TRUE(contents) << contents.error().message.c_str();
    EXPECT_EQ(contents->family, 0xE48BFF56U);
    EXPECT_STREQ(family_name(*contents->family), "RP2040");
    EXPECT_EQ(contents->blocks, 3U);
    EXPECT_EQ(contents->bytes, 768U);
    EXPECT_EQ(contents->begin, 0x10000000U);
    EXPECT_EQ(contents->end, 0x10000300U);
}

TEST(Uf2, file_that_is_damaged_is_refused) {
    const Bytes good = rp2040_file(3);
    const auto refuses = [&good](std::size_t offset, std::uint32_t word) {
        Bytes bad = good;
        put_u32(bad, offset, word);
        return !parse_file(bad).has_value();
    };
    EXPECT_TRUE(refuses(0, 0)) << "the first mark";
    EXPECT_TRUE(refuses(4, 0)) << "the second";
    EXPECT_TRUE(refuses(508, 0)) << "the last";
    EXPECT_TRUE(refuses(16, 477)) << "too large a payload";
    EXPECT_TRUE(refuses(16, 255)) << "an odd payload";
    EXPECT_TRUE(refuses(16, 0)) << "an empty payload";
    EXPECT_TRUE(refuses(12, 0x10000001)) << "an odd address";
    EXPECT_TRUE(refuses(24, 4)) << "a block is missing";
    EXPECT_TRUE(refuses(512 + 20, 0)) << "a block is there twice";
    EXPECT_TRUE(refuses(512 + 28, 0xE48BFF59)) << "two families";
    EXPECT_TRUE(refuses(512 + 12, 0x10000080)) << "addresses overlap";
    EXPECT_FALSE(parse_file(std::span(good).first(1024))) << "the end is missing";
    EXPECT_FALSE(parse_file(std::span(good).first(1000)));
    EXPECT_FALSE(parse_file({}));
}

TEST(Uf2, blocks_that_are_not_for_the_flash_are_skipped) {
    Bytes file = rp2040_file(2);
    put_u32(file, 8, 0x2001);
    const auto contents = parse_file(file);
    ASSERT_TRUE(contents);
    EXPECT_EQ(contents->blocks, 1U);
    EXPECT_EQ(contents->begin, 0x10000100U);
    put_u32(file, 512 + 8, 0x2001);
    EXPECT_FALSE(parse_file(file)) << "nothing is left";
}

TEST(Uf2, family_is_compared_with_the_board_where_both_are_known) {
    EXPECT_EQ(family_fits(0xE48BFF56, "RPI-RP2"), true);
    EXPECT_EQ(family_fits(0xE48BFF59, "RPI-RP2"), false);
    EXPECT_EQ(family_fits(0xE48BFF59, "RP2350"), true);
    EXPECT_EQ(family_fits(0xC47E5767, "ESP32S3-FeatherS3-revP4"), true);
    EXPECT_EQ(family_fits(0xE48BFF56, "A board of somebody's"), std::nullopt);
    EXPECT_EQ(family_fits(0x12345678, "RPI-RP2"), std::nullopt);
}

} // namespace
