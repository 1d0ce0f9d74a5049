// SPDX-License-Identifier: Apache-2.0
// How DTR and RTS bring a chip into its bootloader, and out of it.
#pragma once

#include "hub/workbench/flash/loader_link.hpp"
#include "protocol/esp/chips.hpp"

namespace hub::workbench::flash {

/// What moves the chip's reset and boot pins.
enum class ResetWiring : std::uint8_t {
    bridge,     ///< DTR and RTS of a USB bridge, over two transistors
    native_usb, ///< the chip's own USB-JTAG-Serial, which listens to both
    remote,     ///< a bridge behind RFC 2217: each line takes its time
};

/// Into the bootloader; `attempt` counts from 0, as capacitors at the reset pin differ from board to board. Errors:
/// `unsupported` where there are no lines, `io`, and final ones.
base::Result<> reset_into_loader(LoaderLink& link, ResetWiring wiring, unsigned attempt);

/// Lets the program run. Errors: as above.
base::Result<> hard_reset(LoaderLink& link, ResetWiring wiring);

} // namespace hub::workbench::flash
