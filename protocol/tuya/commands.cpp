// SPDX-License-Identifier: Apache-2.0
#include "protocol/tuya/commands.hpp"

#include "protocol/json/value.hpp"

#include <algorithm>

namespace protocol::tuya {
namespace {

std::string_view low_power_name(std::uint8_t command) noexcept {
    switch (static_cast<Command>(command)) {
    case Command::product: return "product";
    case Command::network_status: return "network status";
    case Command::reset_wifi: return "reset WiFi";
    case Command::select_mode: return "reset WiFi and select mode";
    case Command::report: return "report";
    case Command::local_time: return "local time";
    case Command::wifi_test: return "WiFi test";
    case Command::record: return "record";
    case Command::issue: return "set datapoints";
    case Command::module_upgrade: return "module upgrade";
    case Command::signal_strength: return "signal strength";
    case Command::mcu_upgrade: return "MCU upgrade";
    case Command::mcu_upgrade_start: return "MCU upgrade start";
    case Command::mcu_upgrade_block: return "MCU upgrade block";
    case Command::cached_datapoints: return "cached datapoints";
    case Command::fast_report: return "fast report";
    case Command::fast_record: return "fast record";
    }
    return {};
}

// Sent with versions 0 (by the module) to 3; the numbers that are seen most.
std::string_view mains_name(std::uint8_t command) noexcept {
    switch (command) {
    case 0x00: return "heartbeat";
    case 0x01: return "product";
    case 0x02: return "working mode";
    case 0x03: return "network status";
    case 0x04: return "reset WiFi";
    case 0x05: return "reset WiFi and select mode";
    case 0x06: return "set datapoints";
    case 0x07: return "report";
    case 0x08: return "query datapoints";
    case 0x0A: return "MCU upgrade start";
    case 0x0B: return "MCU upgrade block";
    case 0x0E: return "WiFi test";
    case 0x1C: return "local time";
    case 0x22: return "report, confirmed";
    case 0x24: return "signal strength";
    case 0x2B: return "network status query";
    case 0x34: return "extended";
    default: return {};
    }
}

/// Tuya's own SDK reads small letters, the origin's MCU sent capital ones.
template <std::size_t size>
base::FixedString<size> member(const json::Value& object, std::string_view small, std::string_view capital) noexcept {
    base::FixedString<size> result;
    for (const std::string_view name : {small, capital}) {
        std::array<char, size> buffer{};
        const auto text = object.find(name).text(buffer);
        if (!text || text->empty()) continue;
        for (const char letter : *text) result.push_back(letter >= ' ' && letter <= '~' ? letter : '?');
        break;
    }
    return result;
}

} // namespace

std::string_view command_name(std::uint8_t version, std::uint8_t command) noexcept {
    return version == version_low_power ? low_power_name(command) : mains_name(command);
}

std::string_view network_status_name(std::uint8_t status) noexcept {
    switch (static_cast<NetworkStatus>(status)) {
    case NetworkStatus::smart_config: return "SmartConfig";
    case NetworkStatus::access_point: return "access point";
    case NetworkStatus::configured: return "configured";
    case NetworkStatus::connected: return "connected to the router";
    case NetworkStatus::cloud_connected: return "connected to the cloud";
    case NetworkStatus::low_power: return "low power";
    case NetworkStatus::both_modes: return "SmartConfig and access point";
    }
    return "unknown";
}

std::optional<Product> read_product(std::span<const std::uint8_t> bytes) noexcept {
    const auto object = json::parse({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    if (!object || !object->is(json::Type::object)) return std::nullopt;
    return Product{member<32>(*object, "p", "P"), member<16>(*object, "v", "V")};
}

std::optional<LocalTime> read_record_time(std::span<const std::uint8_t> data) noexcept {
    if (data.size() < record_time_size || data[0] != 1) return std::nullopt;
    const LocalTime time{data[1], data[2], data[3], data[4], data[5], data[6]};
    if (!is_valid(time)) return std::nullopt;
    return time;
}

std::array<std::uint8_t, record_time_size> write_record_time(const std::optional<LocalTime>& time) noexcept {
    if (!time) return {};
    return {1, time->year, time->month, time->day, time->hour, time->minute, time->second};
}

std::array<std::uint8_t, 8> write_time_answer(const std::optional<LocalTime>& time) noexcept {
    std::array<std::uint8_t, 8> answer{};
    const auto digits = write_record_time(time);
    std::copy(digits.begin(), digits.end(), answer.begin());
    if (time) answer[7] = weekday_of(*time);
    return answer;
}

std::array<std::uint8_t, 2> write_signal_answer(const std::optional<std::uint8_t>& percent) noexcept {
    if (!percent) return {};
    return {1, std::min<std::uint8_t>(*percent, 100)};
}

std::array<std::uint8_t, 4> write_upgrade_size(std::uint32_t size) noexcept {
    return {static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
            static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
}

std::optional<std::size_t> read_upgrade_block_size(std::span<const std::uint8_t> data) noexcept {
    if (data.empty()) return 256;
    if (data.size() > 1 || data[0] > 2) return std::nullopt;
    return std::size_t{256} << data[0];
}

} // namespace protocol::tuya
