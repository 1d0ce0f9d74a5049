// SPDX-License-Identifier: Apache-2.0
// UF2: firmware in blocks of 512 bytes that a boot drive takes in any order.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protocol::uf2 {

inline constexpr std::size_t block_size = 512;
inline constexpr std::size_t payload_size_max = 476;
/// The longest file: 128 MiB.
inline constexpr std::size_t blocks_max = std::size_t{128} * 1024 * 1024 / block_size;

/// One block; `payload` is a view of the bytes that it was read from.
struct Block {
    std::uint32_t flags = 0;
    std::uint32_t address = 0;
    std::uint32_t number = 0;
    std::uint32_t count = 0;
    std::optional<std::uint32_t> family{};
    std::span<const std::uint8_t> payload{};

    /// Not for the main flash: a comment, for example.
    bool is_skipped() const noexcept { return (flags & 1U) != 0; }
};

/// What a whole file holds.
struct Contents {
    std::optional<std::uint32_t> family{};
    std::uint32_t blocks = 0; ///< that are to be written
    std::uint32_t bytes = 0;  ///< of payload in them
    std::uint32_t begin = 0;  ///< the lowest address
    std::uint64_t end = 0;    ///< after the highest
};

/// Error: `malformed`.
base::Result<Block> parse_block(std::span<const std::uint8_t> bytes) noexcept;

/// Reads a whole file; its blocks must be complete, in order, of one family, and their addresses rising, as every known
/// tool writes them. Errors: `malformed`, `too_large`.
base::Result<Contents> parse_file(std::span<const std::uint8_t> file) noexcept;

/// "RP2040", or "an unknown family".
const char* family_name(std::uint32_t family) noexcept;

/// Whether a board that calls itself `board` in INFO_UF2.TXT (its Board-ID or Model) takes that family; nothing when
/// neither is known.
std::optional<bool> family_fits(std::uint32_t family, std::string_view board) noexcept;

} // namespace protocol::uf2
