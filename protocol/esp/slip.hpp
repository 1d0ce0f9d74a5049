// SPDX-License-Identifier: Apache-2.0
// SLIP, the framing of Espressif's serial bootloaders: C0 around, DB DC for C0 and DB DD for DB inside.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace protocol::esp {

/// The longest frame, unescaped, in bytes: a stub's data block of 0x4000 with its two headers.
inline constexpr std::size_t frame_size_max = 0x4000 + 16 + 8;
/// What the longest frame takes on the wire when every byte is escaped.
inline constexpr std::size_t wire_size_max = 2 * frame_size_max + 2;

/// Writes one frame into the caller's bytes. What does not fit is not written, and `finish` says so.
class SlipWriter {
public:
    explicit SlipWriter(std::span<std::uint8_t> out) noexcept : out_(out) { put(0xC0); }

    void append(std::span<const std::uint8_t> bytes) noexcept;
    /// The frame's size on the wire; 0 when it did not fit.
    std::size_t finish() noexcept;

private:
    void put(std::uint8_t byte) noexcept;

    std::span<std::uint8_t> out_;
    std::size_t size_ = 0;
    bool fits_ = true;
};

/// Takes frames out of a stream, byte by byte. What comes before the first C0 is noise (a boot log). After that every
/// C0 parts two frames, so that a lost one costs a frame and not the ones after it.
class SlipReader {
public:
    /// A whole frame, unescaped and not empty, when `byte` ended one; valid until the next call.
    std::optional<std::span<const std::uint8_t>> feed(std::uint8_t byte) noexcept;

    /// Forgets a frame that is half read.
    void reset() noexcept;

    /// Bytes that belonged to no frame, so far.
    std::uint32_t noise() const noexcept { return noise_; }

private:
    enum class State : std::uint8_t { outside, inside, escaped, broken };

    void keep(std::uint8_t byte) noexcept;

    std::array<std::uint8_t, frame_size_max> frame_{};
    std::size_t size_ = 0;
    std::uint32_t noise_ = 0;
    State state_ = State::outside;
};

} // namespace protocol::esp
