// SPDX-License-Identifier: Apache-2.0
// What differs from chip to chip, as data: how each is recognised, reached, reset and written.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protocol::esp {

enum class Chip : std::uint8_t { esp8266, esp32, esp32s2, esp32s3, esp32c3, esp32c2, esp32c6, esp32h2 };

/// The registers of the SPI controller that the flash hangs on, as offsets from `base`.
struct SpiController {
    std::uint32_t base;
    std::uint8_t user, user1, user2;
    std::uint8_t mosi_length, miso_length; ///< 0: both are in `user1`
    std::uint8_t data;
    bool address_on_top; ///< the address stands in the upper bits of its register
};

/// The watchdogs that would end a flashing over the chip's own USB; addresses, 0 where there is none.
struct Watchdogs {
    std::uint32_t config0, config1, protect;
    std::uint32_t super_config, super_protect, super_key;
    std::uint8_t super_feed_bit;
};

/// Some bits of one of `RevisionFuses::words`; a width of 0 is none.
struct FuseBits {
    std::uint8_t word, shift, width;
};

/// Where a chip's fuses say its revision; `revision_of` reads it.
struct RevisionFuses {
    std::array<std::uint32_t, 3> words; ///< addresses; 0 is none
    FuseBits major, minor, minor_high;
};

/// Which numbers stand for the flash's clock in an image's header.
enum class ClockTable : std::uint8_t { common, c2, c6, h2 };

struct ChipFacts {
    Chip chip;
    const char* name; ///< "ESP32-C3"
    const char* word; ///< "esp32c3"
    std::optional<std::uint8_t> id;
    std::array<std::uint32_t, 4> magic; ///< of the word at `magic_register`; 0 is none
    std::uint32_t bootloader_offset;
    std::uint8_t rom_status_size;
    bool rom_encrypt_word;      ///< BEGIN requests to its ROM have a fifth word
    std::uint32_t mac_register; ///< its low word; the high one follows. 0 on ESP8266
    SpiController spi;
    ClockTable clocks;
    RevisionFuses revision; ///< none on ESP8266
    Watchdogs watchdogs;
    bool watchdog_reset; ///< its RTC watchdog can reset it
    const char* straps;  ///< for a person: what must be low, or high, at a reset
};

/// Where every ROM keeps a word that tells the first chips apart.
inline constexpr std::uint32_t magic_register = 0x40001000;

std::span<const ChipFacts> chips() noexcept;
const ChipFacts& facts_of(Chip chip) noexcept;
/// By the id that security info and image headers carry; null for others.
const ChipFacts* chip_by_id(std::uint32_t id) noexcept;
/// By the word at `magic_register`; null for others.
const ChipFacts* chip_by_magic(std::uint32_t word) noexcept;
/// As a person writes it: case, '-' and '_' don't matter. Null for others.
const ChipFacts* chip_by_word(std::string_view word) noexcept;
/// The name of any chip by its id, also of those that can't be flashed yet; "an unknown chip" for others.
const char* chip_name(std::uint32_t id) noexcept;
/// Of those that can't be flashed yet, by the word at `magic_register` or as a person writes it; null for others.
const char* later_chip_by_magic(std::uint32_t word) noexcept;
const char* later_chip_by_word(std::string_view word) noexcept;

/// ESP8266's erase bug: its ROM miscounts sectors, and erases `size` bytes from `offset` when told to erase this many.
/// `size` is at most 16 MiB.
std::uint32_t esp8266_erase_size(std::uint32_t offset, std::uint32_t size) noexcept;

using Mac = std::array<std::uint8_t, 6>;

/// Of ESP8266, from its four words of fuses.
Mac esp8266_mac(std::span<const std::uint32_t, 4> fuses) noexcept;
/// Of all others.
Mac mac_of(std::uint32_t low, std::uint32_t high) noexcept;
/// The chip id that ESP8266's SDK prints.
std::uint32_t esp8266_chip_id(std::span<const std::uint32_t, 4> fuses) noexcept;

/// Major * 100 + minor, as images name it, from what stands at `facts.revision.words`.
std::uint16_t revision_of(const ChipFacts& facts, std::span<const std::uint32_t, 3> words) noexcept;

/// What a flash chip's answer to 9F says: vendor in bits 0 to 7, type, then size.
struct FlashId {
    std::uint32_t raw = 0;

    std::uint8_t vendor() const noexcept { return static_cast<std::uint8_t>(raw); }
    std::uint16_t device() const noexcept { return static_cast<std::uint16_t>((raw >> 8U & 0xFFU) << 8U | raw >> 16U); }
    /// False when no flash answers.
    bool plausible() const noexcept;
    /// In bytes; 0 for a code that is not known.
    std::uint32_t size() const noexcept;
};

} // namespace protocol::esp
