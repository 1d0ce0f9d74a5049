// SPDX-License-Identifier: Apache-2.0
// The vectors of the Tuya protocol, and bytes as they write them: "55 AA 00".
#pragma once

#include "protocol/tests/hex.hpp"
#include "protocol/tests/vectors.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace protocol::tests {

/// One list of protocol/vectors/tuya.json.
inline nlohmann::json tuya_vectors(const char* list) { return read_vectors("tuya.json")[list]; }

inline std::string to_hex(std::span<const std::uint8_t> bytes) {
    constexpr const char* digits = "0123456789ABCDEF";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += ' ';
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

} // namespace protocol::tests
