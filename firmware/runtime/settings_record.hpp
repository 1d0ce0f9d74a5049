// SPDX-License-Identifier: Apache-2.0
// How one setting lies in flash.
#pragma once

#include "firmware/bridge/face_messages.hpp"
#include "firmware/contract/small_flash.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace firmware::runtime {

/// The four bytes from `at`, least significant first; `bytes` has them.
std::uint32_t number_at(std::span<const std::uint8_t> bytes, std::size_t at) noexcept;

/// CRC-32 as in Ethernet and zlib.
std::uint32_t crc32(std::span<const std::uint8_t> bytes) noexcept;

/// A change of one setting, or the mark that the list before it is complete.
///
/// In flash it takes 1 to 7 program units. The first byte of each unit says what the unit is: `0xC0 + units` at the
/// start of a record, `0x40 + place` in the units that follow; so no text inside a record can pass for another one. The
/// other 15 bytes of all units together hold, least significant byte first:
///
/// | bytes | |
/// |---|---|
/// | 4 | CRC-32 of everything behind it, padding included |
/// | 4 | sequence |
/// | 1 | bits 7 to 5: kind; bits 4 to 0: size of the key |
/// | 1 | size of the value |
/// | | key; value: `b` and 0 or 1, `i` and 4 bytes, or `t` and the text; 0xFF up to the end of the unit |
struct SettingRecord {
    enum class Kind : std::uint8_t {
        complete = 1, ///< ends the list of all settings with which a block begins
        removed = 2,  ///< the key is gone
        listed = 3,   ///< key and value, part of that list
        changed = 4,  ///< key and value, later than the list
    };

    static constexpr std::size_t unit = contract::SmallFlash::program_bytes;
    static constexpr std::size_t units_max = 7;

    Kind kind = Kind::complete;
    std::uint32_t sequence = 0;
    std::string_view key;                 ///< lies with whoever made or read the record
    const bridge::Value* value = nullptr; ///< boolean, integer or text; of `listed` and `changed`
};

/// The bytes of a record; those behind `units` are undefined.
struct RecordBytes {
    std::array<std::uint8_t, SettingRecord::unit * SettingRecord::units_max> bytes{};
    std::size_t units = 0;

    std::span<const std::uint8_t> view() const noexcept { return std::span(bytes).first(units * SettingRecord::unit); }
};

/// The key, the integer and the text must be within the limits of a setting.
RecordBytes encode_record(const SettingRecord& record) noexcept;

/// A record as read: it owns what it holds.
struct ReadRecord {
    SettingRecord::Kind kind = SettingRecord::Kind::complete;
    std::uint32_t sequence = 0;
    base::FixedString<bridge::setting_key_max> key;
    bridge::Value value;
};

/// How many units a record has that begins with this byte; 0: no record begins like that.
std::size_t record_units(std::uint8_t first) noexcept;

/// Nothing unless every byte is as `encode_record` would have made it. Any bytes, any size.
std::optional<ReadRecord> decode_record(std::span<const std::uint8_t> bytes) noexcept;

} // namespace firmware::runtime
