// SPDX-License-Identifier: Apache-2.0
// Home Assistant's discovery documents, one retained message for each entity, as 2024.3 to 2026.8 understand them.
#pragma once

#include "hub/core/model.hpp"

#include <string>
#include <string_view>

namespace hub::home {

struct DiscoveryMessage {
    std::string topic;
    core::Json config;
};

/// Who publishes the values of a board: the hub, without which it is not available, or the board itself.
enum class Speaker { hub, board };

/// What Home Assistant needs to know of an entity. `prefix` is its discovery prefix.
DiscoveryMessage describe(const core::Board& board, const core::Entity& entity, std::string_view prefix,
                          Speaker speaker = Speaker::hub);

/// The hub itself: a device, to which the boards are connected, with a binary_sensor that says whether it runs.
DiscoveryMessage describe_hub(std::string_view prefix);

} // namespace hub::home
