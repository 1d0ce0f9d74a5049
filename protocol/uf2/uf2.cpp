// SPDX-License-Identifier: Apache-2.0
#include "protocol/uf2/uf2.hpp"

#include "protocol/esp/bytes.hpp"

#include <algorithm>
#include <string_view>

namespace protocol::uf2 {
namespace {

using esp::u32_at;

constexpr std::uint32_t magic_start = 0x0A324655;
constexpr std::uint32_t magic_second = 0x9E5D5157;
constexpr std::uint32_t magic_end = 0x0AB16F30;
constexpr std::uint32_t flag_container = 0x1000;
constexpr std::uint32_t flag_family = 0x2000;
constexpr std::size_t payload_offset = 32;

struct Family {
    std::uint32_t id;
    const char* name;
    std::string_view board; ///< how boards of that family begin to call themselves; empty: nothing known
};

constexpr Family families[] = {
    {0xE48BFF56, "RP2040", "RPI-RP2"},
    {0xE48BFF57, "RP2040 or RP2350, absolute", ""},
    {0xE48BFF58, "RP2350, data", "RP2350"},
    {0xE48BFF59, "RP2350 (ARM)", "RP2350"},
    {0xE48BFF5A, "RP2350 (RISC-V)", "RP2350"},
    {0xE48BFF5B, "RP2350 (ARM, non-secure)", "RP2350"},
    {0x7EAB61ED, "ESP8266", ""},
    {0x1C5F21B0, "ESP32", ""},
    {0xBFDD4EEE, "ESP32-S2", "ESP32S2"},
    {0xC47E5767, "ESP32-S3", "ESP32S3"},
    {0xD42BA06C, "ESP32-C3", "ESP32C3"},
    {0x2B88D29C, "ESP32-C2", "ESP32C2"},
    {0x540DDF62, "ESP32-C6", "ESP32C6"},
    {0x332726F6, "ESP32-H2", "ESP32H2"},
    {0x68ED2B88, "SAMD21", "SAMD21"},
    {0x55114460, "SAMD51", "SAMD51"},
    {0xADA52840, "nRF52840", "nRF52840"},
    {0x4FB2D5BD, "i.MX RT", ""},
    {0x57755A57, "STM32F4", ""},
};

const Family* find(std::uint32_t id) noexcept {
    const auto* const found =
        std::find_if(std::begin(families), std::end(families), [id](const Family& family) { return family.id == id; });
    return found == std::end(families) ? nullptr : found;
}

tl::unexpected<base::Error> malformed(std::string_view what) noexcept {
    return base::fail(base::ErrorCode::malformed, what, "Fetch the file again.");
}

} // namespace

base::Result<Block> parse_block(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.size() != block_size) return malformed("a UF2 block has 512 bytes");
    if (u32_at(bytes, 0) != magic_start || u32_at(bytes, 4) != magic_second ||
        u32_at(bytes, block_size - 4) != magic_end) {
        return malformed("this is no UF2 block");
    }
    const std::uint32_t size = u32_at(bytes, 16);
    if (size == 0 || size > payload_size_max || size % 4 != 0)
        return malformed("a UF2 block's payload has an odd size");
    Block block{.flags = u32_at(bytes, 8),
                .address = u32_at(bytes, 12),
                .number = u32_at(bytes, 20),
                .count = u32_at(bytes, 24),
                .payload = bytes.subspan(payload_offset, size)};
    if (block.address % 4 != 0) return malformed("a UF2 block's address is odd");
    if ((block.flags & flag_family) != 0) block.family = u32_at(bytes, 28);
    return block;
}

base::Result<Contents> parse_file(std::span<const std::uint8_t> file) noexcept {
    if (file.size() > blocks_max * block_size) {
        return base::fail(base::ErrorCode::too_large, "a UF2 file of more than 128 MiB");
    }
    if (file.empty() || file.size() % block_size != 0) return malformed("the UF2 file is not made of whole blocks");
    Contents contents;
    std::uint32_t number = 0;
    for (std::size_t at = 0; at < file.size(); at += block_size) {
        const auto block = parse_block(file.subspan(at, block_size));
        if (!block) return tl::unexpected(block.error());
        if (block->count != file.size() / block_size) return malformed("UF2 blocks are missing");
        if (block->number != number++) return malformed("a UF2 block is missing, or there twice");
        if (block->is_skipped() || (block->flags & flag_container) != 0) continue;
        if (contents.blocks == 0) {
            contents.family = block->family;
            contents.begin = block->address;
        } else if (block->family != contents.family) {
            return malformed("the UF2 file is for several families at once");
        } else if (block->address < contents.end) {
            return malformed("two UF2 blocks are for the same address");
        }
        contents.end = std::uint64_t{block->address} + block->payload.size();
        contents.bytes += static_cast<std::uint32_t>(block->payload.size());
        ++contents.blocks;
    }
    if (contents.blocks == 0) return malformed("the UF2 file holds nothing to be written");
    return contents;
}

const char* family_name(std::uint32_t family) noexcept {
    const Family* const found = find(family);
    return found == nullptr ? "an unknown family" : found->name;
}

std::optional<bool> family_fits(std::uint32_t family, std::string_view board) noexcept {
    const Family* const found = find(family);
    if (found == nullptr || found->board.empty()) return std::nullopt;
    const bool board_known = std::any_of(std::begin(families), std::end(families), [board](const Family& other) {
        return !other.board.empty() && board.starts_with(other.board);
    });
    if (!board_known) return std::nullopt;
    return board.starts_with(found->board);
}

} // namespace protocol::uf2
