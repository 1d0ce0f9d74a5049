// SPDX-License-Identifier: Apache-2.0
// A battery sensor's bad days, drawn from a seed: what may go wrong goes wrong at any moment, and in the end all events
// must have arrived that the MCU did not give up itself.
#pragma once

#include <cstdint>
#include <string>

namespace tuya_tests {

struct Outcome {
    std::string complaint; ///< empty: every promise was kept
    unsigned events = 0;
    unsigned boots = 0;
    std::int64_t virtual_ms = 0;
};

/// The same seed gives the same day.
Outcome play_schedule(std::uint32_t seed);

} // namespace tuya_tests
