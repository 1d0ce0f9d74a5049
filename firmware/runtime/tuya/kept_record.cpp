// SPDX-License-Identifier: Apache-2.0
// Reading is strict: what would not have been written is no record.
#include "firmware/runtime/tuya/kept_record.hpp"

#include "firmware/runtime/settings_record.hpp"

namespace firmware::runtime::tuya {

using protocol::tuya::NetworkStatus;

namespace {

constexpr std::uint8_t format = 1;
constexpr std::size_t crc_size = 4;
constexpr std::size_t header_size = 20;
constexpr std::uint8_t flag_configuring = 1;
constexpr std::uint8_t flag_access_point = 2;
constexpr std::uint8_t flag_configured = 4;
constexpr std::uint8_t flag_record = 0x80;

static_assert(header_size + Kept::reports_max * (1 + KeptReport::size_max) <= kept_record_size);
static_assert(KeptReport::size_max < flag_record);

void put_number(KeptRecordBytes& bytes, std::size_t at, std::uint32_t number) noexcept {
    for (std::size_t i = 0; i < 4; ++i) bytes[at + i] = static_cast<std::uint8_t>(number >> (8 * i));
}

std::uint32_t crc_of(const KeptRecordBytes& bytes) noexcept { return crc32(std::span(bytes).subspan(crc_size)); }

bool read_reports(const KeptRecordBytes& bytes, std::size_t count, Kept& kept) noexcept {
    std::size_t at = header_size;
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t size = bytes[at] & ~flag_record;
        if (size > KeptReport::size_max) return false;
        KeptReport report;
        report.record = (bytes[at++] & flag_record) != 0;
        for (std::size_t k = 0; k < size; ++k) (void)report.data.push_back(bytes[at++]);
        if (!kept.undelivered.push_back(report)) return false;
    }
    return true;
}

} // namespace

KeptRecordBytes encode_kept_record(const KeptRecord& record, std::uint32_t sequence) noexcept {
    const Kept& kept = record.kept;
    KeptRecordBytes bytes{};
    bytes.fill(0xFF);
    put_number(bytes, 4, sequence);
    bytes[8] = format;
    bytes[9] = static_cast<std::uint8_t>((kept.configuring ? flag_configuring : 0) |
                                         (kept.mode == NetworkStatus::access_point ? flag_access_point : 0) |
                                         (record.configured ? flag_configured : 0));
    bytes[10] = kept.eventless_boots;
    bytes[11] = static_cast<std::uint8_t>(kept.undelivered.size());
    put_number(bytes, 12, kept.declared);
    put_number(bytes, 16, record.declaration);
    std::size_t at = header_size;
    for (const KeptReport& report : kept.undelivered) {
        bytes[at++] = static_cast<std::uint8_t>(report.data.size() | (report.record ? flag_record : 0U));
        for (const std::uint8_t byte : report.data) bytes[at++] = byte;
    }
    put_number(bytes, 0, crc_of(bytes));
    return bytes;
}

std::optional<ReadKeptRecord> decode_kept_record(const KeptRecordBytes& bytes) noexcept {
    if (number_at(bytes, 0) != crc_of(bytes) || bytes[8] != format) return std::nullopt;
    ReadKeptRecord read;
    read.sequence = number_at(bytes, 4);
    Kept& kept = read.record.kept;
    kept.configuring = (bytes[9] & flag_configuring) != 0;
    kept.mode = (bytes[9] & flag_access_point) != 0 ? NetworkStatus::access_point : NetworkStatus::smart_config;
    read.record.configured = (bytes[9] & flag_configured) != 0;
    kept.eventless_boots = bytes[10];
    kept.declared = number_at(bytes, 12);
    read.record.declaration = number_at(bytes, 16);
    if (bytes[11] > Kept::reports_max || !read_reports(bytes, bytes[11], kept)) return std::nullopt;
    if (encode_kept_record(read.record, read.sequence) != bytes) return std::nullopt;
    return read;
}

} // namespace firmware::runtime::tuya
