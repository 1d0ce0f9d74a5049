// SPDX-License-Identifier: Apache-2.0
// One frame of the serial protocol between a Tuya MCU and its WiFi module (docs/tuya.md, "Frames").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace protocol::tuya {

inline constexpr std::uint8_t header_first = 0x55;
inline constexpr std::uint8_t header_second = 0xAA;

/// The same numbers mean different commands in the two protocols; a frame of one is never read as the other's.
inline constexpr std::uint8_t version_low_power = 0; ///< battery: the MCU switches the module's power
inline constexpr std::uint8_t version_mains = 3;     ///< always on, with a heartbeat

/// Header, version, command, length and sum, in bytes.
inline constexpr std::size_t frame_overhead = 7;
/// What an MCU sends to a module, at most, by what is known of any.
inline constexpr std::size_t mcu_data_max = 256;
/// A block of an MCU's new firmware: its offset and 1024 bytes.
inline constexpr std::size_t frame_data_max = 4 + 1024;
inline constexpr std::size_t frame_size_max = frame_overhead + frame_data_max;

/// A frame whose sum is right. `data` lies in the reader's buffer and is valid during the call only.
struct Frame {
    std::uint8_t version = version_low_power;
    std::uint8_t command = 0;
    std::span<const std::uint8_t> data;
};

/// The sum of all bytes, modulo 256.
std::uint8_t sum_of(std::span<const std::uint8_t> bytes) noexcept;

/// Writes a whole frame and returns it; empty when it does not fit into `into`. `frame.data` may not overlap `into`.
std::span<const std::uint8_t> write_frame(const Frame& frame, std::span<std::uint8_t> into) noexcept;

} // namespace protocol::tuya
