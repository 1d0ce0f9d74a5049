// SPDX-License-Identifier: Apache-2.0
// Which USB devices are boards, or the bridges that boards are soldered to.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace hub::workbench {

/// How DTR and RTS reach the chip.
enum class Wiring : std::uint8_t {
    none,   ///< a pseudo terminal: there are none
    bridge, ///< a USB-to-serial chip: its lines may be soldered to reset and boot pins
    native, ///< the board's own USB: DTR says that somebody listens
};

struct KnownUsb {
    std::uint16_t vendor;
    std::uint16_t product; ///< 0: every other one of this vendor
    const char* name;
    const char* likely; ///< what is likely behind it
    Wiring wiring;
    bool is_board; ///< nothing but a board to be programmed has this number: the hub opens it unasked
};

/// By vendor; an entry with a product goes before the vendor's general one.
std::span<const KnownUsb> known_usb() noexcept;

/// Null for a stranger.
const KnownUsb* find_known_usb(std::uint16_t vendor, std::uint16_t product) noexcept;

/// The text of packaging/udev/60-ouroboard.rules, made from the table.
std::string udev_rules();

} // namespace hub::workbench
