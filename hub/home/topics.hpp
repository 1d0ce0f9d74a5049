// SPDX-License-Identifier: Apache-2.0
// The MQTT topics of docs/protocol.md, "Topics".
#pragma once

#include "hub/core/model.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hub::home {

inline constexpr const char* hub_status_topic = "ouro/hub/status";
inline constexpr const char* commands_filter = "ouro/+/+/set";

/// `ouro/<uid>/<leaf>`
std::string board_topic(std::string_view uid, std::string_view leaf);
/// `ouro/<uid>/<id>/<leaf>`
std::string entity_topic(std::string_view uid, std::string_view id, std::string_view leaf);
/// `ouro_<uid>_<id>`: the entity's identity in Home Assistant for ever.
std::string unique_id(std::string_view uid, std::string_view id);
/// `<prefix>/<kind>/ouro_<uid>_<id>/config`
std::string config_topic(std::string_view prefix, core::Kind kind, std::string_view uid, std::string_view id);

/// `<prefix>/device/ouro_<uid>/config`, for the document of a whole board.
std::string device_config_topic(std::string_view prefix, std::string_view uid);

/// Whether the topic, one of ours below `prefix`, is that of a whole board's document.
bool is_device_topic(std::string_view prefix, std::string_view topic);

/// The id of one of the entities that the hub adds to a board, `health-<figure>`. No entity of a board is called so.
std::string health_id(std::string_view figure);

/// The two parts of a topic that name an entity.
struct EntityName {
    std::string uid;
    std::string id;
};

/// Of `ouro/<uid>/<id>/set`, if it is one.
std::optional<EntityName> parse_command_topic(std::string_view topic);
/// Of `<prefix>/<component>/ouro_<uid>_<id>/config`, if it is one of ours; without an id of
/// `<prefix>/device/ouro_<uid>/config`.
std::optional<EntityName> parse_config_topic(std::string_view prefix, std::string_view topic);

} // namespace hub::home
