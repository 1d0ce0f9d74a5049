// SPDX-License-Identifier: Apache-2.0
// The names that the link allows (docs/protocol.md, "Names").
#pragma once

#include <string_view>

namespace protocol::link {

/// `[a-z0-9]{4,32}`, and not the reserved "hub".
bool is_uid(std::string_view text) noexcept;
/// `[a-z0-9_]{1,32}`
bool is_entity_id(std::string_view text) noexcept;
/// `[A-Za-z0-9_-]{1,24}`
bool is_cmd_id(std::string_view text) noexcept;

} // namespace protocol::link
