// SPDX-License-Identifier: Apache-2.0
// From the BOARD that a person types to an open port.
#pragma once

#include "cli/commands.hpp"
#include "cli/hub_line.hpp"
#include "cli/outcome.hpp"
#include "hub/workbench/port.hpp"

#include <optional>
#include <string>

namespace cli {

/// A board that was named, and the way to it.
struct Reached {
    std::string name; ///< for messages: the path of its port, or its address
    hub::workbench::PortOpener open;
    std::optional<HubSession> session; ///< of the hub that has the port; `open` takes a lease there
};

/// The optional argument BOARD, also as -b and --board; OURO_BOARD stands in for it.
void add_board_argument(CLI::App& command, std::string& board);

/// An address (see network_address.hpp), a session of the hub by its id or its board's name, a path of a port, the
/// folder of a virtual board, a virtual board of ours by its uid or folder name, or what `choose_one` takes. A port
/// that the hub has open is reached through it, and shared; any other is opened. Failures: its own, those of
/// `read_address`, `exit_not_found`, and `exit_failed` for a virtual board that has ended.
Outcome<Reached> reach(const Invocation& invocation, const std::string& board);

/// An error of opening that port, with what to do about whoever holds it.
Failure port_failure(const Reached& board, const base::Error& error);

/// "ouro fs put (pid 12)": what others are told of who has the prompt.
std::string holder_name(const Invocation& invocation);

} // namespace cli
