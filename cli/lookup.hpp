// SPDX-License-Identifier: Apache-2.0
// From what a person types to what the hub knows: boards by name, values by kind.
#pragma once

#include "cli/client.hpp"

#include <string>
#include <string_view>

namespace cli {

/// The board with that uid, or the only one whose name begins so, or else the only one with a word that begins so (case
/// does not matter). Failures: `exit_not_found`; `exit_usage` when several fit; those of `Client::get`.
Outcome<Json> find_board(const Client& client, const std::string& wanted);

/// The same, among boards already fetched.
Outcome<Json> choose_board(const Json& boards, const std::string& wanted);

/// The value of a command to an entity of that kind: "on" is true for a switch, "unlock" is "UNLOCK" for a lock.
/// Failure: `exit_usage`.
Outcome<Json> value_for(std::string_view kind, const std::string& typed);

} // namespace cli
