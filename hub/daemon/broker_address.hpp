// SPDX-License-Identifier: Apache-2.0
// From the hub's configuration to the broker that it means.
#pragma once

#include "hub/daemon/config.hpp"
#include "hub/home/mqtt_client.hpp"

namespace hub::daemon {

/// As the configuration has it; of an external broker that is all.
home::BrokerAddress address_of(const Broker& broker);

/// The broker of a hub that is configured so: its own is where it has left word. Errors: `invalid_state` when there is
/// none; `malformed` for a damaged broker.json.
base::Result<home::BrokerAddress> find_broker(const Config& config);

} // namespace hub::daemon
