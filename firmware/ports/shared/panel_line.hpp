// SPDX-License-Identifier: Apache-2.0
// One line of a panel's conversation.
#pragma once

#include "base/expect.hpp"
#include "protocol/json/writer.hpp"

#include <cstddef>
#include <span>
#include <string_view>

namespace firmware::ports {

/// An array of what `body(writer)` writes, and a line feed, in `buffer`, which has room for it.
template <typename Body>
std::string_view write_line(std::span<char> buffer, Body body) noexcept {
    protocol::json::Writer writer(buffer.first(buffer.size() - 1));
    writer.begin_array();
    body(writer);
    writer.end_array();
    const std::size_t size = writer.view().size();
    expect(size > 0); // the longest line is known, and fits
    buffer[size] = '\n';
    return {buffer.data(), size + 1};
}

} // namespace firmware::ports
