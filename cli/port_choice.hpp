// SPDX-License-Identifier: Apache-2.0
// Which port of this machine a command means.
#pragma once

#include "cli/commands.hpp"
#include "cli/port_list.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace cli {

/// The folder of virtual boards.
std::filesystem::path boards_dir(const Invocation& invocation);

/// What the hub says of its boards; an empty array without a hub.
Json boards_of_hub(const Invocation& invocation);

/// USB's and those of virtual boards.
std::vector<ListedPort> all_ports(const Invocation& invocation);

/// The one that `wish` means (see choose_port); without a wish that of OURO_PORT or ESPTOOL_PORT, the one used last in
/// this directory, the only one, or what a person at the terminal answers, which is remembered. Failures:
/// `exit_not_found`, `exit_usage` when several are left and there is nobody to ask.
Outcome<ListedPort> choose_one(const Invocation& invocation, const std::string& wish);

} // namespace cli
