// SPDX-License-Identifier: Apache-2.0
// The table of USB numbers.
#include "hub/workbench/known_usb.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace hub::workbench {
namespace {

// Sources: the names that Linux's cp210x, ch341, cdc-acm and ftdi_sio drivers give to bridges; Espressif's list of USB
// product ids; MicroPython's mpconfigport.h (rp2: 2e8a:0005) and pybcdc.inf (f055:9800 to 9802); CircuitPython's and
// Arduino's boards by their vendor.
// A bridge says nothing about what is soldered to it: the same numbers sit in Zigbee sticks, 3D printers and meters,
// and opening one of those can disturb or reset it. So no bridge is a board by its number, nor is an Arduino, which is
// what many a printer is.
constexpr std::array table{
    KnownUsb{0x0403, 0x6001, "FT232R", "a board with an FTDI adapter", Wiring::bridge, false},
    KnownUsb{0x0403, 0x6010, "FT2232", "a board with an FTDI adapter", Wiring::bridge, false},
    KnownUsb{0x0403, 0x6011, "FT4232", "a board with an FTDI adapter", Wiring::bridge, false},
    KnownUsb{0x0403, 0x6014, "FT232H", "a board with an FTDI adapter", Wiring::bridge, false},
    KnownUsb{0x0403, 0x6015, "FT231X", "a board with an FTDI adapter", Wiring::bridge, false},
    KnownUsb{0x0403, 0, "FTDI", "a device with an FTDI adapter", Wiring::bridge, false},
    KnownUsb{0x10c4, 0xea60, "CP2102", "ESP32 or ESP8266 board", Wiring::bridge, false},
    KnownUsb{0x10c4, 0xea64, "CP2102C", "ESP32 board", Wiring::bridge, false},
    KnownUsb{0x10c4, 0xea70, "CP2105", "ESP32 board", Wiring::bridge, false},
    KnownUsb{0x10c4, 0xea71, "CP2108", "ESP32 board", Wiring::bridge, false},
    KnownUsb{0x10c4, 0, "CP210x", "a device with a Silicon Labs adapter", Wiring::bridge, false},
    KnownUsb{0x1a86, 0x5523, "CH341", "ESP8266 or ESP32 board", Wiring::bridge, false},
    KnownUsb{0x1a86, 0x55d3, "CH343", "ESP32 board", Wiring::bridge, false},
    KnownUsb{0x1a86, 0x55d4, "CH9102", "ESP32 board", Wiring::bridge, false},
    KnownUsb{0x1a86, 0x7522, "CH340", "ESP8266 or ESP32 board", Wiring::bridge, false},
    KnownUsb{0x1a86, 0x7523, "CH340", "ESP8266 or ESP32 board", Wiring::bridge, false},
    KnownUsb{0x1a86, 0, "WCH", "a device with a WCH adapter", Wiring::bridge, false},
    KnownUsb{0x2341, 0, "Arduino", "Arduino board", Wiring::native, false},
    KnownUsb{0x239a, 0, "Adafruit", "CircuitPython board", Wiring::native, true},
    KnownUsb{0x2e8a, 0x0005, "RP2 MicroPython", "RP2040 or RP2350 with MicroPython", Wiring::native, true},
    KnownUsb{0x2e8a, 0x000c, "Debug Probe", "Raspberry Pi Debug Probe", Wiring::native, false},
    KnownUsb{0x2e8a, 0, "Raspberry Pi", "RP2040 or RP2350 board", Wiring::native, false},
    KnownUsb{0x303a, 0x1001, "USB JTAG/serial", "ESP32-S3, C3, C6 or H2", Wiring::native, true},
    KnownUsb{0x303a, 0, "Espressif", "ESP32-S2 or S3", Wiring::native, false},
    KnownUsb{0xf055, 0x9800, "pyboard", "MicroPython board", Wiring::native, true},
    KnownUsb{0xf055, 0x9801, "pyboard", "MicroPython board", Wiring::native, true},
    KnownUsb{0xf055, 0x9802, "pyboard", "MicroPython board", Wiring::native, true},
    KnownUsb{0xf055, 0, "MicroPython", "MicroPython board", Wiring::native, false},
};

constexpr const char* rules_head = R"(# SPDX-License-Identifier: Apache-2.0
# Boards and the adapters on them: whoever sits at this machine may open them, and ModemManager leaves them alone.
# Made by `ouro doctor --rules`. Install it as /etc/udev/rules.d/60-ouroboard.rules, then:
#   sudo udevadm control --reload && sudo udevadm trigger --subsystem-match=tty --subsystem-match=usb
ACTION=="remove", GOTO="ouroboard_end"
# A Pico is asked for its boot drive as a whole device, beside its port.
SUBSYSTEM=="usb", ENV{DEVTYPE}=="usb_device", ATTR{idVendor}=="2e8a", TAG+="uaccess"
SUBSYSTEM!="tty", GOTO="ouroboard_end"
)";

} // namespace

std::span<const KnownUsb> known_usb() noexcept { return table; }

const KnownUsb* find_known_usb(std::uint16_t vendor, std::uint16_t product) noexcept {
    const auto found = std::find_if(table.begin(), table.end(), [&](const KnownUsb& entry) {
        return entry.vendor == vendor && (entry.product == product || entry.product == 0);
    });
    return found == table.end() ? nullptr : &*found;
}

// A vendor of bridges makes much that is no board's: product by product. A vendor of boards stands for all of them.
std::string udev_rules() {
    std::string text = rules_head;
    for (const KnownUsb& entry : table) {
        if ((entry.product == 0) == (entry.wiring == Wiring::bridge)) continue;
        std::array<char, 160> line{};
        std::array<char, 48> product{};
        if (entry.product != 0) {
            std::snprintf(product.data(), product.size(), ", ATTRS{idProduct}==\"%04x\"", entry.product);
        }
        std::snprintf(line.data(), line.size(),
                      "ATTRS{idVendor}==\"%04x\"%s, ENV{ID_MM_PORT_IGNORE}=\"1\", TAG+=\"uaccess\"\n", entry.vendor,
                      product.data());
        text += line.data();
    }
    return text + "LABEL=\"ouroboard_end\"\n";
}

} // namespace hub::workbench
