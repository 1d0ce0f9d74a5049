// SPDX-License-Identifier: Apache-2.0
// Firmware by file or by name: what is known, what is here, and how it gets here.
#pragma once

#include "cli/flash_board.hpp"
#include "hub/workbench/flash/catalogue.hpp"
#include "hub/workbench/flash/download.hpp"

#include <filesystem>
#include <string>

namespace cli {

/// Where fetched files are kept: OURO_FIRMWARE_DIR, or firmware/ in the user's cache.
std::filesystem::path firmware_folder();

/// Where to fetch from instead: OURO_FIRMWARE_MIRROR; empty without one.
std::string firmware_mirror();

/// Fetches what a name means, or takes it from the cache. Failures: `exit_not_found`, `exit_failed`.
Outcome<flash::Download> get_firmware(const std::string& name, FlashReporter& reporter);

/// The path of a file, or of what a name means.
Outcome<std::string> firmware_file(const std::string& typed, FlashReporter& reporter);

} // namespace cli
