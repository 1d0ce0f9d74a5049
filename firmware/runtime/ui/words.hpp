// SPDX-License-Identifier: Apache-2.0
// Dates and numbers as a person reads them.
#pragma once

#include "base/fixed_string.hpp"

#include <cstdint>
#include <string_view>

namespace firmware::runtime::ui {

/// A moment of the Gregorian calendar, without a time zone.
struct Civil {
    int year = 1970;
    int month = 1; ///< 1 to 12
    int day = 1;   ///< 1 to 31
    int hour = 0;
    int minute = 0;
    int second = 0;
    friend bool operator==(const Civil&, const Civil&) = default;
};

int days_in_month(int year, int month) noexcept;
/// 0 is a Monday.
int weekday(const Civil& date) noexcept;

Civil civil_of(std::int64_t epoch_seconds) noexcept;
std::int64_t epoch_of(const Civil& civil) noexcept;

using ShortText = base::FixedString<40>;

/// `value` in decimal, with zeros before it up to `digits`.
ShortText number(std::int64_t value, int digits = 1) noexcept;
/// `value` in units of one, with 1 or 2 digits behind the point, cut off: `-1.2 C`.
ShortText thousandths(std::int32_t value, int digits, std::string_view unit) noexcept;
ShortText hours_minutes(const Civil& civil) noexcept;         ///< `14:05`
ShortText hours_minutes_seconds(const Civil& civil) noexcept; ///< `14:05:09`
ShortText date(const Civil& civil) noexcept;                  ///< `Sat 21 Nov 2026`
ShortText duration(std::int64_t seconds) noexcept;            ///< `3 d 04:05:06`, `4:05:06`
ShortText utc_offset(int minutes) noexcept;                   ///< `UTC+05:30`

} // namespace firmware::runtime::ui
