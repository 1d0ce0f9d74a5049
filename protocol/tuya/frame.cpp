// SPDX-License-Identifier: Apache-2.0
#include "protocol/tuya/frame.hpp"

#include <algorithm>

namespace protocol::tuya {

std::uint8_t sum_of(std::span<const std::uint8_t> bytes) noexcept {
    unsigned sum = 0;
    for (const std::uint8_t byte : bytes) sum += byte;
    return static_cast<std::uint8_t>(sum);
}

std::span<const std::uint8_t> write_frame(const Frame& frame, std::span<std::uint8_t> into) noexcept {
    const std::size_t size = frame_overhead + frame.data.size();
    if (frame.data.size() > frame_data_max || size > into.size()) return {};
    into[0] = header_first;
    into[1] = header_second;
    into[2] = frame.version;
    into[3] = frame.command;
    into[4] = static_cast<std::uint8_t>(frame.data.size() >> 8);
    into[5] = static_cast<std::uint8_t>(frame.data.size());
    std::copy(frame.data.begin(), frame.data.end(), into.begin() + 6);
    into[size - 1] = sum_of(into.first(size - 1));
    return into.first(size);
}

} // namespace protocol::tuya
