// SPDX-License-Identifier: Apache-2.0
#include "protocol/tuya/local_time.hpp"

#include <chrono>

namespace protocol::tuya {
namespace {

constexpr int century = 2000;
constexpr std::int64_t day_seconds = 86400;

std::chrono::year_month_day date_of(const LocalTime& time) noexcept {
    return std::chrono::year(century + time.year) / std::chrono::month(time.month) / std::chrono::day(time.day);
}

} // namespace

bool is_valid(const LocalTime& time) noexcept {
    return time.year < 100 && date_of(time).ok() && time.hour < 24 && time.minute < 60 && time.second < 60;
}

std::uint8_t weekday_of(const LocalTime& time) noexcept {
    return static_cast<std::uint8_t>(std::chrono::weekday(std::chrono::sys_days(date_of(time))).iso_encoding());
}

std::int64_t seconds_of(const LocalTime& time) noexcept {
    const std::int64_t days = std::chrono::sys_days(date_of(time)).time_since_epoch().count();
    return days * day_seconds + std::int64_t{time.hour} * 3600 + std::int64_t{time.minute} * 60 + time.second;
}

std::optional<LocalTime> local_time_of(std::int64_t seconds) noexcept {
    constexpr std::int64_t first = 946'684'800; // 2000-01-01
    constexpr std::int64_t end = 4'102'444'800; // 2100-01-01
    if (seconds < first || seconds >= end) return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::sys_days(std::chrono::days(seconds / day_seconds)));
    const std::int64_t second = seconds % day_seconds;
    return LocalTime{static_cast<std::uint8_t>(static_cast<int>(date.year()) - century),
                     static_cast<std::uint8_t>(static_cast<unsigned>(date.month())),
                     static_cast<std::uint8_t>(static_cast<unsigned>(date.day())),
                     static_cast<std::uint8_t>(second / 3600),
                     static_cast<std::uint8_t>(second / 60 % 60),
                     static_cast<std::uint8_t>(second % 60)};
}

} // namespace protocol::tuya
