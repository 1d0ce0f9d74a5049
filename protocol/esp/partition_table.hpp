// SPDX-License-Identifier: Apache-2.0
// The table that says how the flash of an ESP32 or later is divided.
#pragma once

#include "base/fixed_string.hpp"
#include "base/fixed_vector.hpp"
#include "base/result.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace protocol::esp {

/// Where it lies in the flash, unless a program was built otherwise.
inline constexpr std::uint32_t partition_table_address = 0x8000;
inline constexpr std::size_t partition_table_size_max = 0xC00;
inline constexpr std::size_t partitions_max = partition_table_size_max / 32;

struct Partition {
    std::uint8_t type = 0; ///< 0 program, 1 data
    std::uint8_t subtype = 0;
    std::uint32_t address = 0;
    std::uint32_t size = 0;
    base::FixedString<16> label{};
    std::uint32_t flags = 0;

    bool is_program() const noexcept { return type == 0; }
};

struct PartitionTable {
    base::FixedVector<Partition, partitions_max> partitions;
    std::size_t hashed_size = 0;                        ///< how many bytes the MD5 is of
    std::optional<std::array<std::uint8_t, 16>> digest; ///< the MD5, where the table has one
};

/// Reads the table at the start of `bytes`. Does not compare the MD5. Error: `malformed`.
base::Result<PartitionTable> parse_partition_table(std::span<const std::uint8_t> bytes) noexcept;

} // namespace protocol::esp
