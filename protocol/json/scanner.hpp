// SPDX-License-Identifier: Apache-2.0
// The grammar of JSON, for value.cpp: checks a text, and walks one that was checked.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace protocol::json {

/// Walks over one text from `position` on. Each `check_…` leaves `position` behind what it accepted, or returns false
/// with `error` set and `position` at the byte that is wrong.
class Scanner {
public:
    explicit Scanner(std::string_view text) noexcept : text_(text) {}

    std::size_t position = 0;
    base::ErrorCode error = base::ErrorCode::malformed;

    bool at_end() const noexcept { return position >= text_.size(); }
    char peek() const noexcept { return at_end() ? '\0' : text_[position]; }
    void skip_space() noexcept;
    bool check_value(int levels_left) noexcept;

private:
    bool check_array(int levels_left) noexcept;
    bool check_object(int levels_left) noexcept;
    bool check_text() noexcept;
    bool check_escape() noexcept;
    bool check_utf8() noexcept;
    bool check_number() noexcept;
    bool check_word(std::string_view word) noexcept;
    bool take(char expected) noexcept;
    std::size_t take_digits() noexcept;

    std::string_view text_;
};

/// Where the value that starts at `start` ends, in a text that was checked.
std::size_t end_of_value(std::string_view checked, std::size_t start) noexcept;

/// Four hexadecimal digits, or -1.
int hex4(std::string_view digits) noexcept;

} // namespace protocol::json
