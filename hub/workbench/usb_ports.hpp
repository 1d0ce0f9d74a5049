// SPDX-License-Identifier: Apache-2.0
// The serial ports that hang on USB, with what they say about themselves, as they come and go.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/board_port.hpp"
#include "hub/workbench/known_usb.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// The most ports that are seen, in the order of their names.
inline constexpr std::size_t usb_ports_max = 64;
/// The longest text that is taken over from a device, in bytes.
inline constexpr std::size_t usb_text_max = 256;

/// One port. Texts come from the device: bounded, but not made safe for a terminal.
struct UsbPort {
    std::filesystem::path path; ///< /dev/ttyUSB0
    std::uint16_t vendor = 0;
    std::uint16_t product = 0;
    std::string serial;            ///< empty if it has none
    std::string manufacturer;      ///< as the device says it
    std::string product_name;      ///< likewise
    unsigned interface_number = 0; ///< of a device with several ports
    std::string interface_name;    ///< mostly empty
    std::string bus_path;          ///< the socket that it is plugged into: "pci-0000:00:14.0-usb-0:1:1.0", or "1-1:1.0"
    std::filesystem::path by_id;   ///< udev's name for it in /dev/serial/by-id; empty without udev
    std::filesystem::path by_path; ///< likewise in /dev/serial/by-path

    bool operator==(const UsbPort&) const = default;
};

/// What stays the same when the port comes back under another name: vendor, product and serial number, or the socket
/// for an adapter whose number is missing or the same for all of its make.
std::string identity(const UsbPort& port);

/// What the table knows about it; null for a stranger.
const KnownUsb* known(const UsbPort& port) noexcept;

/// CircuitPython's second port, which carries a program's own data and never a prompt.
bool is_second_circuitpython_port(const UsbPort& port);

/// How its control lines reach the chip: as the table says, or else by its driver.
Wiring wiring(const UsbPort& port);

/// "10c4:ea60".
std::string usb_id(const UsbPort& port);

/// All that are there now, by path. Reads /sys and udev's notes; touches no device. Works without udev's daemon.
std::vector<UsbPort> list_usb_ports();

/// One of the parts that a device on USB is made of.
struct UsbInterface {
    std::filesystem::path node; ///< the whole device's, in /dev/bus/usb; empty where there is none
    unsigned number = 0;
    unsigned kind = 0; ///< its class, subclass and protocol
    unsigned subkind = 0;
    unsigned protocol = 0;

    bool operator==(const UsbInterface&) const = default;
};

/// All of the device that `port` is a part of. Touches no device.
std::vector<UsbInterface> interfaces_of(const UsbPort& port);

/// Devices with a known bridge or board in them that have got no port, as "CH340 (1a86:7523 at 1-1)".
std::vector<std::string> list_usb_without_port();

/// Says what changes in `list_usb_ports`. One thread: the io_context's.
class UsbPortWatcher {
public:
    class Listener {
    public:
        virtual void on_usb_port(const UsbPort& port) = 0;
        /// It is gone, or another device has its name now, which is told next.
        virtual void on_usb_port_gone(const UsbPort& port) = 0;

    protected:
        ~Listener() = default;
    };

    /// `listener` outlives the watcher, and must not destroy it during a call.
    UsbPortWatcher(boost::asio::io_context& io, Listener& listener);
    ~UsbPortWatcher();
    UsbPortWatcher(const UsbPortWatcher&) = delete;
    UsbPortWatcher& operator=(const UsbPortWatcher&) = delete;

    /// Ports that are there already are told from the io_context's next turn on. Error: `io`.
    base::Result<> start();
    /// Not one call to the listener after this.
    void stop();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::workbench
