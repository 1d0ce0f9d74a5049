// SPDX-License-Identifier: Apache-2.0
// Years are counted from March here, so that the leap day is the last of a year and needs no case of its own.
#include "firmware/runtime/ui/words.hpp"

#include <array>
#include <cstdlib>

namespace firmware::runtime::ui {

namespace {

constexpr std::int64_t day_seconds = 86400;
constexpr std::int64_t era_days = 146097;     ///< of 400 years
constexpr std::int64_t days_to_1970 = 719468; ///< from the 1st of March of year 0

std::int64_t floor_div(std::int64_t a, std::int64_t b) noexcept { return a / b - (a % b < 0 ? 1 : 0); }

std::int64_t days_of(const Civil& civil) noexcept {
    const std::int64_t year = civil.month <= 2 ? civil.year - 1 : civil.year;
    const std::int64_t era = floor_div(year, 400);
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t month = (civil.month + 9) % 12; // March is 0
    const std::int64_t day_of_year = (153 * month + 2) / 5 + civil.day - 1;
    return era * era_days + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - days_to_1970;
}

} // namespace

int days_in_month(int year, int month) noexcept {
    constexpr std::array<int, 12> days = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[static_cast<std::size_t>(month - 1)] + (leap && month == 2 ? 1 : 0);
}

int weekday(const Civil& date) noexcept {
    const std::int64_t days = days_of(date) + 3; // the 1st of January 1970 was a Thursday
    return static_cast<int>(days - floor_div(days, 7) * 7);
}

Civil civil_of(std::int64_t epoch_seconds) noexcept {
    const std::int64_t since_1970 = floor_div(epoch_seconds, day_seconds);
    const auto second = static_cast<int>(epoch_seconds - since_1970 * day_seconds);
    const std::int64_t days = since_1970 + days_to_1970;
    const std::int64_t era = floor_div(days, era_days);
    const std::int64_t of_era = days - era * era_days;
    const std::int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    const std::int64_t month = (5 * of_year + 2) / 153;
    Civil civil;
    civil.day = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
    civil.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
    civil.year = static_cast<int>(year + era * 400 + (civil.month <= 2 ? 1 : 0));
    civil.hour = second / 3600;
    civil.minute = second / 60 % 60;
    civil.second = second % 60;
    return civil;
}

std::int64_t epoch_of(const Civil& civil) noexcept {
    return days_of(civil) * day_seconds + civil.hour * 3600 + civil.minute * 60 + civil.second;
}

ShortText number(std::int64_t value, int digits) noexcept {
    std::array<char, 24> reversed{};
    std::size_t size = 0;
    auto rest = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
    do {
        reversed[size++] = static_cast<char>('0' + rest % 10);
        rest /= 10;
    } while (rest > 0 || size < static_cast<std::size_t>(digits));
    ShortText text;
    if (value < 0) text.push_back('-');
    while (size > 0) text.push_back(reversed[--size]);
    return text;
}

ShortText thousandths(std::int32_t value, int digits, std::string_view unit) noexcept {
    const std::int64_t size = std::abs(std::int64_t{value});
    ShortText text = value < 0 ? "-" : "";
    text.append(number(size / 1000));
    text.push_back('.');
    text.append(number(size % 1000 / (digits == 1 ? 100 : 10), digits));
    text.append(unit);
    return text;
}

ShortText hours_minutes(const Civil& civil) noexcept {
    ShortText text = number(civil.hour, 2);
    text.push_back(':');
    text.append(number(civil.minute, 2));
    return text;
}

ShortText hours_minutes_seconds(const Civil& civil) noexcept {
    ShortText text = hours_minutes(civil);
    text.push_back(':');
    text.append(number(civil.second, 2));
    return text;
}

ShortText date(const Civil& civil) noexcept {
    constexpr std::string_view days = "MonTueWedThuFriSatSun";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    ShortText text = days.substr(static_cast<std::size_t>(weekday(civil)) * 3, 3);
    text.push_back(' ');
    text.append(number(civil.day));
    text.push_back(' ');
    text.append(months.substr(static_cast<std::size_t>(civil.month - 1) * 3, 3));
    text.push_back(' ');
    text.append(number(civil.year));
    return text;
}

ShortText duration(std::int64_t seconds) noexcept {
    ShortText text;
    const std::int64_t days = seconds / day_seconds;
    if (days > 0) {
        text = number(days);
        text.append(" d ");
    }
    text.append(number(seconds / 3600 % 24, days > 0 ? 2 : 1));
    text.push_back(':');
    text.append(number(seconds / 60 % 60, 2));
    text.push_back(':');
    text.append(number(seconds % 60, 2));
    return text;
}

ShortText utc_offset(int minutes) noexcept {
    ShortText text = minutes < 0 ? "UTC-" : "UTC+";
    text.append(number(std::abs(minutes) / 60, 2));
    text.push_back(':');
    text.append(number(std::abs(minutes) % 60, 2));
    return text;
}

} // namespace firmware::runtime::ui
