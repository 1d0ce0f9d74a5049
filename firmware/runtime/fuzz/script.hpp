// SPDX-License-Identifier: Apache-2.0
// A fuzzer's bytes, read as what the world does.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace firmware::runtime::fuzz {

/// Where the bytes end, all that is read is 0 or empty.
class Script {
public:
    Script(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

    bool ended() const { return rest_.empty(); }
    std::string_view rest() const { return rest_; }

    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const char first = rest_.front();
        rest_.remove_prefix(1);
        return static_cast<std::uint8_t>(first);
    }
    std::uint16_t word() {
        const std::uint8_t low = byte();
        return static_cast<std::uint16_t>(low | byte() << 8);
    }
    std::string_view text(std::size_t size) {
        const std::string_view text = rest_.substr(0, size);
        rest_.remove_prefix(text.size());
        return text;
    }

private:
    std::string_view rest_;
};

} // namespace firmware::runtime::fuzz
