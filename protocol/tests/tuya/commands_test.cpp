// SPDX-License-Identifier: Apache-2.0
#include "protocol/tuya/commands.hpp"

#include "protocol/tests/tuya/tuya_vectors.hpp"

#include <gtest/gtest.h>

#include <string>

namespace protocol::tuya {
namespace {

using protocol::tests::Bytes;
using protocol::tests::from_hex;
using protocol::tests::to_hex;
using protocol::tests::tuya_vectors;

constexpr LocalTime example{26, 11, 21, 10, 46, 5};

/// The data of the vector of this name.
std::string data_of(const std::string& name) {
    for (const auto& vector : tuya_vectors("frames")) {
        if (vector["name"] == name) return vector["data"];
    }
    return "there is no vector " + name;
}

std::optional<Product> product(const std::string& json) {
    return read_product({reinterpret_cast<const std::uint8_t*>(json.data()), json.size()});
}

TEST(TuyaCommands, row_4_3_products_are_read_in_either_case) {
    unsigned seen = 0;
    for (const auto& vector : tuya_vectors("frames")) {
        if (!vector.contains("product")) continue;
        SCOPED_TRACE(vector["name"].get<std::string>());
        const auto found = read_product(from_hex(vector["data"]));
        ASSERT_TRUE(found);
        EXPECT_EQ(found->id.view(), vector["product"][0].get<std::string>());
        EXPECT_EQ(found->version.view(), vector["product"][1].get<std::string>());
        ++seen;
    }
    EXPECT_EQ(seen, 4U);
}

TEST(TuyaCommands, an_mcu_that_says_nothing_about_itself_has_no_name) {
    for (const std::string json : {"{}", R"({"p":"","v":""})", R"({"p":7})"}) {
        ASSERT_TRUE(product(json)) << json;
        EXPECT_TRUE(product(json)->id.empty()) << json;
    }
    for (const std::string json : {"", "[]", "{", "{\"p\":\"x\"", "\xff"}) EXPECT_FALSE(product(json)) << json;
}

TEST(TuyaCommands, a_product_s_name_is_printable_and_of_bounded_length) {
    EXPECT_EQ(product(R"({"p":"a\u0007\nb"})")->id.view(), "a??b");
    EXPECT_EQ(product("{\"p\":\"" + std::string(32, 'x') + "\"}")->id.view(), std::string(32, 'x'));
    EXPECT_TRUE(product("{\"p\":\"" + std::string(33, 'x') + "\"}")->id.empty());
}

TEST(TuyaCommands, row_4_24_the_answers_are_the_vectors) {
    EXPECT_EQ(to_hex(write_time_answer(example)), data_of("time answer"));
    EXPECT_EQ(to_hex(write_time_answer(std::nullopt)), data_of("time unknown"));
    EXPECT_EQ(to_hex(write_signal_answer(80)), data_of("WiFi test, 80 %"));
    EXPECT_EQ(to_hex(write_signal_answer(72)), data_of("signal 72 %"));
    EXPECT_EQ(to_hex(write_signal_answer(std::nullopt)), data_of("signal unknown"));
    EXPECT_EQ(to_hex(write_signal_answer(101)), "01 64");
    EXPECT_EQ(to_hex(write_upgrade_size(26624)), data_of("MCU upgrade of 26624 bytes"));
    EXPECT_EQ(read_upgrade_block_size(from_hex(data_of("MCU takes 256 bytes"))), 256U);
    EXPECT_EQ(read_upgrade_block_size(from_hex("02")), 1024U);
    EXPECT_EQ(read_upgrade_block_size({}), 256U);
    EXPECT_FALSE(read_upgrade_block_size(from_hex("03")));
}

TEST(TuyaCommands, row_4_24_a_record_s_time_is_read_when_it_is_one) {
    EXPECT_EQ(read_record_time(from_hex(data_of("record with time"))), example);
    EXPECT_FALSE(read_record_time(from_hex(data_of("record without time"))));
    EXPECT_EQ(to_hex(write_record_time(example)), "01 1A 0B 15 0A 2E 05");
    EXPECT_FALSE(read_record_time(from_hex("01 1A 0B 15 0A 2E")));    // too short
    EXPECT_FALSE(read_record_time(from_hex("01 1A 0D 15 0A 2E 05"))); // a 13th month
    EXPECT_FALSE(read_record_time(from_hex("01 1A 02 1D 0A 2E 05"))); // 29 February 2026
    EXPECT_TRUE(read_record_time(from_hex("01 1C 02 1D 0A 2E 05")));  // 29 February 2028
    EXPECT_FALSE(read_record_time(from_hex("01 1A 0B 15 18 00 00"))); // 24 o'clock
}

TEST(TuyaCommands, local_time_goes_to_seconds_and_back) {
    EXPECT_EQ(seconds_of(example), 1'795'257'965);
    EXPECT_EQ(weekday_of(example), 6);
    for (const std::int64_t seconds : {946'684'800LL, 1'795'257'965LL, 4'102'444'799LL}) {
        ASSERT_TRUE(local_time_of(seconds));
        EXPECT_TRUE(is_valid(*local_time_of(seconds)));
        EXPECT_EQ(seconds_of(*local_time_of(seconds)), seconds);
    }
    EXPECT_FALSE(local_time_of(946'684'799));
    EXPECT_FALSE(local_time_of(4'102'444'800));
}

TEST(TuyaCommands, row_4_28_the_same_number_has_another_name_in_the_mains_protocol) {
    EXPECT_EQ(command_name(version_low_power, 0x05), "report");
    EXPECT_EQ(command_name(version_mains, 0x05), "reset WiFi and select mode");
    EXPECT_EQ(command_name(version_mains, 0x00), "heartbeat");
    EXPECT_EQ(command_name(version_low_power, 0x00), "");
    EXPECT_EQ(command_name(version_low_power, 0xEE), "");
    EXPECT_EQ(network_status_name(4), "connected to the cloud");
    EXPECT_EQ(network_status_name(7), "unknown");
}

} // namespace
} // namespace protocol::tuya
