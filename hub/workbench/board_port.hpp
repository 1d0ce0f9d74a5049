// SPDX-License-Identifier: Apache-2.0
// Where a board can be reached.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/known_usb.hpp"

#include <filesystem>
#include <string>

namespace hub::workbench {

struct BoardPort {
    std::string uid;            ///< empty until the board says it in `hello`
    std::filesystem::path path; ///< the terminal device, or a symbolic link to it
    bool is_virtual = false;
    std::filesystem::path control_socket; ///< empty for a real board
    Wiring wiring = Wiring::none;
    std::string usb_identity = {}; ///< what stays the same when it comes back under another name; empty without USB

    bool operator==(const BoardPort&) const = default;
};

/// Whether somebody is at the other end. A virtual board that was killed leaves its link to a terminal behind, and by
/// now that terminal's number may be another program's: only a board that answers at its control socket may be opened.
/// A real board is always taken to be there. Does not block. Errors: `not_found`, `disconnected`.
base::Result<> check_present(const BoardPort& port);

} // namespace hub::workbench
