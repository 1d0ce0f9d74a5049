// SPDX-License-Identifier: Apache-2.0
// The registers of a FakeChip that a host looks at: fuses, clocks, watchdogs and the flash's SPI controller.
#include "tests/rom/fake_chip.hpp"
#include "tests/rom/fake_loader.hpp"

#include <array>
#include <bit>
#include <iterator>
#include <utility>

namespace tests::rom {

using Chip = protocol::esp::Chip;

namespace {

constexpr std::uint32_t esp8266_fuses = 0x3FF00050;
constexpr std::array<std::uint32_t, 4> esp8266_fuse_words{0xAB000000, 0x02001234, 0, 0x005CCF7F};
constexpr std::uint32_t mac_low = 0xC4123456;
constexpr std::uint32_t mac_high = 0x0000240A;

/// By which a host finds an ESP32's calibrated clock: 40 MHz.
constexpr std::uint32_t esp32_clock_register = 0x3FF5F06C;
constexpr std::uint32_t esp32_clock_fuse = 0x3FF5A010;

bool is_clock_divider(std::uint32_t address) {
    return address == 0x60000014 || address == 0x3FF40014 || address == 0x3F400014;
}

/// As the chips' manuals lay the fuses out; esptool_test.py holds this against esptool's own reading.
struct RevisionBits {
    Chip chip;
    std::uint32_t address;
    unsigned shift, width;
    unsigned of_minor_from; ///< which bit of the minor revision comes first; `major` for the major one
};
constexpr unsigned major = 100;
constexpr RevisionBits revision_bits[] = {
    {Chip::esp32, 0x3FF5A014, 24, 2, 0},       {Chip::esp32s2, 0x3F41A050, 18, 2, major},
    {Chip::esp32s2, 0x3F41A054, 4, 3, 0},      {Chip::esp32s2, 0x3F41A050, 20, 1, 3},
    {Chip::esp32s3, 0x60007058, 24, 2, major}, {Chip::esp32s3, 0x60007050, 18, 3, 0},
    {Chip::esp32s3, 0x60007058, 23, 1, 3},     {Chip::esp32c3, 0x60008858, 24, 2, major},
    {Chip::esp32c3, 0x60008850, 18, 3, 0},     {Chip::esp32c3, 0x60008858, 23, 1, 3},
    {Chip::esp32c2, 0x60008844, 20, 2, major}, {Chip::esp32c2, 0x60008844, 16, 4, 0},
    {Chip::esp32c6, 0x600B0850, 22, 2, major}, {Chip::esp32c6, 0x600B0850, 18, 4, 0},
    {Chip::esp32h2, 0x600B0850, 21, 2, major}, {Chip::esp32h2, 0x600B0850, 18, 3, 0},
};

/// ESP32 has one more bit set for each major revision.
constexpr std::pair<std::uint32_t, unsigned> esp32_major_bits[] = {
    {0x3FF5A00C, 15}, {0x3FF5A014, 20}, {0x3FF6607C, 31}};

} // namespace

std::uint32_t FakeLoader::read_register(std::uint32_t address) const {
    if (address == protocol::esp::magic_register) return options_.other_magic.value_or(facts_.magic[0]);
    if (facts_.chip == Chip::esp8266 && address >= esp8266_fuses && address < esp8266_fuses + 16) {
        return esp8266_fuse_words[(address - esp8266_fuses) / 4];
    }
    if (facts_.mac_register != 0 && address == facts_.mac_register) return mac_low;
    if (facts_.mac_register != 0 && address == facts_.mac_register + 4) return mac_high | revision_fuses(address);
    if (is_clock_divider(address)) return clock_divider();
    if (facts_.chip == Chip::esp32 && address == esp32_clock_register) return 800U << 7U;
    if (facts_.chip == Chip::esp32 && address == esp32_clock_fuse) return 128;
    const auto found = registers_.find(address);
    return found == registers_.end() ? revision_fuses(address) : found->second;
}

std::uint32_t FakeLoader::revision_fuses(std::uint32_t address) const {
    std::uint32_t word = 0;
    for (const RevisionBits& bits : revision_bits) {
        if (bits.chip != facts_.chip || bits.address != address) continue;
        const bool is_major = bits.of_minor_from == major;
        const unsigned value = is_major ? options_.revision / 100 : options_.revision % 100 >> bits.of_minor_from;
        word |= (value & ((1U << bits.width) - 1)) << bits.shift;
    }
    if (facts_.chip != Chip::esp32) return word;
    for (unsigned i = 0; i < std::size(esp32_major_bits) && i < options_.revision / 100; ++i) {
        if (esp32_major_bits[i].first == address) word |= 1U << esp32_major_bits[i].second;
    }
    return word;
}

std::uint32_t FakeLoader::clock_divider() const {
    constexpr std::uint32_t esp8266_clock = 52'000'000;
    const std::uint32_t crystal = options_.crystal_mhz * 1'000'000;
    return (facts_.chip == Chip::esp8266 ? esp8266_clock : crystal) / baud_;
}

void FakeLoader::write_register(const Asked& asked) {
    const std::uint32_t address = asked.words[0];
    std::uint32_t& word = registers_[address];
    word = (word & ~asked.words[2]) | (asked.words[1] & asked.words[2]);
    if (address == facts_.spi.base && (word >> 18U & 1U) != 0) run_spi_command();
    const auto& dog = facts_.watchdogs;
    constexpr std::uint32_t key = 0x50D83AA1;
    if (dog.config0 != 0 && address == dog.config0 && word >> 31U != 0) {
        if (registers_[dog.protect] == key) watchdog_ = true;
    }
}

void FakeLoader::run_spi_command() {
    const auto& spi = facts_.spi;
    registers_[spi.base] &= ~(1U << 18U);
    const std::uint32_t command = registers_[spi.base + spi.user2] & 0xFFFFU;
    std::uint32_t& data = registers_[spi.base + spi.data];
    const auto size_code = static_cast<std::uint32_t>(std::bit_width(flash_.size()) - 1);
    switch (command) {
    case 0x9F: data = attached_ ? size_code << 16U | options_.flash_vendor : 0xFFFFFF; break;
    case 0x05: data = 0; break;
    case 0xC7:
    case 0x60: busy_until_ += flash_.erase(0, flash_.size()); break;
    default: data = 0;
    }
}

} // namespace tests::rom
