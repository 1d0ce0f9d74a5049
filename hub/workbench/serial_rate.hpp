// SPDX-License-Identifier: Apache-2.0
// Any rate of a serial port, also those that termios has no name for, such as the 74,880 baud of ESP8266's boot log.
#pragma once

namespace hub::workbench {

/// At once, in both directions; all other settings stay. Returns 0 or an errno: `EINVAL` when the driver makes more
/// than 3 % too much or too little of it.
int set_serial_rate(int descriptor, unsigned baud) noexcept;

/// What it is now, in baud, also at the controlling end of a pseudo terminal; 0 when `descriptor` is no terminal.
unsigned serial_rate(int descriptor) noexcept;

} // namespace hub::workbench
