// SPDX-License-Identifier: Apache-2.0
// Numbers: pico/usb_reset_interface.h of the Pico SDK.
#include "hub/workbench/pico_reset.hpp"

#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace hub::workbench {
namespace {

constexpr std::uint16_t raspberry_pi = 0x2e8a; // of any other vendor the same numbers mean anything
constexpr unsigned vendor_class = 0xff, reset_subclass = 0x00, reset_protocol = 0x01;
constexpr std::uint8_t class_request_to_interface = 0x21;
constexpr std::uint8_t request_boot_drive = 0x01;
constexpr unsigned patience_ms = 2000;

class Node {
public:
    explicit Node(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDWR | O_CLOEXEC)) {}
    ~Node() {
        if (fd_ >= 0) ::close(fd_);
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    /// 0, or what errno says.
    int problem() const { return fd_ < 0 ? open_problem_ : 0; }
    int ask(unsigned long request, void* argument) const { return ::ioctl(fd_, request, argument) < 0 ? errno : 0; }

private:
    int fd_;
    int open_problem_ = errno;
};

tl::unexpected<base::Error> failure(const UsbInterface& reset, int problem) {
    const std::string what = reset.node.string() + ": " + std::strerror(problem);
    if (problem == EACCES || problem == EPERM) {
        return base::fail(base::ErrorCode::refused, what,
                          "Install udev's rules: `ouro doctor --rules` (docs/ports.md).");
    }
    if (problem == EBUSY) {
        return base::fail(base::ErrorCode::busy, what, "End the program that uses it, picotool perhaps.");
    }
    if (problem == EPIPE) {
        return base::fail(base::ErrorCode::refused, "its firmware restarts only, and shows no boot drive",
                          "Hold BOOTSEL while you plug the board in.");
    }
    return base::fail(base::ErrorCode::io, what, "Plug the board in again.");
}

// The firmware resets in the middle of the request.
bool means_gone(int problem) {
    constexpr int signs[] = {ENODEV, ESHUTDOWN, EPROTO, EILSEQ, EIO, ENOENT, ETIMEDOUT};
    return std::find(std::begin(signs), std::end(signs), problem) != std::end(signs);
}

} // namespace

std::optional<UsbInterface> find_pico_reset(const UsbPort& port) {
    if (port.vendor != raspberry_pi) return std::nullopt;
    for (const UsbInterface& part : interfaces_of(port)) {
        const bool resets =
            part.kind == vendor_class && part.subkind == reset_subclass && part.protocol == reset_protocol;
        if (resets && !part.node.empty()) return part;
    }
    return std::nullopt;
}

base::Result<> reset_to_boot_drive(const UsbInterface& reset) {
    const Node node(reset.node);
    if (node.problem() != 0) return failure(reset, node.problem());
    // Unclaimed it works too, but the kernel complains in its log.
    unsigned number = reset.number;
    if (const int problem = node.ask(USBDEVFS_CLAIMINTERFACE, &number); problem != 0) return failure(reset, problem);
    usbdevfs_ctrltransfer transfer{};
    transfer.bRequestType = class_request_to_interface;
    transfer.bRequest = request_boot_drive;
    transfer.wIndex = static_cast<std::uint16_t>(reset.number);
    transfer.timeout = patience_ms;
    const int problem = node.ask(USBDEVFS_CONTROL, &transfer);
    if (problem == 0 || means_gone(problem)) return {};
    return failure(reset, problem);
}

} // namespace hub::workbench
