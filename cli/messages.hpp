// SPDX-License-Identifier: Apache-2.0
// The hub's WebSocket messages as lines for people.
#pragma once

#include "cli/client.hpp"

#include <string>

namespace cli {

/// The time, and what happened, safe to print: one line, or one for each line of a console's text; without the last
/// line feed. Empty for what is not worth a line.
std::string line_of(const Json& message);

} // namespace cli
