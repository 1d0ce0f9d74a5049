// SPDX-License-Identifier: Apache-2.0
// The way of picotool into a Pico's boot drive: one request on USB, to firmware that the Pico SDK has made.
#pragma once

#include "hub/workbench/usb_ports.hpp"

#include <optional>

namespace hub::workbench {

/// The interface that resets the board behind `port`: vendor class, subclass 0, protocol 1 of Raspberry Pi's numbers.
/// Nothing for most: MicroPython and CircuitPython have none.
std::optional<UsbInterface> find_pico_reset(const UsbPort& port);

/// Asks for the boot drive. The board goes at once, mostly without an answer: only its drive shows that it has.
/// Blocks, for two seconds at most. Errors: `refused` without the right to the device, with the way to it, and by
/// firmware that only restarts; `busy`; `io`.
base::Result<> reset_to_boot_drive(const UsbInterface& reset);

} // namespace hub::workbench
