// SPDX-License-Identifier: Apache-2.0
// Writes one JSON text into a buffer that the caller owns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace protocol::json {

/// Writes values one after the other and puts the commas in. Never writes beyond the buffer: when something did not
/// fit, `ok()` is false and `view()` is empty, so that half a text can't be sent by mistake.
class Writer {
public:
    explicit Writer(std::span<char> buffer) noexcept : buffer_(buffer) {}

    Writer& begin_array() noexcept;
    Writer& end_array() noexcept;
    Writer& begin_object() noexcept;
    Writer& key(std::string_view name) noexcept;
    Writer& end_object() noexcept;

    Writer& null() noexcept;
    Writer& boolean(bool value) noexcept;
    Writer& integer(std::int64_t value) noexcept;
    /// The shortest digits that read back as the same number; null for what is not finite.
    Writer& number(double value) noexcept;
    /// Escapes quotes, backslashes and control characters; bytes that are not UTF-8 become U+FFFD.
    Writer& text(std::string_view value) noexcept;
    /// A value that is JSON already, as it is.
    Writer& raw(std::string_view json) noexcept;

    bool ok() const noexcept { return !overflow_; }
    std::string_view view() const noexcept;

private:
    void before_value() noexcept;
    void put(std::string_view bytes) noexcept;

    std::span<char> buffer_;
    std::size_t size_ = 0;
    bool needs_comma_ = false;
    bool overflow_ = false;
};

} // namespace protocol::json
