// SPDX-License-Identifier: Apache-2.0
// The option `datapoint`: which datapoint of a Tuya MCU gives an entity its value, and how (docs/protocol.md,
// "Datapoints").
#pragma once

#include "hub/core/model.hpp"
#include "protocol/tuya/datapoint.hpp"

#include <optional>
#include <string>

namespace hub::core {

/// Whether it is such an object: `id` (1 to 255), and at most one of `scale`, `below` and `values`.
bool is_datapoint_option(const Json& option);

/// Why the option, which is one, does not go with the rest of `entity`; empty if it does.
std::string misfit_of_datapoint(const Entity& entity, const Json& option);

/// Whether `entity` reads the datapoint `id`.
bool reads_datapoint(const Entity& entity, std::uint8_t id);

/// The value that the datapoint has for `entity`, which reads it; null for unknown. It need not be one of the kind's.
Json value_of(const Entity& entity, const protocol::tuya::Datapoint& datapoint);

} // namespace hub::core
