// SPDX-License-Identifier: Apache-2.0
// Firmware for chips that do not exist: right checksums, and nothing useful in it.
#pragma once

#include "hub/workbench/flash/digests.hpp"
#include "protocol/esp/bytes.hpp"
#include "protocol/esp/chips.hpp"
#include "protocol/esp/image.hpp"
#include "protocol/esp/request.hpp"

#include <random>
#include <vector>

namespace tests::rom {

using Bytes = std::vector<std::uint8_t>;

/// As compressible as a real program: about two thirds stay.
inline Bytes program_body(std::size_t size, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::vector<std::array<std::uint8_t, 16>> words(64);
    const auto fill = [&random](std::array<std::uint8_t, 16>& word) {
        for (std::uint8_t& byte : word) byte = static_cast<std::uint8_t>(random());
    };
    for (auto& word : words) fill(word);
    Bytes bytes;
    while (bytes.size() < size) {
        std::array<std::uint8_t, 16> fresh{};
        fill(fresh);
        const auto& word = random() % 10 < 4 ? words[random() % words.size()] : fresh;
        bytes.insert(bytes.end(), word.begin(), word.end());
    }
    bytes.resize(size);
    return bytes;
}

/// One segment; `size` is a multiple of four.
inline Bytes program_image(protocol::esp::Chip chip, std::uint32_t size, std::uint32_t seed = 1) {
    using protocol::esp::Chip;
    const bool extended = chip != Chip::esp8266;
    Bytes image(extended ? protocol::esp::extended_header_size : 8, 0);
    image[0] = protocol::esp::image_magic;
    image[1] = 1;
    image[2] = 2;
    image[3] = extended ? 0x20 : 0x40;
    protocol::esp::put_u32(image, 4, 0x40100000);
    if (extended) {
        image[8] = 0xEE;
        image[12] = *protocol::esp::facts_of(chip).id;
        image[17] = image[18] = 0xFF;
        image[23] = 1;
    }
    const Bytes body = program_body(size, seed);
    image.resize(image.size() + 8, 0);
    protocol::esp::put_u32(image, image.size() - 8, 0x40100000);
    protocol::esp::put_u32(image, image.size() - 4, size);
    image.insert(image.end(), body.begin(), body.end());
    image.resize(image.size() / 16 * 16 + 15, 0);
    image.push_back(protocol::esp::checksum(body));
    if (extended) {
        const auto digest = hub::workbench::flash::sha256_of(image);
        image.insert(image.end(), digest.begin(), digest.end());
    }
    return image;
}

/// The same for chips of some revisions alone.
inline Bytes with_revisions(Bytes image, std::uint16_t least, std::uint16_t most) {
    image[15] = static_cast<std::uint8_t>(least);
    image[16] = static_cast<std::uint8_t>(least >> 8U);
    image[17] = static_cast<std::uint8_t>(most);
    image[18] = static_cast<std::uint8_t>(most >> 8U);
    const auto hashed = std::span(image).first(image.size() - protocol::esp::image_hash_size);
    const auto digest = hub::workbench::flash::sha256_of(hashed);
    std::copy(digest.begin(), digest.end(), image.end() - protocol::esp::image_hash_size);
    return image;
}

/// Laid out as MicroPython's: a first image, padding, code, an MD5.
inline Bytes esp8266_firmware(std::uint32_t size, std::uint32_t seed = 1) {
    Bytes image = program_image(protocol::esp::Chip::esp8266, 0x6000, seed);
    image.resize(0x9000, 0xFF);
    const Bytes code = program_body(size - 0x9000 - 16, seed + 1);
    protocol::esp::put_u32(image, 0x8FFC, 0x9000 + static_cast<std::uint32_t>(code.size()));
    image.insert(image.end(), code.begin(), code.end());
    const auto digest = hub::workbench::flash::md5_of(std::span(image).subspan(4));
    image.insert(image.end(), digest.begin(), digest.end());
    return image;
}

/// Bootloader, partition table and program merged, from the bootloader's offset on.
inline Bytes esp32_firmware(protocol::esp::Chip chip, std::uint32_t size, std::uint32_t seed = 1) {
    const std::uint32_t base = protocol::esp::facts_of(chip).bootloader_offset;
    Bytes image = program_image(chip, 0x5000, seed);
    image.resize(0x8000 - base, 0xFF);
    Bytes table;
    const auto add = [&table](std::uint8_t type, std::uint32_t address, std::uint32_t length, std::string_view label) {
        Bytes entry(32, 0);
        entry[0] = 0xAA;
        entry[1] = 0x50;
        entry[2] = type;
        protocol::esp::put_u32(entry, 4, address);
        protocol::esp::put_u32(entry, 8, length);
        std::copy(label.begin(), label.end(), entry.begin() + 12);
        table.insert(table.end(), entry.begin(), entry.end());
    };
    add(1, 0x9000, 0x6000, "nvs");
    add(0, 0x10000, 0x1F0000, "factory");
    const auto digest = hub::workbench::flash::md5_of(table);
    table.insert(table.end(), 2, 0xEB);
    table.insert(table.end(), 14, 0xFF);
    table.insert(table.end(), digest.begin(), digest.end());
    image.insert(image.end(), table.begin(), table.end());
    image.resize(0x10000 - base, 0xFF);
    const Bytes program =
        program_image(chip, (size - static_cast<std::uint32_t>(image.size()) - 100) / 4 * 4, seed + 1);
    image.insert(image.end(), program.begin(), program.end());
    return image;
}

inline Bytes firmware_for(protocol::esp::Chip chip, std::uint32_t size, std::uint32_t seed = 1) {
    return chip == protocol::esp::Chip::esp8266 ? esp8266_firmware(size, seed) : esp32_firmware(chip, size, seed);
}

} // namespace tests::rom
