// SPDX-License-Identifier: Apache-2.0
// Checks what a board declares, so that everything behind it can rely on it.
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace hub::core {

inline constexpr std::size_t entities_max = 32;  ///< of one board
inline constexpr std::size_t remarks_max = 64;   ///< of one board
inline constexpr std::size_t name_size_max = 64; ///< bytes of a board's or an entity's name
inline constexpr std::size_t choices_max = 32;   ///< event types, or options of a select
inline constexpr std::size_t choice_size_max = 64;
inline constexpr std::size_t text_size_max = 255; ///< bytes of a state or a command: Home Assistant's limit

/// Checks one element `[id,kind,name,{options}]` of a `decl` message. An option that is unknown, of the wrong type or
/// refused by Home Assistant is left out, and `remarks` gains one that says so; the entity stays. Options of the result
/// are Home Assistant's, in its spelling; `options` and `event_types` are lists of distinct texts. Errors: `malformed`
/// (not such an array), `invalid_argument` (id, kind, name, or no event_types or options where the kind is nothing
/// without them).
base::Result<Entity> check_entity(const Json& element, std::vector<Remark>& remarks);

/// Checks a whole declaration, the list of such elements, as the hub does with a board's: what can't be taken is left
/// out with a remark.
std::vector<Entity> check_declaration(const Json& elements, std::vector<Remark>& remarks);

/// A Remark of openapi.yaml.
Json json_of(const Remark& remark);

/// Whether a board may publish or listen on this topic of somebody else's system (docs/protocol.md, "Further topics").
/// `discovery_prefix` is Home Assistant's, without a slash at its end.
bool is_further_topic(std::string_view topic, std::string_view discovery_prefix) noexcept;

/// Whether a sensor's or a number's value must be a number.
bool is_numeric(const Entity& entity);

/// A text option, or an empty text.
std::string text_option(const Entity& entity, std::string_view key);
/// A numeric option, or `otherwise`.
double number_option(const Entity& entity, std::string_view key, double otherwise);
/// Whether the list option `key` contains `word`.
bool lists(const Entity& entity, std::string_view key, std::string_view word);

} // namespace hub::core
