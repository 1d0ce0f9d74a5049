// SPDX-License-Identifier: Apache-2.0
// What a board says of itself when its Python starts.
#pragma once

#include "hub/workbench/flash/loader_link.hpp"

#include <string>
#include <string_view>

namespace hub::workbench::flash {

/// What a program said once it ran.
struct Banner {
    std::string line;    ///< "MicroPython v1.25.0 on 2025-04-15; ESP module with ESP8266"; empty: nothing that is known
    std::string name;    ///< "MicroPython" or "CircuitPython"
    std::string version; ///< "1.25.0"
    std::string heard;   ///< what came instead
};

/// Reads a banner out of what a board says; empty when there is none.
Banner parse_banner(std::string_view text);

/// Listens for a banner for up to `patience`; a program that runs instead is stopped after half of it, so that the
/// prompt shows its banner again. What `link` has heard before counts too. Errors: final ones.
base::Result<Banner> wait_for_banner(LoaderLink& link, base::Micros patience);

} // namespace hub::workbench::flash
