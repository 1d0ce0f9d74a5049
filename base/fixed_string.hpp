// SPDX-License-Identifier: Apache-2.0
// Text with a stated maximum, stored in place.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string_view>

namespace base {

/// Up to `size_max` bytes of text, stored in place and always NUL-terminated. Never allocates. What does not
/// fit is cut off, and `truncated()` says so; a cut never leaves half a UTF-8 sequence behind.
template <std::size_t size_max>
class FixedString {
public:
    constexpr FixedString() noexcept = default;
    constexpr FixedString(std::string_view text) noexcept { append(text); } // NOLINT: text converts
    constexpr FixedString(const char* text) noexcept { append(text); }      // NOLINT: text converts

    static constexpr std::size_t capacity() noexcept { return size_max; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr bool truncated() const noexcept { return truncated_; }
    constexpr const char* c_str() const noexcept { return bytes_.data(); }
    constexpr std::string_view view() const noexcept { return {bytes_.data(), size_}; }
    constexpr operator std::string_view() const noexcept { return view(); } // NOLINT: text converts

    constexpr void clear() noexcept {
        size_ = 0;
        truncated_ = false;
        bytes_[0] = '\0';
    }

    /// Adds as much of `text` as fits; returns false when some of it did not.
    constexpr bool append(std::string_view text) noexcept {
        std::size_t fits = std::min(text.size(), size_max - size_);
        const bool whole = fits == text.size();
        if (!whole) {
            truncated_ = true;
            while (fits > 0 && is_continuation(text[fits])) --fits;
        }
        for (std::size_t i = 0; i < fits; ++i) bytes_[size_ + i] = text[i];
        size_ += fits;
        bytes_[size_] = '\0';
        return whole;
    }

    constexpr bool push_back(char byte) noexcept { return append(std::string_view(&byte, 1)); }

    friend constexpr bool operator==(const FixedString& a, std::string_view b) noexcept { return a.view() == b; }
    friend constexpr bool operator==(const FixedString& a, const FixedString& b) noexcept {
        return a.view() == b.view();
    }

private:
    static constexpr bool is_continuation(char byte) noexcept {
        return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
    }

    std::array<char, size_max + 1> bytes_{};
    std::size_t size_ = 0;
    bool truncated_ = false;
};

} // namespace base
