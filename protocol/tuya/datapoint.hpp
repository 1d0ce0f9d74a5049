// SPDX-License-Identifier: Apache-2.0
// Datapoints: the numbered values that a Tuya device consists of (docs/tuya.md, "Datapoints").
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protocol::tuya {

enum class DatapointType : std::uint8_t { raw = 0, boolean = 1, value = 2, string = 3, enumeration = 4, bitmap = 5 };

/// The word for a type, e.g. `bool`; `unknown` for a number that is none.
std::string_view datapoint_type_name(DatapointType type) noexcept;

/// Id, type and length, in bytes.
inline constexpr std::size_t datapoint_overhead = 4;

/// One datapoint, where it lies in a frame's data. Its length fits its type.
struct Datapoint {
    std::uint8_t id = 0;
    DatapointType type = DatapointType::raw;
    std::span<const std::uint8_t> bytes;

    /// A boolean, value, enumeration or bitmap as a number: 0 or 1, a signed number, 0 to 255, flags. Nothing for raw
    /// and string.
    std::optional<std::int64_t> number() const noexcept;
    /// A string's text, which may be any bytes; empty for other types.
    std::string_view text() const noexcept;
};

/// Walks over the datapoints of a report. What is wrong is left out, what is right is kept: a type that is unknown or a
/// length that does not fit its type is passed over; a length beyond the end ends the walk.
class DatapointReader {
public:
    /// `units` outlives the reader and what `next` gave.
    explicit DatapointReader(std::span<const std::uint8_t> units) noexcept : rest_(units) {}

    /// Nothing at the end.
    std::optional<Datapoint> next() noexcept;

    /// Datapoints passed over so far.
    unsigned skipped() const noexcept { return skipped_; }
    /// The data ended inside a datapoint. Known after `next` gave nothing.
    bool truncated() const noexcept { return truncated_; }

private:
    std::span<const std::uint8_t> rest_;
    unsigned skipped_ = 0;
    bool truncated_ = false;
};

/// Writes datapoints one after the other. Never beyond the buffer: when one did not fit, `ok()` is false and `bytes()`
/// is empty.
class DatapointWriter {
public:
    explicit DatapointWriter(std::span<std::uint8_t> buffer) noexcept : buffer_(buffer) {}

    DatapointWriter& raw(std::uint8_t id, std::span<const std::uint8_t> bytes) noexcept;
    DatapointWriter& boolean(std::uint8_t id, bool value) noexcept;
    DatapointWriter& value(std::uint8_t id, std::int32_t value) noexcept;
    DatapointWriter& string(std::uint8_t id, std::string_view text) noexcept;
    DatapointWriter& enumeration(std::uint8_t id, std::uint8_t value) noexcept;
    /// In the fewest of 1, 2 or 4 bytes.
    DatapointWriter& bitmap(std::uint8_t id, std::uint32_t flags) noexcept;
    DatapointWriter& put(const Datapoint& datapoint) noexcept;

    bool ok() const noexcept { return ok_; }
    std::span<const std::uint8_t> bytes() const noexcept;

private:
    DatapointWriter& number(std::uint8_t id, DatapointType type, std::uint32_t value, std::size_t size) noexcept;

    std::span<std::uint8_t> buffer_;
    std::size_t size_ = 0;
    bool ok_ = true;
};

} // namespace protocol::tuya
