// SPDX-License-Identifier: Apache-2.0
#include "protocol/esp/response.hpp"

#include "protocol/esp/bytes.hpp"

#include <algorithm>
#include <bit>

namespace protocol::esp {
namespace {

constexpr std::size_t header_size = 8;
constexpr std::uint8_t response_mark = 0x01;

struct Reason {
    std::uint8_t code;
    const char* text;
};

constexpr Reason reasons[] = {
    {0x00, "it does not say why"},
    {0x01, "a parameter is wrong"},
    {0x02, "it has no memory left"},
    {0x03, "it could not send"},
    {0x04, "it could not receive"},
    {0x05, "the message is broken, or not one it knows"},
    {0x06, "the command failed"},
    {0x07, "the checksum is wrong"},
    {0x08, "the flash reads back differently than it was written"},
    {0x09, "the flash could not be read"},
    {0x0A, "the length to read is wrong"},
    {0x0B, "the data can't be decompressed"},
    {0x0C, "the decompressed data is not what was compressed"},
    {0x0D, "a parameter of the compression is wrong"},
    {0x0E, "the size in RAM is wrong"},
    {0x0F, "the address in RAM is wrong"},
    {0xC0, "the length is wrong"},
    {0xC1, "the checksum is wrong"},
    {0xC2, "the block size is wrong"},
    {0xC3, "it does not know this command"},
    {0xC4, "the flash did not do it"},
    {0xC5, "the flash could not be unlocked"},
    {0xC6, "no transfer was begun"},
    {0xC7, "the data can't be decompressed"},
    {0xC8, "there was too little data"},
    {0xC9, "there was too much data"},
    {0xFF, "this is not implemented"},
};

} // namespace

std::optional<Response> parse_response(std::span<const std::uint8_t> frame) noexcept {
    if (frame.size() < header_size || frame[0] != response_mark) return std::nullopt;
    if (u16_at(frame, 2) != frame.size() - header_size) return std::nullopt;
    return Response{static_cast<Op>(frame[1]), u32_at(frame, 4), frame.subspan(header_size)};
}

std::optional<Status> status_of(const Response& response, std::size_t payload_size, std::size_t status_size) noexcept {
    const bool whole = response.body.size() == payload_size + status_size;
    // An ESP8266-like answer of two bytes also comes from ROMs that can't tell yet what they are asked.
    const bool failed_early = !whole && (response.body.size() == status_size || response.body.size() == 2);
    if (!whole && !failed_early) return std::nullopt;
    const std::size_t at = whole ? payload_size : 0;
    const Status status{response.body[at] == 0, response.body[at + 1]};
    if (response.body[at] > 1 || (failed_early && status.ok)) return std::nullopt;
    return status;
}

const char* reason_text(std::uint8_t reason) noexcept {
    const auto* const found =
        std::find_if(std::begin(reasons), std::end(reasons), [reason](const Reason& r) { return r.code == reason; });
    return found == std::end(reasons) ? "a reason without a name" : found->text;
}

bool SecurityInfo::flash_encryption() const noexcept { return std::popcount(flash_crypt_count) % 2 == 1; }

std::optional<SecurityInfo> parse_security_info(std::span<const std::uint8_t> payload) noexcept {
    if (payload.size() != 12 && payload.size() != 20) return std::nullopt;
    SecurityInfo info;
    info.flags = u32_at(payload, 0);
    info.flash_crypt_count = payload[4];
    std::copy_n(payload.begin() + 5, info.key_purposes.size(), info.key_purposes.begin());
    if (payload.size() == 20) info.chip_id = u32_at(payload, 12);
    return info;
}

} // namespace protocol::esp
