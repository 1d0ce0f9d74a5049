// SPDX-License-Identifier: Apache-2.0
#include "cli/port_list.hpp"

#include <gtest/gtest.h>

namespace cli {
namespace {

using hub::workbench::UsbPort;

UsbPort usb(const char* path, std::uint16_t vendor, std::uint16_t product, const char* serial) {
    UsbPort port;
    port.path = path;
    port.vendor = vendor;
    port.product = product;
    port.serial = serial;
    port.bus_path = std::string("socket of ") + path;
    return port;
}

const Json no_boards = Json::array();
const ListedPort adapter = listed(usb("/dev/ttyUSB0", 0x10c4, 0xea60, "A1"), no_boards);
const ListedPort pico = listed(usb("/dev/ttyACM0", 0x2e8a, 0x0005, "E6614C"), no_boards);
const ListedPort modem = listed(usb("/dev/ttyUSB1", 0x12d1, 0x1001, ""), no_boards);

std::string chosen(const std::vector<ListedPort>& ports, const PortWishes& wishes) {
    const auto port = choose_port(ports, wishes);
    if (!port) return "exit " + std::to_string(port.error().exit);
    return *port ? (*port)->path : "ask";
}

TEST(ChoosePort, row_1_14_the_only_candidate_is_chosen_and_several_are_asked_about) {
    EXPECT_EQ(chosen({adapter}, {}), "/dev/ttyUSB0");
    EXPECT_EQ(chosen({adapter, pico}, {}), "ask");
    EXPECT_EQ(chosen({}, {}), "exit 4");
}

TEST(ChoosePort, a_known_number_goes_before_a_stranger) {
    EXPECT_EQ(chosen({adapter, modem}, {}), "/dev/ttyUSB0");
    EXPECT_EQ(chosen({modem}, {}), "/dev/ttyUSB1");
}

TEST(ChoosePort, the_option_goes_before_the_environment_and_that_before_the_last_one) {
    const std::vector<ListedPort> ports{adapter, pico, modem};
    EXPECT_EQ(chosen(ports, {"u1", "/dev/ttyUSB0", pico.identity}), "/dev/ttyUSB1");
    EXPECT_EQ(chosen(ports, {"", "/dev/ttyUSB0", pico.identity}), "/dev/ttyUSB0");
    EXPECT_EQ(chosen(ports, {"auto", "", pico.identity}), "/dev/ttyACM0");
    EXPECT_EQ(chosen(ports, {"", "", "usb 1234:5678 gone"}), "ask");
}

TEST(ChoosePort, a_port_may_be_named_in_many_ways) {
    const std::vector<ListedPort> ports{adapter, pico};
    for (const char* wish : {"/dev/ttyACM0", "port:/dev/ttyACM0", "a0", "E6614C", "id:E6614C", "2e8a:0005"}) {
        EXPECT_EQ(chosen(ports, {wish, "", ""}), "/dev/ttyACM0") << wish;
    }
    EXPECT_EQ(chosen(ports, {"a7", "", ""}), "exit 4");
    EXPECT_EQ(chosen(ports, {"/dev/null", "", ""}), "/dev/null") << "a path is taken at its word";
    EXPECT_EQ(chosen({pico, listed(usb("/dev/ttyACM1", 0x2e8a, 5, "F00"), no_boards)}, {"2e8a:0005", "", ""}),
              "exit 2");
}

TEST(ChoosePort, circuitpythons_second_port_is_no_candidate) {
    UsbPort second = usb("/dev/ttyACM1", 0x239a, 0x8014, "C1");
    second.interface_name = "CircuitPython CDC2 control";
    EXPECT_EQ(chosen({pico, listed(second, no_boards)}, {}), "/dev/ttyACM0");
    EXPECT_EQ(chosen({listed(second, no_boards)}, {}), "exit 4");
}

TEST(ListedPort, says_which_board_the_hub_hears_on_it) {
    Json board{{"uid", "b0a7d001"},
               {"name", "Door"},
               {"online", true},
               {"evidence", {{"path", "serial /dev/ttyACM0"}, {"what", "up"}}}};
    const UsbPort port = usb("/dev/ttyACM0", 0x2e8a, 5, "E6614C");
    EXPECT_EQ(listed(port, Json::array({board})).board, "Door");
    board["online"] = false; // it was there; who is there now has not said a word
    EXPECT_EQ(listed(port, Json::array({board})).board, "");
    board["evidence"] = nullptr;
    EXPECT_EQ(listed(port, Json::array({board})).uid, "");
}

TEST(ListedPort, is_described_in_words_that_help) {
    EXPECT_EQ(adapter.what, "CP2102: ESP32 or ESP8266 board");
    EXPECT_EQ(modem.what, "USB device (12d1:1001)");
    EXPECT_EQ(json_of(adapter)["usb"]["id"], "10c4:ea60");
    EXPECT_TRUE(json_of(adapter)["board"].is_null());
}

} // namespace
} // namespace cli
