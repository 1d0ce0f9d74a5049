// SPDX-License-Identifier: Apache-2.0
// The words for entity kinds, and what each kind can do.
#pragma once

#include "hub/core/model.hpp"

#include <optional>
#include <string_view>

namespace hub::core {

/// The word of docs/protocol.md, which is also Home Assistant's platform name, e.g. `binary_sensor`.
std::string_view kind_name(Kind kind) noexcept;
std::optional<Kind> kind_from(std::string_view name) noexcept;

/// Whether `set` may be sent to it.
bool takes_commands(Kind kind) noexcept;
/// Whether it has a value. A button and an event have none.
bool has_state(Kind kind) noexcept;

} // namespace hub::core
