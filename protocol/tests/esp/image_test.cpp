// SPDX-License-Identifier: Apache-2.0
#include "protocol/esp/image.hpp"

#include "protocol/esp/bytes.hpp"
#include "protocol/esp/partition_table.hpp"
#include "protocol/tests/hex.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace protocol::esp;
using protocol::tests::Bytes;
using protocol::tests::from_hex;

/// One segment of two words; its checksum is EF xor 01 02 03 04 05 06 07 08 = E7.
Bytes small_image() {
    Bytes bytes = from_hex("e9010240041010400000104008000000"
                           "0102030405060708");
    bytes.resize(32, 0);
    bytes[31] = 0xE7;
    return bytes;
}

Bytes extended_image() {
    Bytes bytes = from_hex("e9010220041010400000000009000063"
                           "00c7000000000001"
                           "00000040080000000102030405060708");
    bytes.resize(48, 0);
    bytes[47] = 0xE7;
    bytes.resize(48 + image_hash_size, 0x11);
    return bytes;
}

TEST(Image, of_an_esp8266_is_read) {
    const auto image = parse_image(small_image(), false);
    ASSERT_TRUE(image) << image.error().message.c_str();
    EXPECT_EQ(image->mode, 2);
    EXPECT_EQ(image->size_and_clock, 0x40);
    EXPECT_EQ(image->entry, 0x40101004U);
    ASSERT_EQ(image->segments.size(), 1U);
    EXPECT_EQ(image->segments[0].address, 0x40100000U);
    EXPECT_EQ(image->segments[0].offset, 16U);
    EXPECT_EQ(image->checksum_offset, 31U);
    EXPECT_EQ(image->size, 32U);
    EXPECT_TRUE(image->is_intact());
    EXPECT_FALSE(image->has_hash);
}

TEST(Image, of_a_later_chip_has_an_id_revisions_and_a_hash) {
    const auto image = parse_image(extended_image(), true);
    ASSERT_TRUE(image) << image.error().message.c_str();
    EXPECT_EQ(image->chip_id, 9);
    EXPECT_EQ(image->revision_min, 99U);
    EXPECT_EQ(image->revision_max, 199U);
    EXPECT_TRUE(image->has_hash);
    EXPECT_EQ(image->hash_size, 48U);
    EXPECT_EQ(image->size, 80U);
    EXPECT_TRUE(image->is_intact());
}

TEST(Image, that_was_cut_off_anywhere_is_refused) {
    for (const bool extended : {false, true}) {
        const Bytes whole = extended ? extended_image() : small_image();
        for (std::size_t size = 1; size < whole.size(); ++size) {
            const auto image = parse_image(std::span(whole).first(size), extended);
            ASSERT_FALSE(image);
            EXPECT_EQ(image.error().code, base::ErrorCode::too_large) << size;
        }
    }
}

TEST(Image, with_any_bit_of_its_segment_flipped_is_not_intact) {
    for (std::size_t byte = 16; byte < 24; ++byte) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            Bytes bytes = small_image();
            bytes[byte] = static_cast<std::uint8_t>(bytes[byte] ^ 1U << bit);
            EXPECT_FALSE(parse_image(bytes, false)->is_intact());
        }
    }
}

TEST(Image, without_its_mark_or_with_no_or_17_segments_is_none) {
    Bytes bytes = small_image();
    bytes[1] = 0;
    EXPECT_EQ(parse_image(bytes, false).error().code, base::ErrorCode::malformed);
    bytes[1] = 17;
    EXPECT_EQ(parse_image(bytes, false).error().code, base::ErrorCode::malformed);
    EXPECT_EQ(parse_image(from_hex("7f454c46"), false).error().code, base::ErrorCode::malformed);
    EXPECT_EQ(parse_image({}, false).error().code, base::ErrorCode::malformed);
    bytes = small_image();
    put_u32(bytes, 12, 0xFFFFFFFF);
    EXPECT_EQ(parse_image(bytes, false).error().code, base::ErrorCode::too_large);
}

TEST(Image, settings_change_only_what_is_named) {
    Bytes bytes = small_image();
    ASSERT_TRUE(apply_settings(bytes, Chip::esp8266, {.mode = FlashMode::qio}));
    EXPECT_EQ(bytes[2], 0);
    EXPECT_EQ(bytes[3], 0x40);
    ASSERT_TRUE(apply_settings(bytes, Chip::esp8266, {.size = 1U << 20U, .clock_mhz = 80}));
    EXPECT_EQ(bytes[3], 0x2F);
    ASSERT_TRUE(apply_settings(bytes, Chip::esp32, {.size = 16U << 20U}));
    EXPECT_EQ(bytes[3], 0x4F);
    const Bytes before = bytes;
    EXPECT_FALSE(apply_settings(bytes, Chip::esp32, {.mode = FlashMode::dout, .size = 512U << 10U}));
    EXPECT_FALSE(apply_settings(bytes, Chip::esp32h2, {.mode = FlashMode::dout, .clock_mhz = 80}));
    EXPECT_EQ(bytes, before);
}

TEST(Image, names_of_sizes_clocks_and_modes_go_both_ways) {
    EXPECT_EQ(flash_size_of("4MB"), 4U << 20U);
    EXPECT_EQ(flash_size_of("512KB"), 512U << 10U);
    EXPECT_EQ(flash_size_of("16m"), 16U << 20U);
    for (const char* wrong : {"", "4", "MB", "4GB", "4MBx", "detect", "keep", "99999MB", "512MB"}) {
        EXPECT_FALSE(flash_size_of(wrong)) << wrong;
    }
    for (const ChipFacts& chip : chips()) {
        for (const std::uint32_t size : {1U << 20U, 2U << 20U, 4U << 20U, 8U << 20U, 16U << 20U}) {
            EXPECT_EQ(flash_size_of_code(chip.chip, flash_size_code(chip.chip, size).value()), size);
        }
        EXPECT_FALSE(flash_size_code(chip.chip, 0));
        EXPECT_EQ(flash_size_of_code(chip.chip, 15), 0U);
        EXPECT_EQ(flash_clock_of_code(chip.chip, 7), 0U);
    }
    EXPECT_EQ(flash_clock_of_code(Chip::esp32h2, flash_clock_code(Chip::esp32h2, 48).value()), 48U);
    EXPECT_EQ(flash_mode_of("dio"), FlashMode::dio);
    EXPECT_STREQ(flash_mode_name(FlashMode::qout), "qout");
    EXPECT_FALSE(flash_mode_of("DIO"));
}

/// As MicroPython lays it out: a first image, FF up to the length at 8FFC, code, an MD5.
Bytes esp8266_firmware(std::uint32_t code_size) {
    Bytes bytes = small_image();
    bytes.resize(0x9000, 0xFF);
    put_u32(bytes, 0x8FFC, 0x9000 + code_size);
    bytes.resize(0x9000 + code_size + 16, 0x42);
    return bytes;
}

TEST(Esp8266Firmware, is_found_by_its_layout_also_when_cut_off) {
    const Bytes whole = esp8266_firmware(1000);
    const auto firmware = find_esp8266_firmware(whole);
    ASSERT_TRUE(firmware);
    EXPECT_EQ(firmware->hash_offset, 0x9000U + 1000);
    EXPECT_EQ(firmware->size, whole.size());
    const auto cut = find_esp8266_firmware(std::span(whole).first(0x9001));
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->size, whole.size());
}

TEST(Esp8266Firmware, is_not_seen_in_other_images) {
    Bytes bytes = esp8266_firmware(1000);
    EXPECT_FALSE(find_esp8266_firmware(std::span(bytes).first(0x9000)));
    bytes[0x5000] = 0;
    EXPECT_TRUE(find_esp8266_firmware(bytes)) << "damaged, but as long as it says";
    bytes.pop_back();
    EXPECT_FALSE(find_esp8266_firmware(bytes)) << "something lies where padding should be";
    bytes = esp8266_firmware(1000);
    put_u32(bytes, 0x8FFC, 0xFFFFFFFF);
    EXPECT_FALSE(find_esp8266_firmware(bytes));
    bytes = esp8266_firmware(1000);
    bytes[0] = 0;
    EXPECT_FALSE(find_esp8266_firmware(bytes));
}

Bytes table_entry(std::uint8_t type, std::uint32_t address, const std::string& label) {
    Bytes entry = from_hex("aa500002");
    entry[2] = type;
    entry.resize(32, 0);
    put_u32(entry, 4, address);
    put_u32(entry, 8, 0x1F0000);
    std::copy(label.begin(), label.end(), entry.begin() + 12);
    return entry;
}

TEST(PartitionTable, is_read_up_to_its_digest) {
    Bytes bytes = table_entry(1, 0x9000, "nvs");
    const Bytes second = table_entry(0, 0x10000, "sixteen letters!");
    bytes.insert(bytes.end(), second.begin(), second.end());
    Bytes digest = from_hex("ebebffffffffffffffffffffffffffff000102030405060708090a0b0c0d0e0f");
    Bytes with_digest = bytes;
    with_digest.insert(with_digest.end(), digest.begin(), digest.end());
    const auto table = parse_partition_table(with_digest);
    ASSERT_TRUE(table);
    ASSERT_EQ(table->partitions.size(), 2U);
    EXPECT_EQ(table->partitions[0].label.view(), "nvs");
    EXPECT_EQ(table->partitions[1].label.view(), "sixteen letters!");
    EXPECT_EQ(table->partitions[1].address, 0x10000U);
    EXPECT_TRUE(table->partitions[1].is_program());
    EXPECT_EQ(table->hashed_size, 64U);
    EXPECT_EQ(table->digest.value()[15], 15);
    EXPECT_FALSE(parse_partition_table(bytes)) << "it has no end";
    bytes.resize(96, 0xFF);
    EXPECT_FALSE(parse_partition_table(bytes)->digest);
    bytes[32] = 0;
    EXPECT_FALSE(parse_partition_table(bytes));
    EXPECT_FALSE(parse_partition_table(Bytes(64, 0xFF))) << "an empty one is none";
}

TEST(PartitionTable, has_a_limit) {
    Bytes bytes;
    for (std::size_t i = 0; i < partitions_max; ++i) {
        const Bytes entry = table_entry(1, 0x9000, "x");
        bytes.insert(bytes.end(), entry.begin(), entry.end());
    }
    bytes.resize(bytes.size() + 32, 0xFF);
    EXPECT_FALSE(parse_partition_table(bytes)) << "it fills all its room, so that no end is left";
}

} // namespace
