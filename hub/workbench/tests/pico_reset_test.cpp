// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/pico_reset.hpp"

#include "hub/workbench/tests/usb_calls.hpp"
#include "hub/workbench/tests/usb_stage.hpp"

#include <cerrno>

namespace hub::workbench {
namespace {

constexpr const char* port_path = "/dev/ttyACM0";
constexpr const char* node = "/dev/bus/usb/001/005";

class PicoReset : public testing::Test {
protected:
    PicoReset() { usb_calls() = {}; }

    /// A Pico with a program of the Pico SDK, at 1-1; `reset` says how its second part shows itself.
    void plug_in(const std::string& vendor, const std::string& reset) {
        const std::string device = "/devices/pci0000:00/usb1/1-1";
        const std::string part = "\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_interface\n";
        stage_.add_text(
            "P: " + device + "\nN: bus/usb/001/005\nE: SUBSYSTEM=usb\nE: DEVTYPE=usb_device\nE: DEVNAME=" + node +
            "\nA: idVendor=" + vendor + "\\n\nA: idProduct=000a\\n\nA: dev=189:4\\n\n\nP: " + device + "/1-1:1.0" +
            part + "A: bInterfaceNumber=00\\n\nA: bInterfaceClass=02\\n\n\nP: " + device + "/1-1:1.2" + part +
            "A: bInterfaceNumber=02\\n\n" + reset + "\nP: " + device +
            "/1-1:1.0/tty/ttyACM0\nN: ttyACM0\nE: SUBSYSTEM=tty\nE: DEVNAME=" + port_path + "\nA: dev=166:0\n\n");
    }
    static std::string attributes(const char* kind, const char* subkind, const char* protocol) {
        return std::string("A: bInterfaceClass=") + kind + "\\n\nA: bInterfaceSubClass=" + subkind +
               "\\n\nA: bInterfaceProtocol=" + protocol + "\\n\n";
    }
    static std::optional<UsbInterface> found() {
        const auto ports = list_usb_ports();
        return ports.size() == 1 ? find_pico_reset(ports.front()) : std::nullopt;
    }
    base::Result<> reset() {
        plug_in("2e8a", attributes("ff", "00", "01"));
        const auto interface = found();
        if (!interface) return base::fail(base::ErrorCode::not_found, "no reset interface", "");
        return reset_to_boot_drive(*interface);
    }

    UsbStage stage_;
};

TEST_F(PicoReset, is_the_interface_of_the_pico_sdk_beside_the_port) {
    plug_in("2e8a", attributes("ff", "00", "01"));
    EXPECT_EQ(found(), (UsbInterface{node, 2, 0xff, 0x00, 0x01}));
}

TEST_F(PicoReset, is_not_seen_in_the_boot_loaders_own_interface) {
    plug_in("2e8a", attributes("ff", "00", "00"));
    EXPECT_EQ(found(), std::nullopt);
}

TEST_F(PicoReset, is_not_seen_in_the_same_numbers_of_another_vendor) {
    plug_in("1209", attributes("ff", "00", "01"));
    EXPECT_EQ(found(), std::nullopt);
}

TEST_F(PicoReset, is_not_seen_where_a_board_has_one_port_and_no_more) {
    stage_.add({.tty = "ttyACM0", .usb = "2e8a:0005"});
    EXPECT_EQ(found(), std::nullopt);
}

TEST_F(PicoReset, claims_the_interface_and_asks_for_the_boot_drive_once) {
    ASSERT_TRUE(reset());
    EXPECT_EQ(usb_calls().claimed, std::vector<unsigned>{2});
    ASSERT_EQ(usb_calls().requests.size(), 1U);
    const auto& request = usb_calls().requests.front();
    EXPECT_EQ(request.bRequestType, 0x21);
    EXPECT_EQ(request.bRequest, 0x01);
    EXPECT_EQ(request.wValue, 0);
    EXPECT_EQ(request.wIndex, 2);
    EXPECT_EQ(request.wLength, 0);
    EXPECT_GT(request.timeout, 0U);
}

TEST_F(PicoReset, has_worked_when_the_board_goes_without_an_answer) {
    usb_calls().request_answer = ENODEV;
    EXPECT_TRUE(reset());
}

TEST_F(PicoReset, says_when_the_firmware_refuses) {
    usb_calls().request_answer = EPIPE;
    const auto done = reset();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, base::ErrorCode::refused);
}

TEST_F(PicoReset, says_what_gives_the_right_to_the_device_and_asks_nothing_without) {
    usb_calls().claim_answer = EACCES;
    const auto done = reset();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, base::ErrorCode::refused);
    EXPECT_NE(done.error().hint.view().find("ouro doctor --rules"), std::string_view::npos);
    EXPECT_TRUE(usb_calls().requests.empty());
}

TEST_F(PicoReset, says_when_the_device_has_gone_before) {
    const auto done = reset_to_boot_drive({"/dev/bus/usb/001/099", 2, 0xff, 0x00, 0x01});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, base::ErrorCode::io);
}

} // namespace
} // namespace hub::workbench
