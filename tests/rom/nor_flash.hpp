// SPDX-License-Identifier: Apache-2.0
// A flash chip as it is: erasing sets bits and takes long, programming clears them, and neither asks what you meant.
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace tests::rom {

inline constexpr std::uint32_t nor_sector = 0x1000;
inline constexpr std::uint32_t erase_block_size = 0x10000;

/// What operations take. The defaults are those of common parts, as data sheets give them.
struct FlashTimes {
    base::Micros sector_erase = base::from_ms(45);
    base::Micros block_erase = base::from_ms(150);
    base::Micros page_program = 600;
    base::Micros hash_kib = 500; ///< the bootloader's MD5
};

/// Addresses wrap at the chip's size, as on a real one.
class NorFlash {
public:
    NorFlash(std::uint32_t size, const FlashTimes& times) : times_(times), bytes_(size, 0xFF) {}

    /// Erases whole sectors from `address` on, a block at once where that fits; returns what it took.
    base::Micros erase(std::uint32_t address, std::uint32_t size);
    base::Micros program(std::uint32_t address, std::span<const std::uint8_t> data);
    std::vector<std::uint8_t> read(std::uint32_t address, std::uint32_t size) const;
    bool reads(std::uint32_t address, std::span<const std::uint8_t> data) const;
    bool is_blank(std::uint32_t address, std::uint32_t size) const;

    std::uint32_t size() const { return static_cast<std::uint32_t>(bytes_.size()); }
    const FlashTimes& times() const { return times_; }
    const std::vector<std::uint8_t>& bytes() const { return bytes_; }
    std::vector<std::uint8_t>& bytes() { return bytes_; }
    std::uint64_t programmed() const { return programmed_; } ///< bytes so far
    std::uint64_t erased() const { return erased_; }         ///< likewise

private:
    FlashTimes times_;
    std::vector<std::uint8_t> bytes_;
    std::uint64_t programmed_ = 0;
    std::uint64_t erased_ = 0;
};

} // namespace tests::rom
