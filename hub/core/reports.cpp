// SPDX-License-Identifier: Apache-2.0
#include "hub/core/reports.hpp"

#include "protocol/tuya/local_time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <string_view>

namespace hub::core {
namespace {

using protocol::tuya::LocalTime;

std::optional<std::uint8_t> nibble(char digit) {
    if (digit >= '0' && digit <= '9') return static_cast<std::uint8_t>(digit - '0');
    if (digit >= 'a' && digit <= 'f') return static_cast<std::uint8_t>(digit - 'a' + 10);
    return std::nullopt;
}

std::optional<std::vector<std::uint8_t>> bytes_of(std::string_view hex) {
    if (hex.size() % 2 != 0 || hex.size() > 2 * report_size_max) return std::nullopt;
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        const auto high = nibble(hex[i]);
        const auto low = nibble(hex[i + 1]);
        if (!high || !low) return std::nullopt;
        bytes.push_back(static_cast<std::uint8_t>(*high << 4U | *low));
    }
    return bytes;
}

/// `2026-03-01T17:04:05`
std::optional<Time> time_of(std::string_view text) {
    constexpr std::string_view pattern = "20NN-NN-NNTNN:NN:NN";
    constexpr std::array<std::size_t, 6> places{2, 5, 8, 11, 14, 17};
    if (text.size() != pattern.size()) return std::nullopt;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const bool is_digit = text[i] >= '0' && text[i] <= '9';
        if (pattern[i] == 'N' ? !is_digit : text[i] != pattern[i]) return std::nullopt;
    }
    std::array<std::uint8_t, places.size()> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        std::from_chars(text.data() + places[i], text.data() + places[i] + 2, parts[i]);
    }
    const LocalTime time{parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]};
    if (!is_valid(time)) return std::nullopt;
    return Time(std::chrono::seconds(seconds_of(time)));
}

/// Absent is false.
std::optional<bool> flag_of(const Json& options, const char* key) {
    const auto found = options.find(key);
    if (found == options.end()) return false;
    return found->is_boolean() ? std::optional(found->get<bool>()) : std::nullopt;
}

} // namespace

base::Result<Report> read_report(const Json& message) {
    const auto wrong = [] {
        return base::fail(base::ErrorCode::malformed, "report is [serial,datapoints,{options},t_ms]");
    };
    const bool shaped = message.size() >= 4 && message[1].is_number_integer() && message[1] >= 1 &&
                        message[1] <= UINT16_MAX && message[2].is_string() && message[3].is_object();
    if (!shaped) return wrong();
    const Json& options = message[3];
    Report report;
    report.serial = message[1].get<std::uint16_t>();
    auto bytes = bytes_of(message[2].get_ref<const std::string&>());
    const auto record = flag_of(options, "record");
    const auto late = flag_of(options, "late");
    if (!bytes || !record || !late) return wrong();
    report.datapoints = std::move(*bytes);
    report.late = *late;
    if (const auto time = options.find("time"); time != options.end()) {
        if (!time->is_string()) return wrong();
        report.time = time_of(time->get_ref<const std::string&>());
        if (!report.time) return wrong();
    }
    report.said = message[2].get<std::string>() + options.dump();
    return report;
}

} // namespace hub::core
