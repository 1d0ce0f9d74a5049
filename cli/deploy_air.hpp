// SPDX-License-Identifier: Apache-2.0
// `ouro deploy` to a board that is reached over MQTT alone.
#pragma once

#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "hub/workbench/deploy_parts.hpp"

#include <optional>
#include <string>

namespace cli {

struct AirWords {
    double health_s = 10; ///< how long to wait beyond what the board takes by itself
    bool dry_run = false;
};

/// The board of that name or uid, if a hub runs that hears it over MQTT: it has no port.
std::optional<Json> find_air_board(const Invocation& invocation, const std::string& wanted);

/// Adds what the board needs to `app`, sends all of it, and waits for what becomes of it. Returns an ExitCode.
int deploy_over_the_air(const Invocation& invocation, const AirWords& words, const Json& board,
                        hub::workbench::AppFolder app);

} // namespace cli
