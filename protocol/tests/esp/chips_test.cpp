// SPDX-License-Identifier: Apache-2.0
#include "protocol/esp/chips.hpp"

#include "protocol/tests/vectors.hpp"

#include <gtest/gtest.h>

#include <set>

namespace {

using namespace protocol::esp;

TEST(Chips, erase_size_undoes_the_rom_of_esp8266) {
    const auto vectors = protocol::tests::read_vectors("esp_loader.json");
    ASSERT_EQ(vectors["esp8266_erase_sizes"].size(), 7U);
    for (const auto& vector : vectors["esp8266_erase_sizes"]) {
        EXPECT_EQ(esp8266_erase_size(vector["offset"], vector["size"]), vector["erase_size"].get<std::uint32_t>());
    }
}

TEST(Chips, that_can_not_be_flashed_yet_have_names) {
    EXPECT_STREQ(later_chip_by_magic(0x1101406F), "ESP32-C5");
    EXPECT_STREQ(later_chip_by_magic(0x0ADDBAD0), "ESP32-P4");
    EXPECT_EQ(later_chip_by_magic(0), nullptr);
    EXPECT_STREQ(later_chip_by_word("esp32c61"), "ESP32-C61");
    EXPECT_STREQ(later_chip_by_word("ESP32-P4"), "ESP32-P4");
    EXPECT_EQ(later_chip_by_word("esp32c3"), nullptr);
    EXPECT_EQ(later_chip_by_word(""), nullptr);
}

TEST(Chips, esp32s3_has_a_first_revision_whose_fuses_mean_something_else) {
    const ChipFacts& facts = facts_of(Chip::esp32s3);
    const std::array<std::uint32_t, 3> first{1U << 24U, 1U << 24U, 1};
    EXPECT_EQ(revision_of(facts, first), 0);
    const std::array<std::uint32_t, 3> later{2U << 24U, 1U << 24U, 1};
    EXPECT_EQ(revision_of(facts, later), 100);
}

TEST(Chips, are_found_by_id_by_magic_and_by_word) {
    std::set<std::uint32_t> seen;
    for (const ChipFacts& facts : chips()) {
        EXPECT_EQ(&facts_of(facts.chip), &facts);
        EXPECT_EQ(chip_by_word(facts.word), &facts);
        EXPECT_EQ(chip_by_word(facts.name), &facts);
        if (facts.id) {
            EXPECT_EQ(chip_by_id(*facts.id), &facts);
        }
        for (const std::uint32_t magic : facts.magic) {
            if (magic == 0) continue;
            EXPECT_EQ(chip_by_magic(magic), &facts);
            EXPECT_TRUE(seen.insert(magic).second);
        }
    }
    EXPECT_EQ(chip_by_magic(0), nullptr);
    EXPECT_EQ(chip_by_id(18), nullptr);
    EXPECT_STREQ(chip_name(18), "ESP32-P4");
    EXPECT_STREQ(chip_name(5), "ESP32-C3");
    EXPECT_STREQ(chip_name(77), "an unknown chip");
    EXPECT_EQ(chip_by_word("esp32_s3"), chip_by_id(9));
    EXPECT_EQ(chip_by_word("esp3"), nullptr);
    EXPECT_EQ(chip_by_word("esp32s33"), nullptr);
}

TEST(Chips, read_the_mac_of_an_esp8266_in_all_three_ways) {
    const std::array<std::uint32_t, 4> first{0xAB000000, 0x02001234, 0, 0};
    EXPECT_EQ(esp8266_mac(first), (Mac{0x18, 0xFE, 0x34, 0x12, 0x34, 0xAB}));
    const std::array<std::uint32_t, 4> second{0xAB000000, 0x02011234, 0, 0};
    EXPECT_EQ(esp8266_mac(second), (Mac{0xAC, 0xD0, 0x74, 0x12, 0x34, 0xAB}));
    const std::array<std::uint32_t, 4> third{0xAB000000, 0x02011234, 0, 0x005CCF7F};
    EXPECT_EQ(esp8266_mac(third), (Mac{0x5C, 0xCF, 0x7F, 0x12, 0x34, 0xAB}));
    EXPECT_EQ(esp8266_chip_id(third), 0x011234ABU);
}

TEST(Chips, read_the_mac_of_the_others_from_two_words) {
    EXPECT_EQ(mac_of(0xC4123456, 0xFFFF240A), (Mac{0x24, 0x0A, 0xC4, 0x12, 0x34, 0x56}));
}

TEST(FlashId, says_how_large_the_flash_is) {
    EXPECT_EQ(FlashId{0x1640EF}.size(), 4U << 20U);
    EXPECT_EQ(FlashId{0x1640EF}.device(), 0x4016U);
    EXPECT_EQ(FlashId{0x1240EF}.size(), 256U << 10U);
    EXPECT_EQ(FlashId{0x1C40EF}.size(), 256U << 20U);
    EXPECT_EQ(FlashId{0x2040C8}.size(), 64U << 20U);
    EXPECT_EQ(FlashId{0x3920C2}.size(), 32U << 20U);
    EXPECT_EQ(FlashId{0x01471F}.size(), 4U << 20U) << "Adesto";
    EXPECT_EQ(FlashId{0x1140EF}.size(), 0U);
    EXPECT_TRUE(FlashId{0x1640EF}.plausible());
    for (const std::uint32_t id : {0xFFFFFFU, 0U, 0xFFFF3FU}) EXPECT_FALSE(FlashId{id}.plausible());
}

} // namespace
