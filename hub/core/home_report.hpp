// SPDX-License-Identifier: Apache-2.0
// How the hub stands with Home Assistant, for people who look why something is not there.
#pragma once

#include "hub/core/model.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace hub::core {

/// A discovery document that the broker keeps though no board has declared it since the hub began: of a board that
/// went for good, or only has not come yet.
struct DiscoveryOrphan {
    std::string topic;
    std::string uid;
    std::string id;   ///< the entity's; empty: all of the board
    std::string name; ///< as Home Assistant shows it, if it says so; at most 130 bytes
};

/// What Home Assistant has been told of one board.
struct Announced {
    std::string uid;
    std::size_t documents = 0; ///< that it should know
    std::size_t waiting = 0;   ///< of these, still to be said
    std::size_t deleted = 0;   ///< of these, deleted there by its user: not said until the board declares anew
};

struct HomeReport {
    std::string broker = "off";           ///< "connected", "connecting", "off"
    std::string broker_address;           ///< host:port; empty when off
    std::string websocket = "off";        ///< "connected", "connecting", "refused" (the token), "off"
    std::string version;                  ///< of Home Assistant, once the WebSocket knows it
    std::string discovery = "entity";     ///< "entity" or "device": what a document describes
    bool running = false;                 ///< its birth message has come, and no will since
    std::optional<Time> birth;            ///< when that was
    std::vector<Announced> announced;     ///< by uid, the hub's own among them
    std::vector<DiscoveryOrphan> orphans; ///< by topic
};

} // namespace hub::core
