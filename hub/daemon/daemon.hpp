// SPDX-License-Identifier: Apache-2.0
// The composition root: makes every part of the hub, ties them together, and takes them down in order.
#pragma once

#include "base/result.hpp"
#include "hub/daemon/config.hpp"

#include <functional>
#include <string>

namespace hub::daemon {

/// What a person needs to know once the hub listens.
struct Ready {
    std::string url;   ///< http://127.0.0.1:8321/
    std::string token; ///< of the role admin
};

/// Runs the hub until SIGTERM or SIGINT, then ends it within 3 s; a second signal ends it at once. `on_ready` is called
/// once, when it listens. Blocks. Errors: whatever keeps it from starting.
base::Result<> serve(const Config& config, const std::function<void(const Ready&)>& on_ready);

} // namespace hub::daemon
