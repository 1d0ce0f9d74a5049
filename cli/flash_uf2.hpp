// SPDX-License-Identifier: Apache-2.0
// The way of a UF2 file onto a board: its boot drive, which a board that runs Python is asked to show.
#pragma once

#include "cli/flash_board.hpp"

#include <string>
#include <vector>

namespace cli {

/// Whether a file is to go onto a boot drive.
bool is_uf2(const std::vector<std::uint8_t>& file);

struct Uf2Wish {
    std::string board; ///< the drive's folder, a port whose board is asked for its drive, or empty for the only drive
    std::string drive; ///< where the drive will be mounted; empty: wherever
    bool insist = false;
};

/// Brings the board to show its drive, writes, and says what runs when its port is back.
int flash_uf2(const Invocation& invocation, const Uf2Wish& wish, const std::vector<std::uint8_t>& file,
              FlashReporter& reporter);

} // namespace cli
