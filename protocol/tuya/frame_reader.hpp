// SPDX-License-Identifier: Apache-2.0
// Takes frames out of a serial stream that may contain anything (docs/tuya.md, "Frames").
#pragma once

#include "base/clock.hpp"
#include "protocol/tuya/frame.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace protocol::tuya {

/// Half a frame that nothing follows for this long is given up; at 9600 baud a byte takes 1 ms.
inline constexpr base::Micros half_frame_timeout = base::from_ms(300);

/// Hears what the reader found, in the order of the stream, during `feed` or `flush`.
class FrameSink {
public:
    virtual void on_frame(const Frame& frame) = 0;
    /// Looks like a frame but its sum is wrong: `found` instead of `right`. Its bytes are searched for frames next.
    virtual void on_bad_sum(const Frame& frame, std::uint8_t found, std::uint8_t right) = 0;

protected:
    ~FrameSink() = default;
};

/// Splits a stream, byte by byte if need be; holds at most one frame. What is no frame is skipped one byte at a time,
/// so that no frame behind or inside garbage is lost.
class FrameReader {
public:
    /// `data_max`: a longer frame is not one; at most `frame_data_max`. Small where a wrong length must not make the
    /// reader wait for long.
    explicit FrameReader(FrameSink& sink, std::size_t data_max = mcu_data_max) noexcept;

    /// `now` is when these bytes arrived.
    void feed(std::span<const std::uint8_t> bytes, base::Micros now) noexcept;

    /// Gives up a half frame that has waited for `half_frame_timeout`, and looks for frames in what followed its first
    /// byte. Call it when `deadline` has come.
    void flush(base::Micros now) noexcept;

    /// When `flush` has something to do; `base::never` if no frame is half read.
    base::Micros deadline() const noexcept;

    /// Where in the stream the frame begins that is being told, in bytes from 0. Valid during the sink's calls.
    std::uint64_t frame_at() const noexcept { return skipped_ + taken_; }

    std::uint32_t bad_sums() const noexcept { return bad_sums_; }
    /// Bytes that belonged to no frame.
    std::uint64_t skipped() const noexcept { return skipped_; }

private:
    enum class Look : std::uint8_t { not_a_frame, incomplete, complete, bad_sum };

    void take_frames() noexcept;
    Look look() const noexcept;
    Frame held_frame() const noexcept;
    std::size_t held_data_size() const noexcept;
    void drop(std::size_t count) noexcept;

    FrameSink& sink_;
    std::size_t data_max_;
    std::array<std::uint8_t, frame_size_max> held_{};
    std::size_t held_size_ = 0;
    base::Micros last_byte_at_ = 0;
    std::uint64_t skipped_ = 0;
    std::uint64_t taken_ = 0;
    std::uint32_t bad_sums_ = 0;
};

} // namespace protocol::tuya
