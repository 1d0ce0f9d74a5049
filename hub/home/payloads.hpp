// SPDX-License-Identifier: Apache-2.0
// Values and commands as MQTT payloads (docs/protocol.md, "Topics").
#pragma once

#include "base/result.hpp"
#include "hub/core/hub.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace hub::home {

/// Longer command payloads are refused unread, in bytes.
inline constexpr std::size_t command_size_max = 1024;

/// `ON`/`OFF`, numbers and texts as they are, `None` for unknown.
std::string state_payload(core::Kind kind, const core::Json& value);

/// The value that such a payload means, as far as the kind tells: true/false, a number, a text, null for unknown.
core::Json state_value(core::Kind kind, std::string_view payload);

/// `{"event_type":type,…data}`
std::string event_payload(std::string_view type, const core::Json& data);

/// What the broker keeps of a board that the hub speaks for.
core::Json hello_of(const core::Board& board);
core::Json declaration_of(const core::Board& board);

/// The entity of that id; null when there is none.
const core::Entity* find_entity(const core::Board& board, std::string_view id);

/// Whether the broker keeps the entity's value. One that expires it may not: kept, an old value would start the clock
/// again.
bool is_kept(const core::Entity& entity);

/// What an event says on a topic of somebody else's system; nothing if it says nothing there, or may not.
struct FurtherMessage {
    std::string topic;
    std::string payload;
};
std::optional<FurtherMessage> further_message(const core::Entity& entity, std::string_view discovery_prefix);

/// Reads the payload of a `set` topic for `entity`: the kind's word, a number, a text, or the object
/// `{"value":…,"id":…,"ttl_ms":…,"t":…}`. Fills all of the request except `uid`. Whether the value is allowed is
/// checked by the hub. Errors: `too_large`, `malformed` (empty, not UTF-8, not a number), `invalid_argument` (a wrong
/// member).
base::Result<core::CommandRequest> read_command(const core::Entity& entity, std::string_view payload);

/// What `mqtt_command` of an entity does: UNLOCK, PRESS, true, OPEN.
core::Json main_command(core::Kind kind);

} // namespace hub::home
