// SPDX-License-Identifier: Apache-2.0
// Frames of a WebSocket (RFC 6455) as a client reads and writes them, for servers so small that no library fits them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace protocol::websocket {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

/// The most that a control frame holds, in bytes.
inline constexpr std::size_t control_size_max = 125;
/// The most that a frame of ours holds, in bytes: boards know no longer lengths than those of 16 bits.
inline constexpr std::size_t written_size_max = 65'535;
inline constexpr std::size_t head_size_max = 8;

/// Hears what the reader found, in the order of the stream, during `feed`. Valid during the call only.
class FrameSink {
public:
    /// A piece of a text or binary message; where one ends is not told, as no board minds. Texts are not checked to be
    /// UTF-8: boards send whatever their programs print, cut anywhere.
    virtual void on_data(Opcode kind, std::span<const std::uint8_t> bytes) = 0;
    /// A whole close, ping or pong.
    virtual void on_control(Opcode kind, std::span<const std::uint8_t> bytes) = 0;

protected:
    ~FrameSink() = default;
};

/// Splits the stream of a server, byte by byte if need be; holds at most one control frame. No heap.
class FrameReader {
public:
    explicit FrameReader(FrameSink& sink) noexcept : sink_(sink) {}

    /// False when this is no WebSocket's stream: then, and ever after, nothing more is taken.
    [[nodiscard]] bool feed(std::span<const std::uint8_t> bytes);

private:
    bool on_head_byte(std::uint8_t byte);
    bool check_head();
    void end_frame();

    FrameSink& sink_;
    std::array<std::uint8_t, 10> head_{}; ///< two bytes, and up to eight of a length
    std::size_t head_size_ = 0;
    bool in_payload_ = false;
    bool broken_ = false;
    std::uint64_t left_ = 0;                ///< of the frame's payload, in bytes
    Opcode message_ = Opcode::continuation; ///< the kind of the message that is not over; continuation: none
    std::array<std::uint8_t, control_size_max> control_{};
    std::size_t control_size_ = 0;
};

using Mask = std::array<std::uint8_t, 4>;

/// Writes the head of a last (and only) frame of a message to `head` and returns its size. `size` is at most
/// `written_size_max`; the payload follows, masked.
std::size_t write_head(std::span<std::uint8_t, head_size_max> head, Opcode kind, std::size_t size, const Mask& mask);

/// Masks a whole payload, or takes the mask off.
void apply_mask(const Mask& mask, std::span<std::uint8_t> payload) noexcept;

} // namespace protocol::websocket
