// SPDX-License-Identifier: Apache-2.0
// What the commands of the two Tuya protocols are called, and what the low-power one's small messages contain.
#pragma once

#include "base/fixed_string.hpp"
#include "protocol/tuya/frame.hpp"
#include "protocol/tuya/local_time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protocol::tuya {

/// The low-power protocol's commands. Each is a request and, in the other direction, the answer to it.
enum class Command : std::uint8_t {
    product = 0x01,           ///< module asks; JSON comes back
    network_status = 0x02,    ///< module tells
    reset_wifi = 0x03,        ///< MCU tells: the button was held
    select_mode = 0x04,       ///< MCU tells: reset, and into this mode
    report = 0x05,            ///< MCU tells datapoints; the answer may cut the module's power
    local_time = 0x06,        ///< MCU asks
    wifi_test = 0x07,         ///< MCU asks
    record = 0x08,            ///< as `report`, of a moment in the past
    issue = 0x09,             ///< module sets datapoints
    module_upgrade = 0x0A,    ///< MCU asks
    signal_strength = 0x0B,   ///< MCU asks
    mcu_upgrade = 0x0C,       ///< MCU asks
    mcu_upgrade_start = 0x0D, ///< module tells
    mcu_upgrade_block = 0x0E, ///< module tells
    cached_datapoints = 0x10, ///< MCU asks what was set while it slept
    fast_report = 0x18,       ///< as `report`
    fast_record = 0x19,       ///< as `record`
};

/// A command's name by its protocol version, e.g. `report status`; empty when it is not known.
std::string_view command_name(std::uint8_t version, std::uint8_t command) noexcept;

enum class NetworkStatus : std::uint8_t {
    smart_config = 0,    ///< being configured; the LED blinks fast
    access_point = 1,    ///< being configured; the LED blinks slowly
    configured = 2,      ///< knows a network (the origin: joined it)
    connected = 3,       ///< the router is reached (the origin: an address was given)
    cloud_connected = 4, ///< who wants the reports is reached: reports may come
    low_power = 5,
    both_modes = 6,
};
std::string_view network_status_name(std::uint8_t status) noexcept;

enum class UpgradeAnswer : std::uint8_t {
    checking = 0, ///< the MCU leaves the power on
    latest = 1,   ///< the MCU cuts the power
    updating = 2, ///< the MCU leaves the power on
    success = 3,  ///< the MCU cuts the power
    failed = 4,   ///< the MCU cuts the power
};

/// The answer to a report: done, or not.
inline constexpr std::uint8_t report_done = 0;
inline constexpr std::uint8_t report_failed = 1;

/// What an MCU says about itself.
struct Product {
    base::FixedString<32> id;
    base::FixedString<16> version;
};
/// From `{"p":"…","v":"…"}`, in small or capital letters. Nothing when it is no JSON object; both texts are empty when
/// they are not said. Both are printable ASCII: other bytes become `?`.
std::optional<Product> read_product(std::span<const std::uint8_t> json) noexcept;

/// The time before the datapoints of a record, in bytes.
inline constexpr std::size_t record_time_size = 7;
/// Nothing when the record says that its MCU does not know the time, or the time is none.
std::optional<LocalTime> read_record_time(std::span<const std::uint8_t> data) noexcept;
std::array<std::uint8_t, record_time_size> write_record_time(const std::optional<LocalTime>& time) noexcept;

/// The answer to `local_time`.
std::array<std::uint8_t, 8> write_time_answer(const std::optional<LocalTime>& time) noexcept;
/// The answer to `signal_strength` and `wifi_test`: a percentage, 0 to 100; nothing when there is no connection.
std::array<std::uint8_t, 2> write_signal_answer(const std::optional<std::uint8_t>& percent) noexcept;

/// `mcu_upgrade_start`: the size in bytes of the image.
std::array<std::uint8_t, 4> write_upgrade_size(std::uint32_t size) noexcept;
/// The answer to it: how many bytes the MCU takes at a time: 256, 512 or 1024.
std::optional<std::size_t> read_upgrade_block_size(std::span<const std::uint8_t> data) noexcept;

} // namespace protocol::tuya
