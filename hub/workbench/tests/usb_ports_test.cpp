// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/usb_ports.hpp"

#include "hub/workbench/tests/support.hpp"
#include "hub/workbench/tests/usb_stage.hpp"

#include <fstream>
#include <iterator>
#include <vector>

namespace hub::workbench {
namespace {

using Calls = std::vector<std::string>;

TEST(UsbPorts, a_port_says_all_that_its_device_says) {
    UsbStage stage;
    stage.add({.serial = "70B3D5", .part = 2});
    const auto ports = list_usb_ports();
    ASSERT_EQ(ports.size(), 1U);
    const UsbPort& port = ports.front();
    EXPECT_EQ(port.path, "/dev/ttyUSB0");
    EXPECT_EQ(usb_id(port), "10c4:ea60");
    EXPECT_EQ(port.serial, "70B3D5");
    EXPECT_EQ(port.manufacturer, "Example Works");
    EXPECT_EQ(port.product_name, "CP2102 USB to UART Bridge Controller");
    EXPECT_EQ(port.interface_number, 2U);
    EXPECT_EQ(port.bus_path, "pci-0000:00:14.0-usb-0:1-1");
    EXPECT_EQ(port.by_id, "/dev/serial/by-id/usb-70B3D5");
    EXPECT_EQ(port.by_path, "/dev/serial/by-path/at-1-1");
    EXPECT_EQ(identity(port), "usb 10c4:ea60 70B3D5 part 2");
    ASSERT_NE(known(port), nullptr);
    EXPECT_STREQ(known(port)->name, "CP2102");
    EXPECT_EQ(wiring(port), Wiring::bridge);
}

TEST(UsbPorts, without_udevs_daemon_the_kernel_names_the_socket) {
    UsbStage stage;
    stage.add({.socket = "1-1.4", .has_udev = false});
    const auto ports = list_usb_ports();
    ASSERT_EQ(ports.size(), 1U);
    EXPECT_EQ(ports.front().bus_path, "1-1.4:1.0");
    EXPECT_EQ(ports.front().by_id, "");
    EXPECT_EQ(identity(ports.front()), "at 1-1.4:1.0");
}

TEST(UsbPorts, what_does_not_hang_on_usb_is_no_usb_port) {
    UsbStage stage;
    stage.add_text("P: /devices/platform/serial8250/tty/ttyS0\nN: ttyS0\nE: SUBSYSTEM=tty\nE: DEVNAME=/dev/ttyS0\n"
                   "A: dev=4:64\n\n");
    EXPECT_TRUE(list_usb_ports().empty());
}

TEST(UsbPorts, long_and_odd_texts_of_a_device_are_bounded) {
    UsbStage stage;
    stage.add({.usb = "zzzz:10000", .product = std::string(1000, 'x')});
    const auto ports = list_usb_ports();
    ASSERT_EQ(ports.size(), 1U);
    EXPECT_EQ(ports.front().product_name, std::string(usb_text_max, 'x'));
    EXPECT_EQ(usb_id(ports.front()), "0000:0000");
}

TEST(UsbPorts, a_serial_number_of_the_factory_tells_nothing_apart) {
    UsbPort port;
    port.vendor = 0x10c4;
    port.product = 0xea60;
    port.bus_path = "1-1:1.0";
    for (const char* serial : {"", "0001", "123456"}) {
        port.serial = serial;
        EXPECT_EQ(identity(port), "at 1-1:1.0") << serial;
    }
    port.serial = "0002";
    EXPECT_EQ(identity(port), "usb 10c4:ea60 0002");
}

TEST(UsbPorts, a_stranger_is_wired_as_its_driver_says) {
    UsbPort port;
    port.vendor = 0x1234;
    port.path = "/dev/ttyACM3";
    EXPECT_EQ(known(port), nullptr);
    EXPECT_EQ(wiring(port), Wiring::native);
    port.path = "/dev/ttyUSB3";
    EXPECT_EQ(wiring(port), Wiring::bridge);
}

TEST(UsbPorts, circuitpythons_second_port_is_told_from_its_first) {
    UsbPort port;
    port.interface_name = "CircuitPython CDC control";
    EXPECT_FALSE(is_second_circuitpython_port(port));
    port.interface_name = "CircuitPython CDC2 control";
    EXPECT_TRUE(is_second_circuitpython_port(port));
}

TEST(UsbPorts, a_known_adapter_without_a_port_is_named) {
    UsbStage stage;
    stage.add({.usb = "1a86:7523", .socket = "1-2", .has_port = false});
    stage.add({.tty = "ttyUSB1", .socket = "1-3"});
    stage.add({.usb = "239a:0001", .socket = "1-4", .has_port = false}); // a boot loader, perhaps
    EXPECT_EQ(list_usb_without_port(), Calls{"CH340 (1a86:7523 at 1-2)"});
}

TEST(KnownUsb, a_product_goes_before_its_vendor_in_general) {
    const auto table = known_usb();
    for (std::size_t i = 0; i < table.size(); ++i) {
        EXPECT_EQ(find_known_usb(table[i].vendor, table[i].product == 0 ? 0xfffe : table[i].product), &table[i])
            << i << " is hidden by another entry";
    }
    EXPECT_EQ(find_known_usb(0x1234, 0), nullptr);
}

TEST(KnownUsb, no_bridge_is_a_board_by_its_number) {
    for (const KnownUsb& entry : known_usb()) EXPECT_FALSE(entry.is_board && entry.wiring != Wiring::native);
}

TEST(KnownUsb, the_rule_file_is_the_one_that_the_table_makes) {
    std::ifstream file("packaging/udev/60-ouroboard.rules");
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), udev_rules()) << "ouro doctor --rules makes it";
}

class UsbPortWatcherTest : public testing::Test, public UsbPortWatcher::Listener {
protected:
    Calls after(std::size_t count) {
        EXPECT_TRUE(run_until(io_, [&] { return calls_.size() >= count; }));
        return calls_;
    }
    void on_usb_port(const UsbPort& port) override {
        calls_.push_back("port " + port.path.filename().string() + " " + port.serial);
    }
    void on_usb_port_gone(const UsbPort& port) override {
        calls_.push_back("gone " + port.path.filename().string() + " " + port.serial);
    }

    UsbStage stage_;
    boost::asio::io_context io_;
    Calls calls_;
    UsbPortWatcher watcher_{io_, *this};
};

TEST_F(UsbPortWatcherTest, a_port_that_is_there_already_is_told) {
    stage_.add({.serial = "A1"});
    ASSERT_TRUE(watcher_.start());
    EXPECT_EQ(after(1), Calls{"port ttyUSB0 A1"});
}

TEST_F(UsbPortWatcherTest, a_port_that_is_plugged_in_and_out_is_told_twice) {
    ASSERT_TRUE(watcher_.start());
    run_ready(io_);
    const std::string port = stage_.plug_in({.serial = "A1"});
    EXPECT_EQ(after(1), Calls{"port ttyUSB0 A1"});
    stage_.announce(port, "change"); // nothing that concerns us
    stage_.unplug(port);
    EXPECT_EQ(after(2), (Calls{"port ttyUSB0 A1", "gone ttyUSB0 A1"}));
}

TEST_F(UsbPortWatcherTest, another_device_under_the_same_name_is_another_port) {
    const std::string port = stage_.add({.serial = "A1", .socket = "1-1"});
    ASSERT_TRUE(watcher_.start());
    after(1);
    stage_.change_serial("1-1", "B2");
    stage_.announce(port, "change");
    EXPECT_EQ(after(3), (Calls{"port ttyUSB0 A1", "gone ttyUSB0 A1", "port ttyUSB0 B2"}));
}

TEST_F(UsbPortWatcherTest, says_nothing_once_it_is_stopped) {
    stage_.add({.serial = "A1"});
    ASSERT_TRUE(watcher_.start());
    watcher_.stop();
    io_.restart();
    io_.run(); // nothing is left that would keep it
    EXPECT_TRUE(calls_.empty());
}

} // namespace
} // namespace hub::workbench
