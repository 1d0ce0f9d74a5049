// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/port_rule.hpp"

#include <gtest/gtest.h>

namespace hub::workbench {
namespace {

using Words = std::vector<std::string>;

UsbPort pico() {
    UsbPort port;
    port.path = "/dev/ttyACM0";
    port.vendor = 0x2e8a;
    port.product = 0x0005;
    port.serial = "E6614C";
    return port;
}

UsbPort adapter() {
    UsbPort port;
    port.path = "/dev/ttyUSB0";
    port.vendor = 0x10c4;
    port.product = 0xea60;
    port.by_id = "/dev/serial/by-id/usb-adapter";
    return port;
}

bool opens(const Words& words, const UsbPort& port) {
    const auto rule = PortRule::parse(words);
    EXPECT_TRUE(rule);
    return rule && rule->opens(port);
}

TEST(PortRule, by_itself_opens_what_is_a_board_by_its_numbers_alone) {
    EXPECT_TRUE(opens({}, pico()));
    EXPECT_FALSE(opens({}, adapter())) << "it may be a Zigbee stick, or a printer at work";
    UsbPort modem;
    modem.vendor = 0x12d1;
    modem.path = "/dev/ttyUSB7";
    EXPECT_FALSE(opens({}, modem));
}

TEST(PortRule, opens_what_is_named_in_any_way) {
    for (const char* word : {"10c4:ea60", "10C4:EA60", "/dev/ttyUSB0", "/dev/serial/by-id/usb-adapter"}) {
        EXPECT_TRUE(opens({word}, adapter())) << word;
    }
    EXPECT_TRUE(opens({"none", "E6614C"}, pico()));
    EXPECT_FALSE(opens({"10c4:ea61", "/dev/ttyUSB1"}, adapter()));
}

TEST(PortRule, never_opens_what_is_barred_whatever_else_is_said) {
    EXPECT_FALSE(opens({"!E6614C"}, pico()));
    EXPECT_FALSE(opens({"2e8a:0005", "!/dev/ttyACM0"}, pico()));
    EXPECT_FALSE(opens({"none"}, pico()));
}

TEST(PortRule, circuitpythons_second_port_carries_no_prompt) {
    UsbPort second = pico();
    second.vendor = 0x239a;
    EXPECT_TRUE(opens({}, second));
    second.interface_name = "CircuitPython CDC2 control";
    EXPECT_FALSE(opens({}, second));
    EXPECT_TRUE(opens({"/dev/ttyACM0"}, second));
}

TEST(PortRule, what_names_no_port_is_refused_by_name) {
    for (const char* word : {"", "!", "!!a", "a b"}) {
        const auto rule = PortRule::parse({word});
        ASSERT_FALSE(rule) << word;
        EXPECT_EQ(rule.error().code, base::ErrorCode::invalid_argument);
    }
    EXPECT_FALSE(PortRule::parse(Words(port_words_max + 1, "a")));
    EXPECT_TRUE(PortRule::parse(Words(port_words_max, "a")));
}

} // namespace
} // namespace hub::workbench
