// SPDX-License-Identifier: Apache-2.0
// Little-endian numbers in bytes, as every Espressif format writes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace protocol::esp {

/// `bytes` holds at least `offset` + 2.
constexpr std::uint16_t u16_at(std::span<const std::uint8_t> bytes, std::size_t offset) noexcept {
    return static_cast<std::uint16_t>(bytes[offset] | bytes[offset + 1] << 8U);
}

/// `bytes` holds at least `offset` + 4.
constexpr std::uint32_t u32_at(std::span<const std::uint8_t> bytes, std::size_t offset) noexcept {
    return static_cast<std::uint32_t>(u16_at(bytes, offset)) | static_cast<std::uint32_t>(u16_at(bytes, offset + 2))
                                                                   << 16U;
}

/// `bytes` holds at least `offset` + 4.
constexpr void put_u32(std::span<std::uint8_t> bytes, std::size_t offset, std::uint32_t value) noexcept {
    for (std::size_t i = 0; i < 4; ++i) bytes[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
}

} // namespace protocol::esp
