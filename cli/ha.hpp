// SPDX-License-Identifier: Apache-2.0
// The parts of `ouro ha`.
#pragma once

#include "cli/commands.hpp"

#include <string>

namespace cli {

struct HaCheckWords {
    std::string what;  ///< an app's folder, a board, or empty for all boards
    std::string board; ///< virtual:PROFILE, where an app runs meanwhile
};

int run_ha_check(const Invocation& invocation, const HaCheckWords& words);

} // namespace cli
