// SPDX-License-Identifier: Apache-2.0
// Reading is strict: what encode_record would not have written is no record.
#include "firmware/runtime/settings_record.hpp"

#include "base/expect.hpp"

#include <algorithm>

namespace firmware::runtime {

using bridge::Value;
using Kind = SettingRecord::Kind;

namespace {

constexpr std::size_t unit = SettingRecord::unit;
constexpr std::size_t unit_payload = unit - 1;
constexpr std::size_t header_bytes = 10;
constexpr std::size_t payload_max = unit_payload * SettingRecord::units_max;
constexpr std::uint8_t starts = 0xC0;
constexpr std::uint8_t goes_on = 0x40;

static_assert(header_bytes + bridge::setting_key_max + 2 + bridge::setting_text_max <= payload_max);
static_assert(bridge::setting_key_max < 32);

/// What lies in the units without their first bytes.
struct Payload {
    std::array<std::uint8_t, payload_max> bytes{};
    std::size_t size = 0;

    void put(std::uint64_t number, std::size_t count) noexcept {
        for (std::size_t i = 0; i < count; ++i) bytes[size++] = static_cast<std::uint8_t>(number >> (8 * i));
    }
    void put(std::string_view text) noexcept {
        for (const char c : text) bytes[size++] = static_cast<std::uint8_t>(c);
    }
};

void put_value(Payload& payload, const Value& value) noexcept {
    switch (value.type) {
    case Value::Type::boolean: payload.put('b', 1), payload.put(value.boolean ? 1 : 0, 1); return;
    case Value::Type::integer: payload.put('i', 1), payload.put(static_cast<std::uint32_t>(value.integer), 4); return;
    case Value::Type::text: payload.put('t', 1), payload.put(value.text); return;
    case Value::Type::none:
    case Value::Type::real: break;
    }
    expect(false);
}

/// False when the bytes are no value.
bool take_value(std::span<const std::uint8_t> bytes, Value& value) noexcept {
    if (bytes.empty()) return false;
    const auto content = bytes.subspan(1);
    switch (bytes[0]) {
    case 'b':
        value.type = Value::Type::boolean;
        value.boolean = !content.empty() && content[0] == 1;
        return content.size() == 1 && content[0] <= 1;
    case 'i':
        value.type = Value::Type::integer;
        if (content.size() != 4) return false;
        value.integer = static_cast<std::int32_t>(number_at(content, 0));
        return true;
    case 't':
        value.type = Value::Type::text;
        for (const std::uint8_t byte : content) value.text.push_back(static_cast<char>(byte));
        return content.size() <= bridge::setting_text_max;
    default: return false;
    }
}

bool has_value(Kind kind) noexcept { return kind == Kind::listed || kind == Kind::changed; }

/// The payload of units whose first bytes are right.
std::optional<Payload> join(std::span<const std::uint8_t> bytes) noexcept {
    Payload payload;
    for (std::size_t i = 0; i < bytes.size() / unit; ++i) {
        if (i > 0 && bytes[i * unit] != goes_on + i) return std::nullopt;
        const auto from = bytes.subspan(i * unit + 1, unit_payload);
        std::copy(from.begin(), from.end(), payload.bytes.begin() + static_cast<std::ptrdiff_t>(payload.size));
        payload.size += unit_payload;
    }
    return payload;
}

} // namespace

std::uint32_t number_at(std::span<const std::uint8_t> bytes, std::size_t at) noexcept {
    std::uint32_t number = 0;
    for (std::size_t i = 0; i < 4; ++i) number |= std::uint32_t{bytes[at + i]} << (8 * i);
    return number;
}

std::uint32_t crc32(std::span<const std::uint8_t> bytes) noexcept {
    std::uint32_t crc = 0xFFFFFFFF;
    for (const std::uint8_t byte : bytes) {
        crc ^= byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
    }
    return ~crc;
}

RecordBytes encode_record(const SettingRecord& record) noexcept {
    expect(record.key.size() <= bridge::setting_key_max);
    Payload payload;
    payload.put(0, 4);
    payload.put(record.sequence, 4);
    payload.put(static_cast<std::uint64_t>(record.kind) << 5 | record.key.size(), 1);
    const std::size_t size_at = payload.size;
    payload.put(0, 1);
    payload.put(record.key);
    const std::size_t value_at = payload.size;
    if (has_value(record.kind)) put_value(payload, *record.value);
    payload.bytes[size_at] = static_cast<std::uint8_t>(payload.size - value_at);
    RecordBytes result;
    result.units = (payload.size + unit_payload - 1) / unit_payload;
    while (payload.size < result.units * unit_payload) payload.put(0xFF, 1);
    const std::uint32_t crc = crc32(std::span(payload.bytes).first(payload.size).subspan(4));
    for (std::size_t i = 0; i < 4; ++i) payload.bytes[i] = static_cast<std::uint8_t>(crc >> (8 * i));
    for (std::size_t i = 0; i < result.units; ++i) {
        result.bytes[i * unit] = static_cast<std::uint8_t>(i == 0 ? starts + result.units : goes_on + i);
        std::copy_n(payload.bytes.begin() + static_cast<std::ptrdiff_t>(i * unit_payload), unit_payload,
                    result.bytes.begin() + static_cast<std::ptrdiff_t>(i * unit + 1));
    }
    return result;
}

std::size_t record_units(std::uint8_t first) noexcept {
    return first > starts && first <= starts + SettingRecord::units_max ? first - std::size_t{starts} : 0;
}

std::optional<ReadRecord> decode_record(std::span<const std::uint8_t> bytes) noexcept {
    if (bytes.empty() || record_units(bytes[0]) == 0 || bytes.size() != record_units(bytes[0]) * unit) return {};
    const auto payload = join(bytes);
    if (!payload) return {};
    const auto content = std::span(payload->bytes).first(payload->size);
    if (number_at(content, 0) != crc32(content.subspan(4))) return {};
    ReadRecord record;
    record.sequence = number_at(content, 4);
    record.kind = static_cast<Kind>(content[8] >> 5);
    if (record.kind < Kind::complete || record.kind > Kind::changed) return {};
    const std::size_t key_size = content[8] & 0x1FU;
    const std::size_t value_size = content[9];
    if (header_bytes + key_size + value_size > content.size()) return {};
    for (const std::uint8_t byte : content.subspan(header_bytes, key_size)) {
        record.key.push_back(static_cast<char>(byte));
    }
    const auto value = content.subspan(header_bytes + key_size, value_size);
    if (key_size > bridge::setting_key_max || (has_value(record.kind) && !take_value(value, record.value))) return {};
    const RecordBytes again = encode_record({record.kind, record.sequence, record.key, &record.value});
    if (!std::equal(bytes.begin(), bytes.end(), again.view().begin(), again.view().end())) return {};
    return record;
}

} // namespace firmware::runtime
