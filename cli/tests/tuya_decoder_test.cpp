// SPDX-License-Identifier: Apache-2.0
#include "cli/tuya_decoder.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

struct Decoded {
    std::vector<TuyaFrame> frames;
    bool mains = false;
    std::uint64_t skipped = 0;

    std::vector<std::string> meanings() const {
        std::vector<std::string> all;
        for (const TuyaFrame& frame : frames) all.push_back(tuya_meaning(frame, mains));
        return all;
    }
};

Decoded decode(std::string_view file) {
    Decoded result;
    const auto capture = read_tuya_capture(file);
    EXPECT_TRUE(capture) << (capture ? "" : capture.error().message);
    if (!capture) return result;
    TuyaDecoder decoder([&](const TuyaFrame& frame) { result.frames.push_back(frame); });
    for (const TuyaBytes& bytes : *capture) decoder.feed(bytes);
    decoder.finish();
    result.mains = is_tuya_mains(result.frames);
    result.skipped = decoder.skipped();
    return result;
}

/// As a logic analyser writes it: at 250 kHz a byte takes 209 samples, and the next one begins 260 after it.
std::string analyser(const std::string& pin, const std::vector<unsigned>& bytes, unsigned& at) {
    std::string lines;
    for (const unsigned byte : bytes) {
        std::array<char, 64> line{};
        std::snprintf(line.data(), line.size(), "%u-%u UART: %s: %02X\n", at, at + 209, pin.c_str(), byte);
        lines += line.data();
        at += 260;
    }
    return lines + "---\n";
}

TEST(TuyaDecoder, row_4_26_a_published_recording_is_read_and_its_wrong_sums_are_marked) {
    // The origin's session: the button, a handshake, three statuses, two reports and one acknowledgement.
    const Decoded decoded = decode("RX 55AA0003000002\nTX 55AA0003000002\nTX 55AA0001000000\nRX 55AA000100027B7D00\n"
                                   "TX 55AA000200010204\nRX 55AA0002000001\nTX 55AA000200010305\nRX 55AA0002000001\n"
                                   "TX 55AA000200010406\nRX 55AA0002000001\nRX 55AA000500056501000100 70\n"
                                   "RX 55AA000500056604000103 70\nTX 55AA000500010005\n");
    EXPECT_FALSE(decoded.mains);
    EXPECT_EQ(decoded.meanings(), (std::vector<std::string>{
                                      "reset WiFi: the button was held",
                                      "reset WiFi: acknowledged",
                                      "product?",
                                      "product: unnamed version unknown  WRONG SUM: 00 instead of FA",
                                      "network status: 2 configured",
                                      "network status: acknowledged",
                                      "network status: 3 connected to the router",
                                      "network status: acknowledged",
                                      "network status: 4 connected to the cloud",
                                      "network status: acknowledged",
                                      "report: 101 bool 0",
                                      "report: 102 enum 3  WRONG SUM: 70 instead of 77",
                                      "report: done",
                                  }));
}

TEST(TuyaDecoder, row_4_26_a_logic_analyser_s_lines_give_a_timeline) {
    unsigned at = 250000;
    std::string file = analyser("TX", {0x55, 0xAA, 0, 0, 0, 0, 0xFF}, at);
    at += 2500;
    file += analyser("RX", {0x55, 0xAA, 3, 0, 0, 1, 0, 3}, at);
    file += analyser("RX", {0x55, 0xAA, 3, 7, 0, 8, 3, 2, 0, 4, 0, 0, 0, 0x19, 0x33}, at);
    const Decoded decoded = decode(file);
    EXPECT_TRUE(decoded.mains);
    EXPECT_EQ(decoded.meanings(),
              (std::vector<std::string>{"heartbeat", "heartbeat: the first since it started", "report: 3 value 25"}));
    ASSERT_EQ(decoded.frames.size(), 3U);
    EXPECT_EQ(decoded.frames[0].side, TuyaSide::module);
    EXPECT_NEAR(decoded.frames[0].at_ms.value_or(0), 1003.0, 5);
    EXPECT_NEAR(*decoded.frames[1].at_ms - *decoded.frames[0].at_ms, 10 + 8 * 1.04, 0.5);
    EXPECT_EQ(tuya_line(decoded.frames[1], true).substr(16), "MCU to module  heartbeat: the first since it started");
}

TEST(TuyaDecoder, row_4_26_the_two_sides_may_speak_at_once) {
    const Decoded decoded = decode("RX 55\nTX 55\nRX AA 00\nTX AA 00 06 00 00\nRX 06 00 00 05\nTX 05\n");
    ASSERT_EQ(decoded.frames.size(), 2U);
    EXPECT_EQ(decoded.frames[0].side, TuyaSide::mcu);
    EXPECT_EQ(decoded.frames[1].side, TuyaSide::module);
}

TEST(TuyaDecoder, row_4_26_every_datapoint_of_a_report_is_shown) {
    const Decoded decoded = decode("0x55, 0xAA, 0x00, 0x05, 0x00, 0x12, 0x65, 0x01, 0x00, 0x01, 0x01, 0x67 # motion\n"
                                   "02 00 04 00 00 00 5A 68 01 00 01 00 AF");
    ASSERT_EQ(decoded.frames.size(), 1U);
    EXPECT_EQ(decoded.meanings()[0], "report: 101 bool 1, 103 value 90, 104 bool 0");
    const auto object = tuya_json(decoded.frames[0], false);
    EXPECT_EQ(object["datapoints"].dump(),
              R"([{"id":101,"type":"bool","value":1},{"id":103,"type":"value","value":90},)"
              R"({"id":104,"type":"bool","value":0}])");
    EXPECT_EQ(object["ok"], true);
    EXPECT_TRUE(object["from"].is_null());
}

TEST(TuyaDecoder, row_4_26_bytes_as_they_are_are_read_too) {
    const std::string record("\x55\xAA\x00\x08\x00\x0C\x01\x1A\x0B\x15\x0A\x2E\x05\x65\x01\x00\x01\x01\xF3", 19);
    const Decoded decoded = decode("\x07garbage" + record + record);
    EXPECT_EQ(decoded.meanings(), std::vector<std::string>(2, "record: 2026-11-21 10:46:05: 101 bool 1"));
    EXPECT_EQ(decoded.skipped, 8U);
}

TEST(TuyaDecoder, row_4_28_the_same_bytes_mean_something_else_in_the_other_protocol) {
    EXPECT_EQ(decode("55 AA 00 03 00 00 02").meanings()[0], "reset WiFi: the button was held");
    EXPECT_EQ(decode("55 AA 03 03 00 00 05").meanings()[0], "network status");
}

TEST(TuyaDecoder, what_an_mcu_says_about_itself_is_safe_to_print) {
    const Decoded decoded = decode("55 AA 00 05 00 08 69 03 00 04 1B 5B 32 4A 6E");
    ASSERT_EQ(decoded.frames.size(), 1U);
    EXPECT_EQ(decoded.meanings()[0], "report: 105 string \"\\x1b[2J\"");
}

TEST(TuyaDecoder, what_is_no_recording_is_named_by_its_line) {
    for (const char* file : {"55 AA\nhello\n", "55 A\n", "55 AAX\n", "1-2 UART: RX: 55\n55 AA\n"}) {
        const auto capture = read_tuya_capture(file);
        ASSERT_FALSE(capture) << file;
        EXPECT_NE(capture.error().message.find("Line "), std::string::npos) << file;
    }
    EXPECT_TRUE(read_tuya_capture("")->empty());
}

} // namespace
} // namespace cli
