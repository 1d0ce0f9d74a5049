// SPDX-License-Identifier: Apache-2.0
// libudev says that something changed; looking at /sys says what.
#include "hub/workbench/usb_ports.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include <libudev.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

namespace hub::workbench {
namespace {

using boost::system::error_code;

template <auto release>
struct Release {
    template <typename T>
    void operator()(T* held) const noexcept {
        release(held);
    }
};
using Udev = std::unique_ptr<udev, Release<udev_unref>>;
using Device = std::unique_ptr<udev_device, Release<udev_device_unref>>;
using Enumeration = std::unique_ptr<udev_enumerate, Release<udev_enumerate_unref>>;
using Monitor = std::unique_ptr<udev_monitor, Release<udev_monitor_unref>>;

std::string text_of(const char* text) {
    std::string_view view = text == nullptr ? std::string_view() : std::string_view(text).substr(0, usb_text_max);
    const auto is_space = [](unsigned char c) { return std::isspace(c) != 0; };
    while (!view.empty() && is_space(view.back())) view.remove_suffix(1);
    while (!view.empty() && is_space(view.front())) view.remove_prefix(1);
    return std::string(view);
}

unsigned hex_of(const char* text, unsigned max) {
    const std::string digits = text_of(text);
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    return error == std::errc() && end == digits.data() + digits.size() && value <= max ? value : 0;
}

// One of udev's links to the device, the one in `folder`; there are no spaces in their names.
std::filesystem::path link_in(udev_device* tty, std::string_view folder) {
    const char* const all = udev_device_get_property_value(tty, "DEVLINKS");
    std::istringstream links(all == nullptr ? "" : all);
    for (std::string link; links >> link;) {
        if (link.starts_with(folder)) return link;
    }
    return {};
}

/// Of a tty: empty path if it does not hang on USB.
UsbPort read_port(udev_device* tty) {
    UsbPort port;
    udev_device* const device = udev_device_get_parent_with_subsystem_devtype(tty, "usb", "usb_device");
    const char* const node = udev_device_get_devnode(tty);
    if (device == nullptr || node == nullptr) return port;
    port.vendor = static_cast<std::uint16_t>(hex_of(udev_device_get_sysattr_value(device, "idVendor"), 0xffff));
    port.product = static_cast<std::uint16_t>(hex_of(udev_device_get_sysattr_value(device, "idProduct"), 0xffff));
    port.serial = text_of(udev_device_get_sysattr_value(device, "serial"));
    port.manufacturer = text_of(udev_device_get_sysattr_value(device, "manufacturer"));
    port.product_name = text_of(udev_device_get_sysattr_value(device, "product"));
    port.bus_path = text_of(udev_device_get_property_value(tty, "ID_PATH"));
    if (udev_device* part = udev_device_get_parent_with_subsystem_devtype(tty, "usb", "usb_interface")) {
        port.interface_number = hex_of(udev_device_get_sysattr_value(part, "bInterfaceNumber"), 0xff);
        port.interface_name = text_of(udev_device_get_sysattr_value(part, "interface"));
        if (port.bus_path.empty()) port.bus_path = text_of(udev_device_get_sysname(part));
    }
    port.by_id = link_in(tty, "/dev/serial/by-id/");
    port.by_path = link_in(tty, "/dev/serial/by-path/");
    port.path = node;
    return port;
}

/// Calls `see` with each device of the subsystem.
template <typename See>
void for_each_device(const char* subsystem, See see) {
    const Udev context(udev_new());
    const Enumeration all(context ? udev_enumerate_new(context.get()) : nullptr);
    if (!all) return;
    udev_enumerate_add_match_subsystem(all.get(), subsystem);
    if (udev_enumerate_scan_devices(all.get()) < 0) return;
    for (udev_list_entry* entry = udev_enumerate_get_list_entry(all.get()); entry != nullptr;
         entry = udev_list_entry_get_next(entry)) {
        const Device device(udev_device_new_from_syspath(context.get(), udev_list_entry_get_name(entry)));
        if (device) see(device.get());
    }
}

// Adapters leave the factory with these: they tell nothing apart.
bool is_unique(const std::string& serial) {
    constexpr std::array<std::string_view, 6> of_the_factory{"0",        "0000",   "0001",
                                                             "00000000", "123456", "0123456789ABCDEF"};
    return !serial.empty() && std::find(of_the_factory.begin(), of_the_factory.end(), serial) == of_the_factory.end();
}

} // namespace

std::string usb_id(const UsbPort& port) {
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04x:%04x", port.vendor, port.product);
    return text.data();
}

std::string identity(const UsbPort& port) {
    if (!is_unique(port.serial)) return "at " + port.bus_path;
    const std::string part = port.interface_number == 0 ? "" : " part " + std::to_string(port.interface_number);
    return "usb " + usb_id(port) + " " + port.serial + part;
}

const KnownUsb* known(const UsbPort& port) noexcept { return find_known_usb(port.vendor, port.product); }

bool is_second_circuitpython_port(const UsbPort& port) { return port.interface_name.starts_with("CircuitPython CDC2"); }

Wiring wiring(const UsbPort& port) {
    if (const KnownUsb* entry = known(port)) return entry->wiring;
    return port.path.filename().string().starts_with("ttyACM") ? Wiring::native : Wiring::bridge;
}

std::vector<UsbPort> list_usb_ports() {
    std::vector<UsbPort> ports;
    for_each_device("tty", [&](udev_device* tty) {
        if (UsbPort port = read_port(tty); !port.path.empty()) ports.push_back(std::move(port));
    });
    std::sort(ports.begin(), ports.end(), [](const UsbPort& a, const UsbPort& b) { return a.path < b.path; });
    if (ports.size() > usb_ports_max) ports.resize(usb_ports_max);
    return ports;
}

std::vector<UsbInterface> interfaces_of(const UsbPort& port) {
    std::string device;
    std::filesystem::path node;
    for_each_device("tty", [&](udev_device* tty) {
        udev_device* const whole = udev_device_get_parent_with_subsystem_devtype(tty, "usb", "usb_device");
        const char* const path = udev_device_get_devnode(tty);
        if (whole == nullptr || path == nullptr || port.path != path) return;
        device = udev_device_get_syspath(whole);
        node = text_of(udev_device_get_devnode(whole));
    });
    std::vector<UsbInterface> found;
    for_each_device("usb", [&](udev_device* part) {
        udev_device* const whole = udev_device_get_parent(part);
        if (whole == nullptr || device != udev_device_get_syspath(whole)) return;
        if (text_of(udev_device_get_devtype(part)) != "usb_interface") return;
        const auto byte = [part](const char* name) { return hex_of(udev_device_get_sysattr_value(part, name), 0xff); };
        found.push_back({node, byte("bInterfaceNumber"), byte("bInterfaceClass"), byte("bInterfaceSubClass"),
                         byte("bInterfaceProtocol")});
    });
    return found;
}

std::vector<std::string> list_usb_without_port() {
    std::set<std::string> with_port;
    for_each_device("tty", [&](udev_device* tty) {
        udev_device* const device = udev_device_get_parent_with_subsystem_devtype(tty, "usb", "usb_device");
        if (device != nullptr) with_port.insert(udev_device_get_syspath(device));
    });
    std::vector<std::string> found;
    for_each_device("usb", [&](udev_device* device) {
        UsbPort port;
        port.vendor = static_cast<std::uint16_t>(hex_of(udev_device_get_sysattr_value(device, "idVendor"), 0xffff));
        port.product = static_cast<std::uint16_t>(hex_of(udev_device_get_sysattr_value(device, "idProduct"), 0xffff));
        const KnownUsb* const entry = known(port);
        // A vendor's general entry also fits its boot loaders and keyboards.
        if (entry == nullptr || entry->product == 0 || with_port.contains(udev_device_get_syspath(device))) return;
        found.push_back(std::string(entry->name) + " (" + usb_id(port) + " at " + udev_device_get_sysname(device) +
                        ")");
    });
    return found;
}

struct UsbPortWatcher::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& on, Listener& to) : io(on), events(on), listener(&to) {}

    void wait_for_events() {
        const auto self = shared_from_this();
        events.async_wait(boost::asio::posix::descriptor_base::wait_read, [self](error_code error) {
            if (error || self->listener == nullptr) return;
            while (Device(udev_monitor_receive_device(self->monitor.get()))) {
            }
            self->look();
            if (self->listener != nullptr) self->wait_for_events();
        });
    }

    void look() {
        std::vector<UsbPort> now = list_usb_ports();
        const std::vector<UsbPort> before = std::exchange(known_ports, now);
        const auto is_in = [](const std::vector<UsbPort>& ports, const UsbPort& port) {
            return std::find(ports.begin(), ports.end(), port) != ports.end();
        };
        for (const UsbPort& port : before) {
            if (listener != nullptr && !is_in(now, port)) listener->on_usb_port_gone(port);
        }
        for (const UsbPort& port : now) {
            if (listener != nullptr && !is_in(before, port)) listener->on_usb_port(port);
        }
    }

    boost::asio::io_context& io;
    boost::asio::posix::stream_descriptor events; ///< the monitor's descriptor, borrowed
    Udev context;
    Monitor monitor;
    Listener* listener; ///< null once stopped
    std::vector<UsbPort> known_ports;
};

UsbPortWatcher::UsbPortWatcher(boost::asio::io_context& io, Listener& listener)
    : impl_(std::make_shared<Impl>(io, listener)) {}

UsbPortWatcher::~UsbPortWatcher() { stop(); }

base::Result<> UsbPortWatcher::start() {
    // udev's own messages come when a port has its rights and links. Without its daemon there is the kernel alone.
    const bool has_daemon = ::access("/run/udev/control", F_OK) == 0;
    impl_->context.reset(udev_new());
    if (impl_->context) {
        impl_->monitor.reset(udev_monitor_new_from_netlink(impl_->context.get(), has_daemon ? "udev" : "kernel"));
    }
    udev_monitor* const monitor = impl_->monitor.get();
    if (monitor == nullptr || udev_monitor_filter_add_match_subsystem_devtype(monitor, "tty", nullptr) < 0 ||
        udev_monitor_enable_receiving(monitor) < 0) {
        return base::fail(base::ErrorCode::io, "cannot watch for USB ports: no messages from the kernel",
                          "In a container, allow netlink sockets; ports that are there now can still be named.");
    }
    impl_->events.assign(udev_monitor_get_fd(monitor));
    impl_->wait_for_events();
    boost::asio::post(impl_->io, [impl = impl_] {
        if (impl->listener != nullptr) impl->look();
    });
    return {};
}

void UsbPortWatcher::stop() {
    impl_->listener = nullptr;
    // The descriptor is the monitor's to close, after Asio has let go of it.
    if (impl_->events.is_open()) impl_->events.release();
    impl_->monitor.reset();
}

} // namespace hub::workbench
