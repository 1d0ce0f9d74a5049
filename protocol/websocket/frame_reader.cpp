// SPDX-License-Identifier: Apache-2.0
#include "protocol/websocket/frame_reader.hpp"

#include "base/expect.hpp"

#include <algorithm>

namespace protocol::websocket {
namespace {

constexpr std::uint8_t last_bit = 0x80;
constexpr std::uint8_t reserved_bits = 0x70;
constexpr std::uint8_t opcode_bits = 0x0F;
constexpr std::uint8_t mask_bit = 0x80;
constexpr std::uint8_t size_bits = 0x7F;
constexpr std::uint8_t size_in_16_bits = 126;
constexpr std::uint8_t size_in_64_bits = 127;

bool is_control(Opcode kind) { return kind >= Opcode::close; }

std::size_t size_of_head(std::uint8_t size) {
    if (size == size_in_16_bits) return 4;
    if (size == size_in_64_bits) return 10;
    return 2;
}

} // namespace

bool FrameReader::feed(std::span<const std::uint8_t> bytes) {
    while (!broken_ && !bytes.empty()) {
        if (!in_payload_) {
            broken_ = !on_head_byte(bytes.front());
            bytes = bytes.subspan(1);
            continue;
        }
        const auto piece = bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size())));
        bytes = bytes.subspan(piece.size());
        left_ -= piece.size();
        if (is_control(static_cast<Opcode>(head_[0] & opcode_bits))) {
            std::copy(piece.begin(), piece.end(), control_.begin() + static_cast<std::ptrdiff_t>(control_size_));
            control_size_ += piece.size();
        } else {
            sink_.on_data(message_, piece);
        }
        if (left_ == 0) end_frame();
    }
    return !broken_;
}

bool FrameReader::on_head_byte(std::uint8_t byte) {
    head_[head_size_++] = byte;
    if (head_size_ < 2 || head_size_ < size_of_head(head_[1] & size_bits)) return true;
    left_ = head_size_ == 2 ? head_[1] & size_bits : 0;
    for (std::size_t i = 2; i < head_size_; ++i) left_ = (left_ << 8U) | head_[i];
    if (!check_head()) return false;
    in_payload_ = true;
    control_size_ = 0;
    if (left_ == 0) end_frame();
    return true;
}

bool FrameReader::check_head() {
    const auto kind = static_cast<Opcode>(head_[0] & opcode_bits);
    const bool last = (head_[0] & last_bit) != 0;
    if ((head_[0] & reserved_bits) != 0 || (head_[1] & mask_bit) != 0 || (left_ >> 63U) != 0) return false;
    switch (kind) {
    case Opcode::continuation: return message_ != Opcode::continuation;
    case Opcode::text:
    case Opcode::binary:
        if (message_ != Opcode::continuation) return false;
        message_ = kind;
        return true;
    case Opcode::close:
    case Opcode::ping:
    case Opcode::pong: return last && left_ <= control_size_max;
    }
    return false;
}

void FrameReader::end_frame() {
    const auto kind = static_cast<Opcode>(head_[0] & opcode_bits);
    const bool last = (head_[0] & last_bit) != 0;
    in_payload_ = false;
    head_size_ = 0;
    if (is_control(kind)) {
        sink_.on_control(kind, std::span(control_).first(control_size_));
    } else if (last) {
        message_ = Opcode::continuation;
    }
}

std::size_t write_head(std::span<std::uint8_t, head_size_max> head, Opcode kind, std::size_t size, const Mask& mask) {
    expect(size <= (is_control(kind) ? control_size_max : written_size_max));
    std::size_t at = 0;
    head[at++] = last_bit | static_cast<std::uint8_t>(kind);
    if (size < size_in_16_bits) {
        head[at++] = mask_bit | static_cast<std::uint8_t>(size);
    } else {
        head[at++] = mask_bit | size_in_16_bits;
        head[at++] = static_cast<std::uint8_t>(size >> 8U);
        head[at++] = static_cast<std::uint8_t>(size);
    }
    for (const std::uint8_t byte : mask) head[at++] = byte;
    return at;
}

void apply_mask(const Mask& mask, std::span<std::uint8_t> payload) noexcept {
    for (std::size_t i = 0; i < payload.size(); ++i) payload[i] ^= mask[i % mask.size()];
}

} // namespace protocol::websocket
