// SPDX-License-Identifier: Apache-2.0
// Bytes as the vectors write them: two hexadecimal digits each, with a blank between them or without.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace protocol::tests {

using Bytes = std::vector<std::uint8_t>;

inline Bytes from_hex(const std::string& hex) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        if (hex[i] == ' ') ++i;
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}

} // namespace protocol::tests
