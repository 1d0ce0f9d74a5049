// SPDX-License-Identifier: Apache-2.0
// Reads one JSON text where it lies: checked once, never copied, no heap.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace protocol::json {

enum class Type : std::uint8_t { null, boolean, number, text, array, object };

/// The deepest nesting that `parse` accepts, the outermost value included.
inline constexpr int depth_max = 6;

/// One value inside a text that `parse` has checked; as cheap to copy as a string_view, and valid as long as the text.
/// Asking for something that is not there gives an empty answer, never an error: check once, at the place that cares.
class Value {
public:
    Value() = default; ///< null

    Type type() const noexcept;
    bool is(Type wanted) const noexcept { return type() == wanted; }

    /// The value's own text, e.g. `"door"` with its quotes.
    std::string_view raw() const noexcept { return raw_; }

    std::optional<bool> boolean() const noexcept;
    /// A number written without fraction or exponent that fits.
    std::optional<std::int64_t> integer() const noexcept;
    /// Any number; always finite.
    std::optional<double> number() const noexcept;

    /// Decodes a text into `into` and returns the part that was written; nothing when it is not a text or does not
    /// fit.
    std::optional<std::string_view> text(std::span<char> into) const noexcept;
    /// Whether this is a text equal to `wanted`, escapes decoded.
    bool equals(std::string_view wanted) const noexcept;

    /// The element of an array; null beyond its end.
    Value at(std::size_t index) const noexcept;
    /// Elements of an array or members of an object; 0 for anything else. Takes time in proportion to the text.
    std::size_t size() const noexcept;
    /// The member of an object, the first if there are several of that name; null if there is none.
    Value find(std::string_view key) const noexcept;

private:
    friend base::Result<Value> parse(std::string_view text) noexcept;
    explicit Value(std::string_view raw) noexcept : raw_(raw) {}

    std::string_view raw_ = "null";
};

/// Checks the whole of `text` as one JSON value (RFC 8259): valid UTF-8, numbers finite, nested at most `depth_max`,
/// nothing behind it but white space. Errors: `malformed` with the byte at which it went wrong, `too_large` for the
/// nesting.
base::Result<Value> parse(std::string_view text) noexcept;

} // namespace protocol::json
