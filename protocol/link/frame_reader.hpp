// SPDX-License-Identifier: Apache-2.0
// Takes the link's frames out of a console stream (docs/protocol.md, "Framing").
#pragma once

#include "base/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace protocol::link {

/// The longest frame, its 0x1E and line feed included, in bytes.
inline constexpr std::size_t frame_size_max = 1024;
inline constexpr std::uint8_t record_separator = 0x1E;
/// After this long, half a frame that nothing follows is console text after all.
inline constexpr base::Micros half_frame_timeout = base::from_ms(250);

/// Hears what the reader found, in the order of the stream, during `feed` or `flush`.
class FrameSink {
public:
    /// The JSON array of one frame, without 0x1E and line feed: at least `["x"]`-shaped at its edges, not yet parsed.
    /// Valid during the call only.
    virtual void on_frame(std::string_view json) = 0;
    /// Console bytes. Valid during the call only.
    virtual void on_console(std::span<const std::uint8_t> bytes) = 0;

protected:
    ~FrameSink() = default;
};

/// Splits a stream, byte by byte if need be; holds at most one frame. Every byte comes out once, in a frame or as
/// console.
class FrameReader {
public:
    explicit FrameReader(FrameSink& sink) noexcept : sink_(sink) {}

    /// `now` is when these bytes arrived.
    void feed(std::span<const std::uint8_t> bytes, base::Micros now);

    /// Gives up a half frame that has waited for `half_frame_timeout`. Call it when `deadline` has come.
    void flush(base::Micros now);

    /// When `flush` has something to do; `base::never` if no frame is half read.
    base::Micros deadline() const noexcept;

    /// Frames given up so far, as broken or half.
    std::uint32_t broken() const noexcept { return broken_; }

private:
    void give_up();

    FrameSink& sink_;
    std::array<std::uint8_t, frame_size_max> held_{};
    std::size_t held_size_ = 0;
    base::Micros last_byte_at_ = 0;
    std::uint32_t broken_ = 0;
};

} // namespace protocol::link
