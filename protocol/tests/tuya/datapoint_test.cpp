// SPDX-License-Identifier: Apache-2.0
#include "protocol/tuya/datapoint.hpp"

#include "protocol/tests/tuya/tuya_vectors.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace protocol::tuya {
namespace {

using nlohmann::json;
using protocol::tests::Bytes;
using protocol::tests::from_hex;
using protocol::tests::to_hex;
using protocol::tests::tuya_vectors;

json shown(const Datapoint& datapoint) {
    json value;
    if (const auto number = datapoint.number())
        value = *number;
    else if (datapoint.type == DatapointType::string)
        value = datapoint.text();
    else
        value = to_hex(datapoint.bytes);
    return {datapoint.id, datapoint_type_name(datapoint.type), value};
}

json all_of(DatapointReader& reader) {
    json list = json::array();
    while (const auto datapoint = reader.next()) list.push_back(shown(*datapoint));
    return list;
}

void write(DatapointWriter& writer, const json& datapoint) {
    const std::uint8_t id = datapoint[0];
    const std::string type = datapoint[1];
    if (type == "raw")
        writer.raw(id, from_hex(datapoint[2]));
    else if (type == "bool")
        writer.boolean(id, datapoint[2] != 0);
    else if (type == "value")
        writer.value(id, datapoint[2]);
    else if (type == "string")
        writer.string(id, datapoint[2].get<std::string>());
    else if (type == "enum")
        writer.enumeration(id, datapoint[2]);
    else
        writer.bitmap(id, datapoint[2]);
}

TEST(TuyaDatapoint, row_4_16_every_vector_is_read_and_written) {
    unsigned seen = 0;
    for (const auto& vector : tuya_vectors("frames")) {
        if (!vector.contains("datapoints")) continue;
        SCOPED_TRACE(vector["name"].get<std::string>());
        const Bytes data = from_hex(vector["data"]);
        const auto units = std::span(data).subspan(vector["command"] == 8 ? 7 : 0);
        DatapointReader reader(units);
        EXPECT_EQ(all_of(reader), vector["datapoints"]);
        EXPECT_FALSE(reader.truncated());
        EXPECT_EQ(reader.skipped(), 0U);
        std::array<std::uint8_t, 64> buffer{};
        DatapointWriter writer(buffer);
        for (const auto& datapoint : vector["datapoints"]) write(writer, datapoint);
        EXPECT_EQ(to_hex(writer.bytes()), to_hex(units));
        ++seen;
    }
    EXPECT_GE(seen, 18U);
}

TEST(TuyaDatapoint, what_is_wrong_is_left_out_and_what_is_right_is_kept) {
    for (const auto& vector : tuya_vectors("datapoints")) {
        SCOPED_TRACE(vector["name"].get<std::string>());
        const Bytes data = from_hex(vector["data"]);
        DatapointReader reader(data);
        EXPECT_EQ(all_of(reader), vector["datapoints"]);
        EXPECT_EQ(reader.skipped(), vector["skipped"].get<unsigned>());
        EXPECT_EQ(reader.truncated(), vector["truncated"].get<bool>());
    }
}

TEST(TuyaDatapoint, a_bool_that_is_neither_0_nor_1_is_true) {
    const Bytes data = from_hex("65 01 00 01 FF");
    EXPECT_EQ(DatapointReader(data).next()->number(), 1);
}

TEST(TuyaDatapoint, the_ends_of_a_value_are_read_and_written) {
    for (const std::int32_t value : {INT32_MIN, -1, 0, 1, INT32_MAX}) {
        std::array<std::uint8_t, 8> buffer{};
        DatapointWriter writer(buffer);
        writer.value(1, value);
        EXPECT_EQ(DatapointReader(writer.bytes()).next()->number(), value);
    }
}

TEST(TuyaDatapoint, a_bitmap_takes_the_fewest_bytes) {
    for (const auto& [flags, size] : {std::pair{0xFFU, 5U}, {0x100U, 6U}, {0xFFFFU, 6U}, {0x10000U, 8U}}) {
        std::array<std::uint8_t, 8> buffer{};
        DatapointWriter writer(buffer);
        writer.bitmap(1, flags);
        EXPECT_EQ(writer.bytes().size(), size);
        EXPECT_EQ(DatapointReader(writer.bytes()).next()->number(), flags);
    }
}

TEST(TuyaDatapoint, half_a_datapoint_is_never_written) {
    std::array<std::uint8_t, 9> buffer{};
    DatapointWriter writer(buffer);
    EXPECT_TRUE(writer.boolean(1, true).ok());
    EXPECT_FALSE(writer.boolean(2, true).ok());
    EXPECT_TRUE(writer.bytes().empty());
    EXPECT_FALSE(writer.raw(3, {}).ok()); // would fit, but the list is broken
}

} // namespace
} // namespace protocol::tuya
