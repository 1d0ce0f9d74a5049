// SPDX-License-Identifier: Apache-2.0
// Which USB ports the hub may open.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/usb_ports.hpp"

#include <string>
#include <vector>

namespace hub::workbench {

/// The most words of a rule.
inline constexpr std::size_t port_words_max = 64;

/// By itself it opens what is a board by its USB numbers, and nothing else: behind an adapter there may be a modem, a
/// Zigbee stick or a printer at work, which opening would disturb. Words say more:
/// "10c4:ea60", "/dev/ttyUSB0" (or a link to it in /dev/serial) or a serial number: this one too;
/// "!" before any of these: never this one; "none": no board unasked.
class PortRule {
public:
    PortRule() = default;
    /// Error: `invalid_argument`, with the word that is none.
    static base::Result<PortRule> parse(const std::vector<std::string>& words);

    bool opens(const UsbPort& port) const;

    bool operator==(const PortRule&) const = default;

private:
    bool boards_unasked_ = true;
    std::vector<std::string> also_;
    std::vector<std::string> never_;
};

/// Whether one of a rule's words, without "!", means this port.
bool means(const std::string& word, const UsbPort& port);

} // namespace hub::workbench
