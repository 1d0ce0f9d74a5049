// SPDX-License-Identifier: Apache-2.0
// A sensor's reports on their way over the link, until the hub says that they have arrived.
#pragma once

#include "base/clock.hpp"
#include "base/fixed_vector.hpp"
#include "firmware/runtime/tuya/parts.hpp"
#include "protocol/tuya/frame.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace firmware::runtime {

struct QueuedReport {
    std::uint16_t serial = 0; ///< on the link; never 0
    std::uint16_t sensor_serial = 0;
    bool unsaid = true;
    bool record = false;
    bool late = false;
    std::optional<protocol::tuya::LocalTime> time;
    base::FixedVector<std::uint8_t, protocol::tuya::mcu_data_max> datapoints;
    base::Micros at = 0;
};

/// In the order in which they were published. A sensor counts its reports from 1 in each of its boots; on the link each
/// has a number of its own, so that an answer which comes after the sensor's power was cut confirms nothing else.
class ReportQueue {
public:
    static constexpr std::size_t depth = 4;

    /// The first number is one that the last starts of the board have not used.
    explicit ReportQueue(std::uint32_t boot) noexcept : next_serial_(static_cast<std::uint16_t>(boot << 8U | 1U)) {}

    /// One that is published again keeps its number and goes to the end. False: no room.
    bool put(const tuya::Delivery& delivery, base::Micros at) noexcept;
    /// The oldest that has not been said, and is said now; null when there is none.
    const QueuedReport* say() noexcept;
    void say_again() noexcept;
    /// The hub has it: returns the sensor's own number for it. Nothing for a number that no report has.
    std::optional<std::uint16_t> confirm(std::int64_t serial) noexcept;
    void clear() noexcept { list_.clear(); }

private:
    std::uint16_t take_serial(std::uint16_t sensor_serial) noexcept;

    base::FixedVector<QueuedReport, depth> list_;
    std::uint16_t next_serial_;
};

} // namespace firmware::runtime
