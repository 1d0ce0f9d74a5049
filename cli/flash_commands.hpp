// SPDX-License-Identifier: Apache-2.0
// The commands that put firmware on boards, for `main` (see commands.hpp).
#pragma once

#include "cli/commands.hpp"

#include <string>
#include <vector>

namespace cli {

void add_firmware(CLI::App& app, Invocation& invocation);
void add_flash(CLI::App& app, Invocation& invocation);
void add_flash_tools(CLI::App& app, Invocation& invocation);

/// Spells out what esptool's users type for --flash-mode, --flash-size and --flash-freq: -fm, -fs and -ff.
void spell_out_flash_words(std::vector<std::string>& words);

} // namespace cli
