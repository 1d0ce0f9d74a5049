// SPDX-License-Identifier: Apache-2.0
// Reads a battery sensor's `report` (docs/protocol.md).
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hub::core {

/// Bytes of datapoints in one report.
inline constexpr std::size_t report_size_max = 256;

struct Report {
    std::uint16_t serial = 0; ///< 1 to 65,535
    std::vector<std::uint8_t> datapoints;
    bool late = false;        ///< kept from a boot that could not deliver it
    std::optional<Time> time; ///< of a record, a moment in the past, whose MCU knew it
    Time at;                  ///< of what it says, as far as is known; for the hub to fill
    std::string said;         ///< the same text for a repetition, another one for another report of that serial
};

/// Errors: `malformed`.
base::Result<Report> read_report(const Json& message);

} // namespace hub::core
