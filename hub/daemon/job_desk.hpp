// SPDX-License-Identifier: Apache-2.0
// What the jobs need of this machine: our own program, and eyes for firmware.
#pragma once

#include "hub/daemon/config.hpp"
#include "hub/jobs/desk.hpp"

#include <functional>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace hub::daemon {

/// `io` outlives the desk.
jobs::DeskConfig desk_config(boost::asio::io_context& io, const Config& config,
                             std::function<std::vector<core::SessionInfo>()> sessions);

} // namespace hub::daemon
