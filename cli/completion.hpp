// SPDX-License-Identifier: Apache-2.0
// `ouro completion bash`: what a shell needs to complete commands and options.
#pragma once

#include "cli/commands.hpp"

namespace cli {

/// After all other commands: it names those that `app` has when it runs.
void add_completion(CLI::App& app, Invocation& invocation);

} // namespace cli
