// SPDX-License-Identifier: Apache-2.0
#include "protocol/tuya/frame_reader.hpp"

#include "base/expect.hpp"

#include <algorithm>
#include <cstring>

namespace protocol::tuya {

FrameReader::FrameReader(FrameSink& sink, std::size_t data_max) noexcept : sink_(sink), data_max_(data_max) {
    expect(data_max <= frame_data_max);
}

base::Micros FrameReader::deadline() const noexcept {
    return held_size_ == 0 ? base::never : last_byte_at_ + half_frame_timeout;
}

void FrameReader::flush(base::Micros now) noexcept {
    while (held_size_ > 0 && now >= deadline()) {
        ++skipped_;
        drop(1);
        take_frames();
    }
}

void FrameReader::feed(std::span<const std::uint8_t> bytes, base::Micros now) noexcept {
    flush(now);
    last_byte_at_ = now;
    while (!bytes.empty()) {
        if (held_size_ == 0) {
            // The way over garbage, and the one that a fast stream takes.
            const auto start = std::find(bytes.begin(), bytes.end(), header_first);
            skipped_ += static_cast<std::uint64_t>(start - bytes.begin());
            bytes = bytes.subspan(static_cast<std::size_t>(start - bytes.begin()));
            if (bytes.empty()) return;
        }
        const std::size_t missing = (held_size_ < 6 ? std::size_t{6} : frame_overhead + held_data_size()) - held_size_;
        const std::size_t count = std::min(missing, bytes.size());
        std::memcpy(held_.data() + held_size_, bytes.data(), count);
        held_size_ += count;
        bytes = bytes.subspan(count);
        take_frames();
    }
}

std::size_t FrameReader::held_data_size() const noexcept { return std::size_t{held_[4]} << 8 | held_[5]; }

Frame FrameReader::held_frame() const noexcept {
    return {held_[2], held_[3], std::span(held_).subspan(6, held_data_size())};
}

FrameReader::Look FrameReader::look() const noexcept {
    if (held_[0] != header_first || (held_size_ > 1 && held_[1] != header_second)) return Look::not_a_frame;
    if (held_size_ > 2 && held_[2] > version_mains) return Look::not_a_frame;
    if (held_size_ < 6) return Look::incomplete;
    if (held_data_size() > data_max_) return Look::not_a_frame;
    const std::size_t size = frame_overhead + held_data_size();
    if (held_size_ < size) return Look::incomplete;
    return sum_of(std::span(held_).first(size - 1)) == held_[size - 1] ? Look::complete : Look::bad_sum;
}

void FrameReader::take_frames() noexcept {
    while (held_size_ > 0) {
        const Look found = look();
        if (found == Look::incomplete) return;
        if (found == Look::complete) {
            const Frame frame = held_frame();
            sink_.on_frame(frame);
            taken_ += frame_overhead + frame.data.size();
            drop(frame_overhead + frame.data.size());
            continue;
        }
        if (found == Look::bad_sum) {
            const std::size_t size = frame_overhead + held_data_size();
            ++bad_sums_;
            sink_.on_bad_sum(held_frame(), held_[size - 1], sum_of(std::span(held_).first(size - 1)));
        }
        ++skipped_;
        drop(1);
    }
}

void FrameReader::drop(std::size_t count) noexcept {
    held_size_ -= count;
    std::memmove(held_.data(), held_.data() + count, held_size_);
}

} // namespace protocol::tuya
