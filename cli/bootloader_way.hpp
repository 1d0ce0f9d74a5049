// SPDX-License-Identifier: Apache-2.0
// How a board's Python starts the boot loader, or resets the board.
#pragma once

#include "hub/workbench/repl/python_literals.hpp"

#include <string>
#include <string_view>

namespace cli {

/// Finds `_or`, under MicroPython's name and CircuitPython's, where `mode` is a microcontroller.RunMode; prints "none"
/// if there is nothing.
inline std::string find_bootloader(std::string_view mode) {
    return hub::workbench::filled(R"(try:
 from machine import bootloader as _or
except ImportError:
 try:
  import microcontroller as _om
  def _or():_om.on_next_reset(_om.RunMode.$0);_om.reset()
 except ImportError:print('none')
)",
                                  {mode});
}

/// Calls `_or` a moment later, when the port is closed: a board on USB takes its port with it.
inline constexpr std::string_view leave_in_a_moment = "import time\ntime.sleep(.1)\n_or()\n";

} // namespace cli
