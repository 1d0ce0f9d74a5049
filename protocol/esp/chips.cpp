// SPDX-License-Identifier: Apache-2.0
#include "protocol/esp/chips.hpp"

#include <algorithm>

namespace protocol::esp {
namespace {

constexpr std::uint32_t sector_size = 0x1000;
constexpr std::uint32_t watchdog_key = 0x50D83AA1;
constexpr std::uint32_t super_watchdog_key = 0x8F1D312A;

constexpr SpiController spi_8266{0x60000200, 0x1C, 0x20, 0x24, 0, 0, 0x40, true};
constexpr SpiController spi_32{0x3FF42000, 0x1C, 0x20, 0x24, 0x28, 0x2C, 0x80, true};
constexpr SpiController spi_s2{0x3F402000, 0x18, 0x1C, 0x20, 0x24, 0x28, 0x58, false};
constexpr SpiController spi_s3{0x60002000, 0x18, 0x1C, 0x20, 0x24, 0x28, 0x58, false};
constexpr SpiController spi_c6{0x60003000, 0x18, 0x1C, 0x20, 0x24, 0x28, 0x58, false};

constexpr const char* straps_0 = "GPIO0 low";
constexpr const char* straps_9 = "GPIO9 low and GPIO8 high";

constexpr ChipFacts table[] = {
    {.chip = Chip::esp8266,
     .name = "ESP8266",
     .word = "esp8266",
     .id = std::nullopt,
     .magic = {0xFFF0C101},
     .bootloader_offset = 0,
     .rom_status_size = 2,
     .rom_encrypt_word = false,
     .mac_register = 0,
     .spi = spi_8266,
     .clocks = ClockTable::common,
     .revision = {},
     .watchdogs = {},
     .watchdog_reset = false,
     .straps = "GPIO0 low, GPIO2 high and GPIO15 low"},
    {.chip = Chip::esp32,
     .name = "ESP32",
     .word = "esp32",
     .id = 0,
     .magic = {0x00F01D83},
     .bootloader_offset = 0x1000,
     .rom_status_size = 4,
     .rom_encrypt_word = false,
     .mac_register = 0x3FF5A004,
     .spi = spi_32,
     .clocks = ClockTable::common,
     .revision = {{0x3FF5A00C, 0x3FF5A014, 0x3FF6607C}, {0, 15, 1}, {1, 24, 2}, {}},
     .watchdogs = {},
     .watchdog_reset = false,
     .straps = "GPIO0 low, and GPIO2 low or free"},
    {.chip = Chip::esp32s2,
     .name = "ESP32-S2",
     .word = "esp32s2",
     .id = 2,
     .magic = {0x000007C6},
     .bootloader_offset = 0x1000,
     .rom_status_size = 4,
     .rom_encrypt_word = true,
     .mac_register = 0x3F41A044,
     .spi = spi_s2,
     .clocks = ClockTable::common,
     .revision = {{0x3F41A050, 0x3F41A054, 0}, {0, 18, 2}, {1, 4, 3}, {0, 20, 1}},
     .watchdogs = {0x3F408094, 0x3F408098, 0x3F4080AC, 0, 0, 0, 0},
     .watchdog_reset = true,
     .straps = straps_0},
    {.chip = Chip::esp32s3,
     .name = "ESP32-S3",
     .word = "esp32s3",
     .id = 9,
     .magic = {0x00000009},
     .bootloader_offset = 0,
     .rom_status_size = 4,
     .rom_encrypt_word = true,
     .mac_register = 0x60007044,
     .spi = spi_s3,
     .clocks = ClockTable::common,
     .revision = {{0x60007050, 0x60007058, 0x6000706C}, {1, 24, 2}, {0, 18, 3}, {1, 23, 1}},
     .watchdogs = {0x60008098, 0x6000809C, 0x600080B0, 0x600080B4, 0x600080B8, super_watchdog_key, 31},
     .watchdog_reset = true,
     .straps = straps_0},
    {.chip = Chip::esp32c3,
     .name = "ESP32-C3",
     .word = "esp32c3",
     .id = 5,
     .magic = {0x6921506F, 0x1B31506F, 0x4881606F, 0x4361606F},
     .bootloader_offset = 0,
     .rom_status_size = 4,
     .rom_encrypt_word = true,
     .mac_register = 0x60008844,
     .spi = spi_s3,
     .clocks = ClockTable::common,
     .revision = {{0x60008850, 0x60008858, 0}, {1, 24, 2}, {0, 18, 3}, {1, 23, 1}},
     .watchdogs = {0x60008090, 0x60008094, 0x600080A8, 0x600080AC, 0x600080B0, super_watchdog_key, 31},
     .watchdog_reset = true,
     .straps = straps_9},
    {.chip = Chip::esp32c2,
     .name = "ESP32-C2",
     .word = "esp32c2",
     .id = 12,
     .magic = {0x6F51306F, 0x7C41A06F, 0x0C21E06F},
     .bootloader_offset = 0,
     .rom_status_size = 4,
     .rom_encrypt_word = true,
     .mac_register = 0x60008840,
     .spi = spi_s3,
     .clocks = ClockTable::c2,
     .revision = {{0x60008844, 0, 0}, {0, 20, 2}, {0, 16, 4}, {}},
     .watchdogs = {0x60008084, 0x60008088, 0x6000809C, 0, 0, 0, 0},
     .watchdog_reset = true,
     .straps = straps_9},
    {.chip = Chip::esp32c6,
     .name = "ESP32-C6",
     .word = "esp32c6",
     .id = 13,
     .magic = {0x2CE0806F},
     .bootloader_offset = 0,
     .rom_status_size = 4,
     .rom_encrypt_word = true,
     .mac_register = 0x600B0844,
     .spi = spi_c6,
     .clocks = ClockTable::c6,
     .revision = {{0x600B0850, 0, 0}, {0, 22, 2}, {0, 18, 4}, {}},
     .watchdogs = {0x600B1C00, 0x600B1C04, 0x600B1C18, 0x600B1C1C, 0x600B1C20, watchdog_key, 18},
     .watchdog_reset = false, // it hangs that way
     .straps = straps_9},
    {.chip = Chip::esp32h2,
     .name = "ESP32-H2",
     .word = "esp32h2",
     .id = 16,
     .magic = {0xD7B73E80},
     .bootloader_offset = 0,
     .rom_status_size = 4,
     .rom_encrypt_word = true,
     .mac_register = 0x600B0844,
     .spi = spi_c6,
     .clocks = ClockTable::h2,
     .revision = {{0x600B0850, 0, 0}, {0, 21, 2}, {0, 18, 3}, {}},
     .watchdogs = {0x600B1C00, 0x600B1C04, 0x600B1C1C, 0x600B1C20, 0x600B1C24, watchdog_key, 18},
     .watchdog_reset = true,
     .straps = straps_9},
};

/// Chips that exist and that nothing here can flash yet.
struct OtherChip {
    std::uint32_t id;
    const char* name;
    std::array<std::uint32_t, 2> magic{};
};
constexpr OtherChip others[] = {{18, "ESP32-P4", {0x0ADDBAD0}},
                                {20, "ESP32-C61", {0x33F0206F, 0x2421606F}},
                                {23, "ESP32-C5", {0x1101406F}},
                                {25, "ESP32-H21"},
                                {28, "ESP32-H4"},
                                {31, "ESP32-E22"},
                                {32, "ESP32-S31"}};

char folded(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_dash(char c) noexcept { return c == '-' || c == '_'; }

bool same_word(std::string_view typed, std::string_view word) noexcept {
    for (const char c : typed) {
        if (is_dash(c)) continue;
        while (!word.empty() && is_dash(word.front())) word.remove_prefix(1);
        if (word.empty() || folded(c) != folded(word.front())) return false;
        word.remove_prefix(1);
    }
    return word.empty();
}

template <typename Condition>
const ChipFacts* find(Condition condition) noexcept {
    const auto* const found = std::find_if(std::begin(table), std::end(table), condition);
    return found == std::end(table) ? nullptr : found;
}

template <typename Condition>
const char* name_of_other(Condition condition) noexcept {
    const auto* const found = std::find_if(std::begin(others), std::end(others), condition);
    return found == std::end(others) ? nullptr : found->name;
}

std::uint32_t bits_of(FuseBits bits, std::span<const std::uint32_t, 3> words) noexcept {
    return words[bits.word] >> bits.shift & ((1U << bits.width) - 1);
}

/// ESP32's major revision is three bits in three places, of which only these patterns were ever made.
std::uint32_t esp32_major(std::span<const std::uint32_t, 3> words) noexcept {
    const std::uint32_t pattern = (words[2] >> 31U & 1U) << 2U | (words[1] >> 20U & 1U) << 1U | (words[0] >> 15U & 1U);
    switch (pattern) {
    case 1: return 1;
    case 3: return 2;
    case 7: return 3;
    default: return 0;
    }
}

/// ESP32-S3's first revision used the same fuses for something else; its block version 1.1 tells.
bool is_first_esp32s3(std::uint32_t minor, std::span<const std::uint32_t, 3> words) noexcept {
    return (minor & 7U) == 0 && (words[2] & 3U) == 1 && (words[0] >> 24U & 7U) == 1;
}

} // namespace

std::span<const ChipFacts> chips() noexcept { return table; }

const ChipFacts& facts_of(Chip chip) noexcept {
    return *std::find_if(std::begin(table), std::end(table), [chip](const ChipFacts& f) { return f.chip == chip; });
}

const ChipFacts* chip_by_id(std::uint32_t id) noexcept {
    return find([id](const ChipFacts& facts) { return facts.id && *facts.id == id; });
}

const ChipFacts* chip_by_magic(std::uint32_t word) noexcept {
    if (word == 0) return nullptr;
    return find([word](const ChipFacts& facts) {
        return std::find(facts.magic.begin(), facts.magic.end(), word) != facts.magic.end();
    });
}

const ChipFacts* chip_by_word(std::string_view word) noexcept {
    return find([word](const ChipFacts& facts) { return same_word(word, facts.word); });
}

const char* chip_name(std::uint32_t id) noexcept {
    if (const ChipFacts* const facts = chip_by_id(id)) return facts->name;
    const char* const other = name_of_other([id](const OtherChip& o) { return o.id == id; });
    return other == nullptr ? "an unknown chip" : other;
}

const char* later_chip_by_magic(std::uint32_t word) noexcept {
    if (word == 0) return nullptr;
    return name_of_other(
        [word](const OtherChip& o) { return std::find(o.magic.begin(), o.magic.end(), word) != o.magic.end(); });
}

const char* later_chip_by_word(std::string_view word) noexcept {
    return name_of_other([word](const OtherChip& o) { return same_word(word, o.name); });
}

std::uint16_t revision_of(const ChipFacts& facts, std::span<const std::uint32_t, 3> words) noexcept {
    const RevisionFuses& fuses = facts.revision;
    const std::uint32_t major = facts.chip == Chip::esp32 ? esp32_major(words) : bits_of(fuses.major, words);
    const std::uint32_t minor = bits_of(fuses.minor, words) | bits_of(fuses.minor_high, words) << fuses.minor.width;
    if (facts.chip == Chip::esp32s3 && is_first_esp32s3(minor, words)) return 0;
    return static_cast<std::uint16_t>(major * 100 + minor);
}

std::uint32_t esp8266_erase_size(std::uint32_t offset, std::uint32_t size) noexcept {
    // The ROM erases up to the end of a block of 16 sectors one by one, and then counts those sectors once more.
    constexpr std::uint32_t sectors_of_block = 16;
    const std::uint32_t sectors = (size + sector_size - 1) / sector_size;
    const std::uint32_t start = offset / sector_size;
    const std::uint32_t head = std::min(sectors_of_block - start % sectors_of_block, sectors);
    const std::uint32_t told = sectors < 2 * head ? (sectors + 1) / 2 : sectors - head;
    return told * sector_size;
}

Mac esp8266_mac(std::span<const std::uint32_t, 4> fuses) noexcept {
    const auto byte = [](std::uint32_t word, unsigned shift) { return static_cast<std::uint8_t>(word >> shift); };
    Mac mac{0x18, 0xFE, 0x34, byte(fuses[1], 8), byte(fuses[1], 0), byte(fuses[0], 24)};
    if (fuses[3] != 0) {
        for (unsigned i = 0; i < 3; ++i) mac[i] = byte(fuses[3], 16 - 8 * i);
    } else if (byte(fuses[1], 16) == 1) {
        mac[0] = 0xAC;
        mac[1] = 0xD0;
        mac[2] = 0x74;
    }
    return mac;
}

Mac mac_of(std::uint32_t low, std::uint32_t high) noexcept {
    Mac mac{};
    for (unsigned i = 0; i < 2; ++i) mac[i] = static_cast<std::uint8_t>(high >> (8 - 8 * i));
    for (unsigned i = 0; i < 4; ++i) mac[2 + i] = static_cast<std::uint8_t>(low >> (24 - 8 * i));
    return mac;
}

std::uint32_t esp8266_chip_id(std::span<const std::uint32_t, 4> fuses) noexcept {
    return fuses[0] >> 24U | (fuses[1] & 0xFFFFFFU) << 8U;
}

bool FlashId::plausible() const noexcept { return raw != 0xFFFFFF && raw != 0 && raw != 0xFFFF3F && raw != 0x3FFFFF; }

std::uint32_t FlashId::size() const noexcept {
    constexpr std::uint8_t adesto = 0x1F;
    constexpr std::uint32_t kib = 1024;
    const std::uint32_t code = raw >> 16U & 0xFFU;
    if (vendor() == adesto) {
        const std::uint32_t density = raw >> 8U & 0x1FU;
        return density >= 4 && density <= 9 ? 512 * kib << (density - 4) : 0;
    }
    if (code >= 0x12 && code <= 0x1C) return 256 * kib << (code - 0x12);
    if (code >= 0x20 && code <= 0x22) return 65536 * kib << (code - 0x20);
    if (code >= 0x32 && code <= 0x3A) return 256 * kib << (code - 0x32);
    return 0;
}

} // namespace protocol::esp
