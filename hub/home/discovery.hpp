// SPDX-License-Identifier: Apache-2.0
// Home Assistant's discovery documents: a retained message for each entity, as 2024.3 to 2026.8 understand them, or one
// for the whole device, as they do from 2024.11 on.
#pragma once

#include "hub/core/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hub::home {

struct DiscoveryMessage {
    std::string topic;
    core::Json config;
};

/// Who publishes the values of a board: the hub, without which it is not available, or the board itself.
enum class Speaker { hub, board };

/// How every document of a board describes its device.
core::Json device_of(const core::Board& board);

/// What Home Assistant needs to know of an entity. `prefix` is its discovery prefix.
DiscoveryMessage describe(const core::Board& board, const core::Entity& entity, std::string_view prefix,
                          Speaker speaker = Speaker::hub);

/// What the hub measures of a board, in `ouro/<uid>/health` (see HealthBook): diagnostic sensors that Home Assistant
/// keeps disabled until somebody wants them. The signal strength only of boards that speak for themselves: those have
/// WiFi.
std::vector<DiscoveryMessage> describe_health(const core::Board& board, std::string_view prefix, Speaker speaker);

/// All of that, entities and health, as one document of the device.
DiscoveryMessage describe_device(const core::Board& board, std::string_view prefix, Speaker speaker);

/// The hub itself: a device, to which the boards are connected, with a binary_sensor that says whether it runs.
DiscoveryMessage describe_hub(std::string_view prefix);

} // namespace hub::home
