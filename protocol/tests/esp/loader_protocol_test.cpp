// SPDX-License-Identifier: Apache-2.0
#include "protocol/esp/request.hpp"
#include "protocol/esp/response.hpp"
#include "protocol/esp/slip.hpp"
#include "protocol/tests/hex.hpp"
#include "protocol/tests/vectors.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace {

using namespace protocol::esp;
using protocol::tests::Bytes;
using protocol::tests::from_hex;

using Words = std::vector<std::uint32_t>;
using Maker = std::function<Request(const Words&, std::uint32_t data_size)>;

Transfer transfer_of(const Words& words) { return {words[0], words[1], words[2], words[3]}; }

const std::map<std::string, Maker>& makers() {
    static const std::map<std::string, Maker> table{
        {"sync", [](const Words&, std::uint32_t) { return sync_request(); }},
        {"read_register", [](const Words& w, std::uint32_t) { return read_register_request(w[0]); }},
        {"write_register", [](const Words& w, std::uint32_t) { return write_register_request(w[0], w[1]); }},
        {"security_info", [](const Words&, std::uint32_t) { return security_info_request(); }},
        {"spi_attach", [](const Words& w, std::uint32_t) { return spi_attach_request(w[0], w[1] != 0); }},
        {"spi_set_params", [](const Words& w, std::uint32_t) { return spi_set_params_request(w[0]); }},
        {"change_baud", [](const Words& w, std::uint32_t) { return change_baud_request(w[0], w[1]); }},
        {"flash_begin", [](const Words& w, std::uint32_t) { return flash_begin_request(transfer_of(w), w[4] != 0); }},
        {"deflate_begin",
         [](const Words& w, std::uint32_t) { return deflate_begin_request(transfer_of(w), w[4] != 0); }},
        {"mem_begin", [](const Words& w, std::uint32_t) { return mem_begin_request(transfer_of(w)); }},
        {"mem_end", [](const Words& w, std::uint32_t) { return mem_end_request(w[0]); }},
        {"flash_data", [](const Words& w, std::uint32_t size) { return data_request(Op::flash_data, size, w[0]); }},
        {"flash_end", [](const Words& w, std::uint32_t) { return end_request(Op::flash_end, w[0] != 0); }},
        {"deflate_end", [](const Words& w, std::uint32_t) { return end_request(Op::deflate_end, w[0] != 0); }},
        {"flash_md5", [](const Words& w, std::uint32_t) { return flash_md5_request(w[0], w[1]); }},
        {"read_flash_slow", [](const Words& w, std::uint32_t) { return read_flash_slow_request(w[0], w[1]); }},
        {"erase_flash", [](const Words&, std::uint32_t) { return erase_flash_request(); }},
        {"erase_region", [](const Words& w, std::uint32_t) { return erase_region_request(w[0], w[1]); }},
        {"read_flash", [](const Words& w, std::uint32_t) { return read_flash_request(w[0], w[1], w[2], w[3]); }},
    };
    return table;
}

std::vector<Bytes> frames_in(const Bytes& wire) {
    SlipReader reader;
    std::vector<Bytes> frames;
    for (const std::uint8_t byte : wire) {
        if (const auto frame = reader.feed(byte)) frames.emplace_back(frame->begin(), frame->end());
    }
    return frames;
}

Bytes wire_of(const Bytes& content) {
    Bytes wire(2 * content.size() + 2);
    SlipWriter writer(wire);
    writer.append(content);
    wire.resize(writer.finish());
    return wire;
}

TEST(Request, is_encoded_as_the_golden_bytes_say) {
    const auto vectors = protocol::tests::read_vectors("esp_loader.json");
    ASSERT_EQ(vectors["requests"].size(), 29U);
    for (const auto& vector : vectors["requests"]) {
        const Bytes data = from_hex(vector.value("data", ""));
        const Request request = makers().at(vector["request"].get<std::string>())(
            vector["arguments"].get<Words>(), static_cast<std::uint32_t>(data.size()));
        Bytes wire(wire_size_max);
        wire.resize(encode(request, data, wire));
        EXPECT_EQ(wire, from_hex(vector["bytes"])) << vector["name"];
    }
}

TEST(Request, that_does_not_fit_is_not_written) {
    Bytes wire(46);
    EXPECT_EQ(encode(sync_request(), {}, wire), 46U);
    wire.resize(45);
    EXPECT_EQ(encode(sync_request(), {}, wire), 0U);
}

TEST(Response, is_read_as_the_golden_bytes_say) {
    const auto vectors = protocol::tests::read_vectors("esp_loader.json");
    ASSERT_EQ(vectors["responses"].size(), 12U);
    for (const auto& vector : vectors["responses"]) {
        const auto frames = frames_in(from_hex(vector["bytes"]));
        ASSERT_EQ(frames.size(), 1U) << vector["name"];
        const auto response = parse_response(frames[0]);
        ASSERT_TRUE(response) << vector["name"];
        const Bytes payload = from_hex(vector["payload"]);
        EXPECT_EQ(static_cast<int>(response->op), vector["op"].get<int>());
        EXPECT_EQ(response->value, vector["value"].get<std::uint32_t>());
        EXPECT_EQ(Bytes(response->body.begin(), response->body.begin() + static_cast<std::ptrdiff_t>(payload.size())),
                  payload);
        const auto status = status_of(*response, payload.size(), vector["status_size"].get<std::size_t>());
        ASSERT_TRUE(status) << vector["name"];
        EXPECT_EQ(status->ok, vector["ok"].get<bool>());
        EXPECT_EQ(status->reason, vector["reason"].get<int>());
    }
}

TEST(Response, of_another_length_than_it_says_is_none) {
    const Bytes good = from_hex("010a020001c1f0ff0000");
    EXPECT_TRUE(parse_response(good));
    EXPECT_FALSE(parse_response(std::span(good).first(9)));
    EXPECT_FALSE(parse_response(from_hex("010a020001c1f0ff000000")));
    EXPECT_FALSE(parse_response(from_hex("000a020001c1f0ff0000")));
    EXPECT_FALSE(parse_response(from_hex("010a0200")));
    EXPECT_FALSE(parse_response({}));
}

TEST(Response, with_a_failure_needs_no_payload_and_a_success_does) {
    const Bytes failed = from_hex("0113020000000000c10b");
    const Bytes short_frame = from_hex("01130200000000000107");
    const Bytes ok = from_hex("01130200000000000000");
    EXPECT_FALSE(status_of(*parse_response(failed), 16, 2)) << "a status is 0 or 1";
    const auto status = status_of(*parse_response(short_frame), 16, 2);
    ASSERT_TRUE(status);
    EXPECT_FALSE(status->ok);
    EXPECT_STREQ(reason_text(status->reason), "the checksum is wrong");
    EXPECT_FALSE(status_of(*parse_response(ok), 16, 2)) << "an MD5 was asked for";
}

TEST(Slip, frames_are_the_golden_bytes_both_ways) {
    const auto vectors = protocol::tests::read_vectors("esp_loader.json");
    for (const auto& vector : vectors["frames"]) {
        const Bytes content = from_hex(vector["frame"]);
        const Bytes wire = from_hex(vector["bytes"]);
        EXPECT_EQ(wire_of(content), wire) << vector["name"];
        EXPECT_EQ(frames_in(wire), std::vector<Bytes>{content}) << vector["name"];
    }
}

TEST(Slip, finds_frames_behind_a_boot_log_and_between_shared_ends) {
    EXPECT_EQ(frames_in(from_hex("0d0a65747320c00102c0")), std::vector<Bytes>{from_hex("0102")});
    EXPECT_EQ(frames_in(from_hex("c001c002c0c003c0")), (std::vector<Bytes>{{1}, {2}, {3}}));
    EXPECT_TRUE(frames_in(from_hex("0102030405")).empty());
}

TEST(Slip, drops_a_broken_escape_and_reads_the_next_frame) {
    EXPECT_EQ(frames_in(from_hex("c001db41c00203c0")), std::vector<Bytes>{from_hex("0203")});
    EXPECT_EQ(frames_in(from_hex("c001dbc00203c0")), std::vector<Bytes>{from_hex("0203")});
}

TEST(Slip, takes_the_longest_frame_and_drops_a_longer_one) {
    Bytes longest(frame_size_max, 0x41);
    EXPECT_EQ(frames_in(wire_of(longest)).size(), 1U);
    longest.push_back(0x41);
    EXPECT_TRUE(frames_in(wire_of(longest)).empty());
    SlipReader reader;
    for (const std::uint8_t byte : wire_of(longest)) (void)reader.feed(byte);
    EXPECT_EQ(reader.noise(), frame_size_max + 1);
}

TEST(SecurityInfo, says_what_protects_the_chip) {
    Bytes bytes(20, 0);
    bytes[0] = 0x05;
    bytes[4] = 0x07;
    bytes[12] = 9;
    const auto info = parse_security_info(bytes);
    ASSERT_TRUE(info);
    EXPECT_TRUE(info->secure_boot() && info->secure_download() && info->flash_encryption());
    EXPECT_EQ(info->chip_id, 9U);
    bytes[4] = 0x03;
    EXPECT_FALSE(parse_security_info(bytes)->flash_encryption());
    EXPECT_FALSE(parse_security_info(std::span(bytes).first(12))->chip_id);
    EXPECT_FALSE(parse_security_info(std::span(bytes).first(13)));
}

} // namespace
