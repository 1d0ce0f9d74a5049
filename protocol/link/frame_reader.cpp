// SPDX-License-Identifier: Apache-2.0
#include "protocol/link/frame_reader.hpp"

#include <algorithm>

namespace protocol::link {
namespace {

constexpr std::uint8_t line_feed = 0x0A;
constexpr std::uint8_t first_printable = 0x20;

} // namespace

base::Micros FrameReader::deadline() const noexcept {
    return held_size_ == 0 ? base::never : last_byte_at_ + half_frame_timeout;
}

void FrameReader::flush(base::Micros now) {
    if (held_size_ > 0 && now >= deadline()) give_up();
}

void FrameReader::give_up() {
    // Only a frame that got beyond its `[` counts as broken; a lone 0x1E is ordinary console text.
    if (held_size_ > 1) ++broken_;
    sink_.on_console({held_.data(), held_size_});
    held_size_ = 0;
}

void FrameReader::feed(std::span<const std::uint8_t> bytes, base::Micros now) {
    flush(now);
    last_byte_at_ = now;
    while (!bytes.empty()) {
        if (held_size_ == 0) {
            const auto start = std::find(bytes.begin(), bytes.end(), record_separator);
            const auto console_size = static_cast<std::size_t>(start - bytes.begin());
            if (console_size > 0) sink_.on_console(bytes.first(console_size));
            bytes = bytes.subspan(console_size);
            if (bytes.empty()) return;
            held_[held_size_++] = record_separator;
            bytes = bytes.subspan(1);
            continue;
        }
        const std::uint8_t byte = bytes.front();
        if (byte == line_feed && held_size_ > 1 && held_[held_size_ - 1] == ']') {
            const std::string_view json(reinterpret_cast<const char*>(held_.data()) + 1, held_size_ - 1);
            held_size_ = 0;
            sink_.on_frame(json);
            bytes = bytes.subspan(1);
            continue;
        }
        const bool starts_wrong = held_size_ == 1 && byte != '[';
        // One place is left for the line feed.
        if (starts_wrong || byte < first_printable || held_size_ == frame_size_max - 1) {
            give_up(); // and look at this byte again: it may start a frame
            continue;
        }
        held_[held_size_++] = byte;
        bytes = bytes.subspan(1);
    }
}

} // namespace protocol::link
