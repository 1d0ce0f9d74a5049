// SPDX-License-Identifier: Apache-2.0
#include "tests/rom/nor_flash.hpp"

#include <algorithm>

namespace tests::rom {

base::Micros NorFlash::erase(std::uint32_t address, std::uint32_t size) {
    base::Micros took = 0;
    std::uint64_t at = address / nor_sector * nor_sector;
    const std::uint64_t end = std::uint64_t{address} + size;
    while (at < end) {
        const bool block = at % erase_block_size == 0 && end - at >= erase_block_size;
        const std::uint32_t step = block ? erase_block_size : nor_sector;
        const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(at % bytes_.size());
        std::fill_n(from, step, std::uint8_t{0xFF});
        took += block ? times_.block_erase : times_.sector_erase;
        erased_ += step;
        at += step;
    }
    return took;
}

base::Micros NorFlash::program(std::uint32_t address, std::span<const std::uint8_t> data) {
    constexpr std::size_t page_size = 256;
    for (std::size_t i = 0; i < data.size(); ++i) bytes_[(address + i) % bytes_.size()] &= data[i];
    programmed_ += data.size();
    return static_cast<base::Micros>((data.size() + page_size - 1) / page_size) * times_.page_program;
}

std::vector<std::uint8_t> NorFlash::read(std::uint32_t address, std::uint32_t size) const {
    std::vector<std::uint8_t> data(size);
    for (std::uint32_t i = 0; i < size; ++i) data[i] = bytes_[(std::size_t{address} + i) % bytes_.size()];
    return data;
}

bool NorFlash::reads(std::uint32_t address, std::span<const std::uint8_t> data) const {
    for (std::size_t i = 0; i < data.size(); ++i) {
        if (bytes_[(address + i) % bytes_.size()] != data[i]) return false;
    }
    return true;
}

bool NorFlash::is_blank(std::uint32_t address, std::uint32_t size) const {
    for (std::uint32_t i = 0; i < size; ++i) {
        if (bytes_[(std::size_t{address} + i) % bytes_.size()] != 0xFF) return false;
    }
    return true;
}

} // namespace tests::rom
