// SPDX-License-Identifier: Apache-2.0
// What a bootloader answers, and what it means by it.
#pragma once

#include "protocol/esp/request.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace protocol::esp {

/// A view of one frame.
struct Response {
    Op op = Op::sync;                   ///< of the request; may be an op that we don't know
    std::uint32_t value = 0;            ///< READ_REG's answer, SYNC's signature
    std::span<const std::uint8_t> body; ///< the payload, then the status
};

/// Nothing when the frame is no response: too short, not marked as one, or not as long as it says.
std::optional<Response> parse_response(std::span<const std::uint8_t> frame) noexcept;

/// The status after a payload: two bytes, of which a ROM later than ESP8266's sends two more that mean nothing.
struct Status {
    bool ok = false;
    std::uint8_t reason = 0; ///< when not ok
};

/// Where a loader's status lies: after `payload_size` bytes, or at the start when it failed and sent no payload.
/// Nothing when the body is neither.
std::optional<Status> status_of(const Response& response, std::size_t payload_size, std::size_t status_size) noexcept;

inline constexpr std::uint8_t reason_unsupported = 0x05;
inline constexpr std::uint8_t reason_checksum = 0x07;
inline constexpr std::uint8_t reason_stub_checksum = 0xC1;
inline constexpr std::uint8_t reason_stub_unknown = 0xC3;

/// What a reason means, e.g. "the flash reads back differently"; "a reason without a name" for others.
const char* reason_text(std::uint8_t reason) noexcept;

/// GET_SECURITY_INFO.
struct SecurityInfo {
    std::uint32_t flags = 0;
    std::uint8_t flash_crypt_count = 0;
    std::array<std::uint8_t, 7> key_purposes{};
    std::optional<std::uint32_t> chip_id; ///< absent from ESP32-S2, whose answer is shorter

    bool secure_boot() const noexcept { return (flags & 1U) != 0; }
    bool secure_download() const noexcept { return (flags & 4U) != 0; }
    /// An odd number of bits is set.
    bool flash_encryption() const noexcept;
};

/// Of 12 or 20 bytes; nothing for other sizes.
std::optional<SecurityInfo> parse_security_info(std::span<const std::uint8_t> payload) noexcept;

} // namespace protocol::esp
