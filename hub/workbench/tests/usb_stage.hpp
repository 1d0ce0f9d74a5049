// SPDX-License-Identifier: Apache-2.0
// USB devices that are not there: umockdev's test bed as /sys, /dev and udev of this process and its children.
#pragma once

#include <gtest/gtest.h>
#include <umockdev.h>

#include <filesystem>
#include <string>

namespace hub::workbench {

/// What is plugged in.
struct Plug {
    std::string tty = "ttyUSB0";
    std::string usb = "10c4:ea60";
    std::string serial = {};
    std::string socket = "1-1"; ///< where
    std::string product = "CP2102 USB to UART Bridge Controller";
    std::string interface = {}; ///< the interface's name
    unsigned part = 0;          ///< the interface's number
    bool has_port = true;
    bool has_udev = true; ///< whether udev's daemon has made its links
};

class UsbStage {
public:
    UsbStage() : bed_(umockdev_testbed_new()) {}
    UsbStage(const UsbStage&) = delete;
    UsbStage& operator=(const UsbStage&) = delete;
    ~UsbStage() { g_object_unref(bed_); }

    /// Returns the name of the device in /sys.
    std::string add(const Plug& plug) {
        const std::string device = "/devices/pci0000:00/usb1/" + plug.socket;
        const std::string interface = device + "/" + plug.socket + ":1." + std::to_string(plug.part);
        std::string text = record(device, "usb", "usb_device") + attribute("idVendor", plug.usb.substr(0, 4)) +
                           attribute("idProduct", plug.usb.substr(5)) + attribute("product", plug.product) +
                           attribute("manufacturer", "Example Works");
        if (!plug.serial.empty()) text += attribute("serial", plug.serial);
        text += "\n" + record(interface, "usb", "usb_interface") +
                attribute("bInterfaceNumber", "0" + std::to_string(plug.part));
        if (!plug.interface.empty()) text += attribute("interface", plug.interface);
        const std::string port = interface + "/tty/" + plug.tty;
        if (plug.has_port) {
            text += "\nP: " + port + "\nN: " + plug.tty + "\nE: SUBSYSTEM=tty\nE: DEVNAME=/dev/" + plug.tty +
                    "\nA: dev=188:0\n";
            if (plug.has_udev) {
                text += "E: ID_PATH=pci-0000:00:14.0-usb-0:" + plug.socket + "\nE: DEVLINKS=/dev/serial/by-path/at-" +
                        plug.socket + " /dev/serial/by-id/usb-" + plug.serial + "\n";
            }
        }
        add_text(text + "\n");
        return "/sys" + port;
    }
    /// Devices in the words of `umockdev-record`.
    void add_text(const std::string& text) {
        GError* error = nullptr;
        umockdev_testbed_add_from_string(bed_, text.c_str(), &error);
        EXPECT_EQ(error, nullptr) << error->message;
    }
    /// As `add`, and tells who listens to udev. A name can be given once: the test bed keeps it for good.
    std::string plug_in(const Plug& plug) {
        const std::string port = add(plug);
        announce(port, "add");
        return port;
    }
    void unplug(const std::string& port) {
        announce(port, "remove");
        const auto interface = std::filesystem::path(port).parent_path().parent_path();
        for (const auto& path : {std::filesystem::path(port), interface, interface.parent_path()}) {
            umockdev_testbed_remove_device(bed_, path.c_str());
        }
    }
    void announce(const std::string& port, const char* action) { umockdev_testbed_uevent(bed_, port.c_str(), action); }
    /// Makes another device of the one in `socket`.
    void change_serial(const std::string& socket, const char* serial) {
        umockdev_testbed_set_attribute(bed_, ("/sys/devices/pci0000:00/usb1/" + socket).c_str(), "serial", serial);
    }
    /// The pty that stands for the port; its other end.
    int board_end(const std::string& tty) { return umockdev_testbed_get_dev_fd(bed_, ("/dev/" + tty).c_str()); }

private:
    static std::string record(const std::string& path, const char* subsystem, const char* type) {
        return "P: " + path + "\nE: SUBSYSTEM=" + subsystem + "\nE: DEVTYPE=" + type + "\n";
    }
    static std::string attribute(const char* name, const std::string& value) {
        return std::string("A: ") + name + "=" + value + "\\n\n";
    }

    UMockdevTestbed* bed_;
};

} // namespace hub::workbench
