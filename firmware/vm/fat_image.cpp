// SPDX-License-Identifier: Apache-2.0
// Only what is needed to read: which bytes of the flash are which sector of the volume.
#include "firmware/vm/fat_image.hpp"

#include <algorithm>
#include <array>

namespace firmware::vm {
namespace {

using base::ErrorCode;

constexpr std::size_t boot_sector_bytes = 512;

std::uint32_t number_at(std::span<const std::uint8_t> bytes, std::size_t offset, std::size_t size) noexcept {
    std::uint32_t number = 0;
    for (std::size_t i = size; i > 0; --i) number = number << 8U | bytes[offset + i - 1];
    return number;
}

bool is_power_of_two(std::uint32_t number) noexcept { return number != 0 && (number & (number - 1)) == 0; }

/// Where the byte of the volume is on the flash.
std::uint32_t place_of(const FatImage& image, std::uint32_t offset) noexcept {
    if (image.volume_bytes == 0) return offset;
    const std::uint32_t moved = image.rotation * image.page_bytes % image.volume_bytes;
    const std::uint32_t place = (image.volume_bytes - moved + offset) % image.volume_bytes;
    return place < image.spare_page * image.page_bytes ? place : place + image.page_bytes;
}

/// Reads piece by piece: what lies together in the volume may not do so on the flash.
base::Result<> read_bytes(const FatImage& image, contract::Storage& storage, std::uint32_t offset,
                          std::span<std::uint8_t> into) noexcept {
    while (!into.empty()) {
        std::size_t size = into.size();
        if (image.volume_bytes != 0) size = std::min<std::size_t>(size, image.page_bytes - offset % image.page_bytes);
        if (auto done = storage.read(place_of(image, offset), into.first(size)); !done) return done;
        into = into.subspan(size);
        offset += static_cast<std::uint32_t>(size);
    }
    return {};
}

/// Whether a volume begins where `image` looks for one; fills in its sectors.
bool has_boot_sector(FatImage& image, contract::Storage& storage, std::uint32_t bytes_max) noexcept {
    std::array<std::uint8_t, boot_sector_bytes> sector{};
    if (!read_bytes(image, storage, 0, sector)) return false;
    const std::uint32_t sector_bytes = number_at(sector, 11, 2);
    const std::uint32_t few = number_at(sector, 19, 2);
    const std::uint32_t count = few != 0 ? few : number_at(sector, 32, 4);
    const bool jumps = sector[0] == 0xEB || sector[0] == 0xE9;
    const bool fits = is_power_of_two(sector_bytes) && sector_bytes >= 512 && sector_bytes <= 4096 && count > 0 &&
                      count <= bytes_max / sector_bytes;
    if (!jumps || !fits || number_at(sector, 510, 2) != 0xAA55 || !is_power_of_two(sector[13]) ||
        number_at(sector, 14, 2) == 0 || (sector[16] != 1 && sector[16] != 2)) {
        return false;
    }
    image.sector_bytes = sector_bytes;
    image.sector_count = count;
    return true;
}

/// The layout of ESP-IDF's wear levelling, version 2: the volume and its spare block, then two copies of a state of
/// 64 bytes with a note of 16 bytes for each move of the spare block, then the configuration; each in whole blocks.
struct WearState {
    static constexpr std::uint32_t page = 4096;
    static constexpr std::uint32_t size = 64;
    static constexpr std::uint32_t note = 16;
    static constexpr std::uint32_t version = 2;

    std::uint32_t flash_bytes;

    std::uint32_t state_bytes() const noexcept { return (size + flash_bytes / page * note + page - 1) / page * page; }
    std::uint32_t overhead() const noexcept { return 2 * state_bytes() + 2 * page; }
    std::uint32_t volume_bytes() const noexcept { return flash_bytes / page * page - overhead(); }
    std::uint32_t state_at(unsigned copy) const noexcept { return flash_bytes - page - (2 - copy) * state_bytes(); }

    /// How often the spare block has moved since it was last at the beginning.
    base::Result<std::uint32_t> count_moves(contract::Storage& storage, unsigned copy) const noexcept {
        const std::uint32_t moves_max = volume_bytes() / page;
        std::array<std::uint8_t, note> bytes{};
        for (std::uint32_t moves = 0; moves < moves_max; ++moves) {
            const auto read = storage.read(state_at(copy) + size + moves * note, bytes);
            if (!read) return tl::unexpected(read.error());
            if (std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == 0xFF; })) return moves;
        }
        return moves_max;
    }

    bool read(contract::Storage& storage, unsigned copy, FatImage& image) const noexcept {
        std::array<std::uint8_t, size> bytes{};
        if (!storage.read(state_at(copy), bytes)) return false;
        const bool fits = number_at(bytes, 4, 4) == volume_bytes() / page + 1 && number_at(bytes, 20, 4) == page &&
                          number_at(bytes, 24, 4) == version;
        if (!fits) return false;
        const auto moves = count_moves(storage, copy);
        if (!moves) return false;
        image.volume_bytes = volume_bytes();
        image.page_bytes = page;
        image.spare_page = *moves;
        image.rotation = number_at(bytes, 8, 4) % (volume_bytes() / page);
        return true;
    }
};

} // namespace

base::Result<> FatImage::read(contract::Storage& storage, std::uint32_t sector,
                              std::span<std::uint8_t> into) const noexcept {
    if (sector > sector_count || into.size() % sector_bytes != 0 ||
        into.size() / sector_bytes > sector_count - sector) {
        return base::fail(ErrorCode::invalid_argument, "FAT: read beyond the end");
    }
    return read_bytes(*this, storage, sector * sector_bytes, into);
}

base::Result<FatImage> find_fat_image(contract::Storage& storage) noexcept {
    const auto geometry = storage.geometry();
    const WearState wear{geometry.block_bytes * geometry.block_count};
    FatImage image;
    // Before the plain volume: under wear levelling its first block is sometimes at the beginning, the others never.
    constexpr std::uint32_t smallest = 16 * WearState::page;
    for (unsigned copy = 0; copy < 2 && wear.flash_bytes >= smallest; ++copy) {
        image = {};
        if (wear.read(storage, copy, image) && has_boot_sector(image, storage, wear.volume_bytes())) return image;
    }
    image = {};
    if (has_boot_sector(image, storage, wear.flash_bytes)) return image;
    return base::fail(ErrorCode::not_found, "there is no FAT volume on the flash");
}

} // namespace firmware::vm
