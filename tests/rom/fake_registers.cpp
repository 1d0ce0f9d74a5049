// SPDX-License-Identifier: Apache-2.0
// The registers of a FakeChip that a host looks at: fuses, clocks, watchdogs and the flash's SPI controller.
#include "tests/rom/fake_chip.hpp"
#include "tests/rom/fake_loader.hpp"

#include <array>
#include <bit>

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

} // namespace

std::uint32_t FakeLoader::read_register(std::uint32_t address) const {
    if (address == protocol::esp::magic_register) return facts_.magic[0];
    if (facts_.chip == Chip::esp8266 && address >= esp8266_fuses && address < esp8266_fuses + 16) {
        return esp8266_fuse_words[(address - esp8266_fuses) / 4];
    }
    if (facts_.mac_register != 0 && address == facts_.mac_register) return mac_low;
    if (facts_.mac_register != 0 && address == facts_.mac_register + 4) return mac_high;
    if (is_clock_divider(address)) return (facts_.chip == Chip::esp8266 ? 52'000'000U : 40'000'000U) / baud_;
    if (facts_.chip == Chip::esp32 && address == esp32_clock_register) return 800U << 7U;
    if (facts_.chip == Chip::esp32 && address == esp32_clock_fuse) return 128;
    const auto found = registers_.find(address);
    return found == registers_.end() ? 0 : found->second;
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
