// SPDX-License-Identifier: Apache-2.0
// The bytes of a record, and that no others pass for one.
#include "firmware/runtime/settings_record.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace firmware::runtime {
namespace {

using bridge::Value;
using Kind = SettingRecord::Kind;

Value text(std::string_view content) {
    Value value;
    value.type = Value::Type::text;
    value.text = content;
    return value;
}

Value integer(std::int32_t number) {
    Value value;
    value.type = Value::Type::integer;
    value.integer = number;
    return value;
}

TEST(SettingRecordTest, the_crc_is_that_of_zlib) {
    const std::string digits = "123456789";
    const std::vector<std::uint8_t> bytes(digits.begin(), digits.end());
    EXPECT_EQ(crc32(bytes), 0xCBF43926);
    EXPECT_EQ(crc32({}), 0u);
}

TEST(SettingRecordTest, a_record_has_these_bytes) {
    const Value value = integer(-2);
    const RecordBytes record = encode_record({Kind::changed, 0x01020304, "level", &value});
    const std::uint8_t expected[] = {
        0xC2, 0xD6, 0x70, 0xFB, 0x67, 0x04, 0x03, 0x02, 0x01, 0x85, 0x05, 'l',  'e',  'v',  'e',  'l',
        0x41, 'i',  0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    };
    const auto bytes = record.view();
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), std::begin(expected), std::end(expected)));
}

TEST(SettingRecordTest, what_is_written_is_read) {
    Value yes;
    yes.type = Value::Type::boolean;
    yes.boolean = true;
    for (const Value& value : {yes, integer(INT32_MIN), integer(INT32_MAX), text(""), text(std::string(64, 'x'))}) {
        for (const std::string& key : {std::string("k"), std::string(24, 'y')}) {
            const RecordBytes bytes = encode_record({Kind::listed, 7, key, &value});
            const auto record = decode_record(bytes.view());
            ASSERT_TRUE(record.has_value());
            EXPECT_EQ(record->kind, Kind::listed);
            EXPECT_EQ(record->sequence, 7u);
            EXPECT_EQ(record->key, key);
            EXPECT_EQ(record->value.type, value.type);
            EXPECT_EQ(record->value.boolean, value.boolean);
            EXPECT_EQ(record->value.integer, value.integer);
            EXPECT_EQ(record->value.text, value.text);
        }
    }
    EXPECT_EQ(decode_record(encode_record({Kind::removed, 1, "gone", nullptr}).view())->key.view(), "gone");
    EXPECT_EQ(decode_record(encode_record({Kind::complete, 1, {}, nullptr}).view())->kind, Kind::complete);
}

TEST(SettingRecordTest, a_record_takes_one_to_seven_units) {
    EXPECT_EQ(encode_record({Kind::complete, 1, {}, nullptr}).units, 1u);
    EXPECT_EQ(encode_record({Kind::removed, 1, "12345", nullptr}).units, 1u);
    EXPECT_EQ(encode_record({Kind::removed, 1, "123456", nullptr}).units, 2u);
    const Value longest = text(std::string(64, 'x'));
    EXPECT_EQ(encode_record({Kind::changed, 1, std::string(24, 'k'), &longest}).units, 7u);
    EXPECT_EQ(record_units(0xC0), 0u);
    EXPECT_EQ(record_units(0xC1), 1u);
    EXPECT_EQ(record_units(0xC7), 7u);
    EXPECT_EQ(record_units(0xC8), 0u);
    EXPECT_EQ(record_units(0xFF), 0u);
}

TEST(SettingRecordTest, no_flipped_bit_passes) {
    const Value value = text("Ada Lovelace");
    RecordBytes record = encode_record({Kind::changed, 99, "nickname", &value});
    for (std::size_t bit = 0; bit < record.view().size() * 8; ++bit) {
        auto& byte = record.bytes[bit / 8];
        byte = static_cast<std::uint8_t>(byte ^ 1U << bit % 8);
        EXPECT_FALSE(decode_record(record.view()).has_value()) << bit;
        byte = static_cast<std::uint8_t>(byte ^ 1U << bit % 8);
    }
    EXPECT_TRUE(decode_record(record.view()).has_value());
}

TEST(SettingRecordTest, a_cut_or_a_tail_does_not_pass) {
    const Value value = text("a text of several units, so that it can be cut between them");
    const RecordBytes record = encode_record({Kind::changed, 99, "k", &value});
    for (std::size_t size = 0; size < record.view().size(); ++size) {
        EXPECT_FALSE(decode_record(record.view().first(size)).has_value());
    }
    std::vector<std::uint8_t> longer(record.view().begin(), record.view().end());
    longer.resize(longer.size() + SettingRecord::unit, 0xFF);
    EXPECT_FALSE(decode_record(longer).has_value());
}

TEST(SettingRecordTest, a_text_can_not_pass_for_a_record) {
    // 64 bytes of text reach over whole units whatever lies in front of them.
    const RecordBytes inner = encode_record({Kind::removed, 1000, "a", nullptr});
    const std::string bait(inner.view().begin(), inner.view().end());
    for (std::size_t shift = 0; shift < SettingRecord::unit; ++shift) {
        const Value value = text(std::string(shift, '-') + bait + bait);
        const RecordBytes outer = encode_record({Kind::changed, 1, "k", &value});
        for (std::size_t at = SettingRecord::unit; at < outer.view().size(); at += SettingRecord::unit) {
            EXPECT_EQ(record_units(outer.view()[at]), 0u);
        }
    }
}

TEST(SettingRecordTest, only_what_would_be_written_is_read) {
    std::mt19937 random(1);
    const Value value = integer(5);
    const RecordBytes good = encode_record({Kind::changed, 3, "k", &value});
    int accepted = 0;
    for (int i = 0; i < 20'000; ++i) {
        RecordBytes bytes = good;
        bytes.bytes[9 + random() % 7] = static_cast<std::uint8_t>(random());
        std::vector<std::uint8_t> payload(bytes.bytes.begin() + 5, bytes.bytes.begin() + 16);
        for (std::size_t unit = 1; unit < bytes.units; ++unit) {
            payload.insert(payload.end(), bytes.bytes.begin() + static_cast<std::ptrdiff_t>(unit * 16 + 1),
                           bytes.bytes.begin() + static_cast<std::ptrdiff_t>(unit * 16 + 16));
        }
        const std::uint32_t crc = crc32(payload);
        for (std::size_t byte = 0; byte < 4; ++byte) {
            bytes.bytes[1 + byte] = static_cast<std::uint8_t>(crc >> (8 * byte));
        }
        const auto record = decode_record(bytes.view());
        if (!record) continue;
        ++accepted;
        const RecordBytes again = encode_record({record->kind, record->sequence, record->key, &record->value});
        EXPECT_TRUE(std::equal(bytes.view().begin(), bytes.view().end(), again.view().begin(), again.view().end()));
    }
    EXPECT_GT(accepted, 100);
}

} // namespace
} // namespace firmware::runtime
