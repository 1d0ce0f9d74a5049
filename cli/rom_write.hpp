// SPDX-License-Identifier: Apache-2.0
// An image into a board's ROM, shown as it goes: for `ouro romfs` and `ouro deploy`.
#pragma once

#include "cli/commands.hpp"
#include "hub/workbench/port_python.hpp"
#include "hub/workbench/repl/rom_flash.hpp"

#include <string_view>

namespace cli {

/// Says how far it is: on a terminal, or as JSON lines {"type":"progress","phase":"write",…}.
hub::workbench::RomFlash::Progress rom_progress(const Invocation& invocation);

/// Starts the board's Python anew, without main.py, so that nothing in memory lies in what is erased; then writes.
/// Errors: those of PortPython::renew and RomFlash::write.
base::Result<> write_rom(const Invocation& invocation, hub::workbench::PortPython& python,
                         const hub::workbench::RomPartition& partition, std::string_view image);

} // namespace cli
