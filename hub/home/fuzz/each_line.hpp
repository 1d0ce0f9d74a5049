// SPDX-License-Identifier: Apache-2.0
// An input of a fuzz target as the messages that it stands for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace hub::home {

/// Calls `play` with each line, without its line feed; also with an empty one between two line feeds.
template <typename Play>
void each_line(const std::uint8_t* data, std::size_t size, const Play& play) {
    std::string_view rest(reinterpret_cast<const char*>(data), size);
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        play(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
}

} // namespace hub::home
