// SPDX-License-Identifier: Apache-2.0
// Finds a FAT volume on the board's flash, as the badge's first firmware made them.
#pragma once

#include "base/result.hpp"
#include "firmware/contract/storage.hpp"

#include <cstdint>
#include <span>

namespace firmware::vm {

/// Where a FAT volume lies on the flash. It may begin at the first byte, or lie below ESP-IDF's wear levelling, which
/// moves one spare block through the volume and notes in the flash's last blocks how far it has come. For reading only.
/// Plain data: it may be copied, and forgotten without a destructor.
struct FatImage {
    std::uint32_t sector_bytes = 0; ///< 512 to 4,096
    std::uint32_t sector_count = 0;

    std::uint32_t volume_bytes = 0; ///< what wear levelling goes round in; 0 without it
    std::uint32_t page_bytes = 0;   ///< its block
    std::uint32_t spare_page = 0;   ///< where the spare block is now
    std::uint32_t rotation = 0;     ///< how often the spare block has gone all the way: each time all moves by one

    /// Fills `into`, whole sectors from number `sector` on. Errors: `invalid_argument` beyond the end, `io`.
    base::Result<> read(contract::Storage& storage, std::uint32_t sector, std::span<std::uint8_t> into) const noexcept;
};

/// Errors: `not_found` when there is none, `io`.
base::Result<FatImage> find_fat_image(contract::Storage& storage) noexcept;

} // namespace firmware::vm
