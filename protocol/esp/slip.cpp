// SPDX-License-Identifier: Apache-2.0
#include "protocol/esp/slip.hpp"

#include <utility>

namespace protocol::esp {
namespace {

constexpr std::uint8_t frame_end = 0xC0;
constexpr std::uint8_t escape = 0xDB;
constexpr std::uint8_t escaped_end = 0xDC;
constexpr std::uint8_t escaped_escape = 0xDD;

} // namespace

void SlipWriter::put(std::uint8_t byte) noexcept {
    if (size_ == out_.size()) {
        fits_ = false;
        return;
    }
    out_[size_++] = byte;
}

void SlipWriter::append(std::span<const std::uint8_t> bytes) noexcept {
    for (const std::uint8_t byte : bytes) {
        if (byte == frame_end || byte == escape) {
            put(escape);
            put(byte == frame_end ? escaped_end : escaped_escape);
        } else {
            put(byte);
        }
    }
}

std::size_t SlipWriter::finish() noexcept {
    put(frame_end);
    return fits_ ? size_ : 0;
}

void SlipReader::reset() noexcept {
    size_ = 0;
    state_ = State::outside;
}

void SlipReader::keep(std::uint8_t byte) noexcept {
    if (size_ == frame_.size()) {
        noise_ += static_cast<std::uint32_t>(std::exchange(size_, 0)) + 1;
        state_ = State::broken;
        return;
    }
    frame_[size_++] = byte;
}

std::optional<std::span<const std::uint8_t>> SlipReader::feed(std::uint8_t byte) noexcept {
    if (byte == frame_end) {
        const bool whole = state_ == State::inside && size_ > 0;
        if (!whole) noise_ += static_cast<std::uint32_t>(size_);
        state_ = State::inside;
        const std::size_t size = std::exchange(size_, 0);
        if (!whole) return std::nullopt;
        return std::span<const std::uint8_t>(frame_).first(size);
    }
    switch (state_) {
    case State::outside:
    case State::broken: ++noise_; break;
    case State::inside:
        if (byte == escape) {
            state_ = State::escaped;
        } else {
            keep(byte);
        }
        break;
    case State::escaped:
        state_ = State::inside;
        if (byte == escaped_end) {
            keep(frame_end);
        } else if (byte == escaped_escape) {
            keep(escape);
        } else {
            noise_ += static_cast<std::uint32_t>(std::exchange(size_, 0)) + 2;
            state_ = State::broken;
        }
        break;
    }
    return std::nullopt;
}

} // namespace protocol::esp
