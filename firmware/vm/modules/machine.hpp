// SPDX-License-Identifier: Apache-2.0
// What the session does with the pins of the `machine` module. VM core only.
#pragma once

#include "firmware/bridge/messages.hpp"

#include <string_view>

namespace firmware::vm {

/// Hands an edge to the handler of its pin, by way of the scheduler, which must have room.
void schedule_pin_edge(const bridge::PinEdge& edge) noexcept;

/// A fresh VM knows of no handlers.
void forget_pins() noexcept;

/// For machine.unique_id(); outlives the session.
void set_unique_id(std::string_view uid) noexcept;

} // namespace firmware::vm
