// SPDX-License-Identifier: Apache-2.0
// A board's address on the network as a person gives it, with the password from wherever it comes.
#pragma once

#include "cli/outcome.hpp"
#include "hub/workbench/net/port_address.hpp"

#include <string>

namespace cli {

/// Reads `text`; a password that is not in it comes from OURO_WEBREPL_PASSWORD (`ws://`) or OURO_WEB_PASSWORD
/// (`http://`), or is asked for at the terminal, unseen. Failure: `exit_usage`, never with the password in it.
Outcome<hub::workbench::PortAddress> read_address(const std::string& text);

} // namespace cli
