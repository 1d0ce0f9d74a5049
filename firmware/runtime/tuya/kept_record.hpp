// SPDX-License-Identifier: Apache-2.0
// How what a module keeps over its power cuts lies in flash.
#pragma once

#include "firmware/runtime/tuya/parts.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace firmware::runtime::tuya {

struct KeptRecord {
    Kept kept;
    bool configured = false;       ///< somebody has told the module its network
    std::uint32_t declaration = 0; ///< of the entities, as an app declared them last; 0: none ever did
};

/// | bytes | |
/// |---|---|
/// | 4 | CRC-32 of everything behind it, padding included |
/// | 4 | sequence |
/// | 1 | format, 1 |
/// | 1 | bit 0: being configured; bit 1: as an access point; bit 2: `configured` |
/// | 1 | boots without an event |
/// | 1 | how many reports |
/// | 4, 4 | what the home was told; `declaration` |
/// | | reports: size, with bit 7 for a record; data; 0xFF up to the end |
///
/// Least significant byte first.
inline constexpr std::size_t kept_record_size = 256;
using KeptRecordBytes = std::array<std::uint8_t, kept_record_size>;

KeptRecordBytes encode_kept_record(const KeptRecord& record, std::uint32_t sequence) noexcept;

struct ReadKeptRecord {
    KeptRecord record;
    std::uint32_t sequence = 0;
};
/// Nothing unless every byte is as `encode_kept_record` would have made it.
std::optional<ReadKeptRecord> decode_kept_record(const KeptRecordBytes& bytes) noexcept;

} // namespace firmware::runtime::tuya
