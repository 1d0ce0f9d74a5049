// SPDX-License-Identifier: Apache-2.0
// A wall clock's time as Tuya MCUs know it: from 2000 to 2099, without a zone.
#pragma once

#include <cstdint>
#include <optional>

namespace protocol::tuya {

struct LocalTime {
    std::uint8_t year = 0; ///< after 2000, 0 to 99
    std::uint8_t month = 1;
    std::uint8_t day = 1;
    std::uint8_t hour = 0;
    std::uint8_t minute = 0;
    std::uint8_t second = 0;

    friend bool operator==(const LocalTime&, const LocalTime&) = default;
};

/// Whether there is such a day and such a time.
bool is_valid(const LocalTime& time) noexcept;

/// 1 is Monday, 7 Sunday. `time` is valid.
std::uint8_t weekday_of(const LocalTime& time) noexcept;

/// Seconds since 1970 on the same wall clock. `time` is valid.
std::int64_t seconds_of(const LocalTime& time) noexcept;

/// The reverse; nothing outside of 2000 to 2099.
std::optional<LocalTime> local_time_of(std::int64_t seconds) noexcept;

} // namespace protocol::tuya
