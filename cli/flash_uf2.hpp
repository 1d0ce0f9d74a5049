// SPDX-License-Identifier: Apache-2.0
// The way of a UF2 file onto a board: its boot drive, which a board that runs Python is asked to show.
#pragma once

#include "cli/flash_board.hpp"

#include <string>
#include <vector>

namespace cli {

/// Whether a file is to go onto a boot drive.
bool is_uf2(const std::vector<std::uint8_t>& file);

/// `board`: the drive's folder, a port whose board is asked for its drive, or empty for the only drive there is.
int flash_uf2(const Invocation& invocation, const std::string& board, const std::vector<std::uint8_t>& file,
              bool insist, FlashReporter& reporter);

} // namespace cli
