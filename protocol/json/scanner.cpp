// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/scanner.hpp"

#include <charconv>
#include <cmath>

namespace protocol::json {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_high_surrogate(int unit) noexcept { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low_surrogate(int unit) noexcept { return unit >= 0xDC00 && unit <= 0xDFFF; }

} // namespace

int hex4(std::string_view digits) noexcept {
    if (digits.size() < 4) return -1;
    unsigned value = 0;
    const char* const end = digits.data() + 4;
    const auto [stopped, error] = std::from_chars(digits.data(), end, value, 16);
    return error == std::errc{} && stopped == end ? static_cast<int>(value) : -1;
}

void Scanner::skip_space() noexcept {
    while (!at_end() && (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r')) ++position;
}

bool Scanner::take(char expected) noexcept {
    skip_space();
    if (peek() != expected || at_end()) return false;
    ++position;
    return true;
}

bool Scanner::check_value(int levels_left) noexcept {
    skip_space();
    switch (peek()) {
    case '[': return check_array(levels_left);
    case '{': return check_object(levels_left);
    case '"': return check_text();
    case 't': return check_word("true");
    case 'f': return check_word("false");
    case 'n': return check_word("null");
    default: return check_number();
    }
}

bool Scanner::check_array(int levels_left) noexcept {
    if (levels_left <= 0) {
        error = base::ErrorCode::too_large;
        return false;
    }
    ++position;
    if (take(']')) return true;
    do {
        if (!check_value(levels_left - 1)) return false;
    } while (take(','));
    return take(']');
}

bool Scanner::check_object(int levels_left) noexcept {
    if (levels_left <= 0) {
        error = base::ErrorCode::too_large;
        return false;
    }
    ++position;
    if (take('}')) return true;
    do {
        skip_space();
        if (!check_text() || !take(':') || !check_value(levels_left - 1)) return false;
    } while (take(','));
    return take('}');
}

bool Scanner::check_text() noexcept {
    if (peek() != '"') return false;
    ++position;
    while (!at_end() && peek() != '"') {
        const auto byte = static_cast<unsigned char>(peek());
        if (byte < 0x20) return false;
        if (byte == '\\') {
            if (!check_escape()) return false;
        } else if (byte < 0x80) {
            ++position;
        } else if (!check_utf8()) {
            return false;
        }
    }
    if (at_end()) return false;
    ++position;
    return true;
}

bool Scanner::check_escape() noexcept {
    constexpr std::string_view simple = "\"\\/bfnrt";
    const std::string_view rest = text_.substr(position + 1);
    if (rest.empty()) return false;
    if (rest.front() != 'u') {
        if (simple.find(rest.front()) == std::string_view::npos) return false;
        position += 2;
        return true;
    }
    const int unit = hex4(rest.substr(1));
    if (unit < 0 || is_low_surrogate(unit)) return false;
    position += 6;
    if (!is_high_surrogate(unit)) return true;
    const std::string_view second = text_.substr(position);
    if (!second.starts_with("\\u") || !is_low_surrogate(hex4(second.substr(2)))) return false;
    position += 6;
    return true;
}

bool Scanner::check_utf8() noexcept {
    const auto lead = static_cast<unsigned char>(peek());
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || position + length > text_.size()) return false;
    std::uint32_t code = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const auto byte = static_cast<unsigned char>(text_[position + i]);
        if ((byte & 0xC0U) != 0x80U) return false;
        code = code << 6U | (byte & 0x3FU);
    }
    const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (overlong || surrogate || code > 0x10FFFF) return false;
    position += length;
    return true;
}

std::size_t Scanner::take_digits() noexcept {
    const std::size_t start = position;
    while (!at_end() && is_digit(peek())) ++position;
    return position - start;
}

bool Scanner::check_number() noexcept {
    const std::size_t start = position;
    if (peek() == '-') ++position;
    const bool leading_zero = peek() == '0';
    const std::size_t digits = take_digits();
    if (digits == 0 || (leading_zero && digits > 1)) return false;
    if (peek() == '.') {
        ++position;
        if (take_digits() == 0) return false;
    }
    if (peek() == 'e' || peek() == 'E') {
        ++position;
        if (peek() == '+' || peek() == '-') ++position;
        if (take_digits() == 0) return false;
    }
    double value = 0;
    const auto [end, failure] = std::from_chars(text_.data() + start, text_.data() + position, value);
    return failure == std::errc{} && end == text_.data() + position && std::isfinite(value);
}

bool Scanner::check_word(std::string_view word) noexcept {
    if (!text_.substr(position).starts_with(word)) return false;
    position += word.size();
    return true;
}

std::size_t end_of_value(std::string_view checked, std::size_t start) noexcept {
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = start; i < checked.size(); ++i) {
        const char c = checked[i];
        if (in_text) {
            if (c == '\\')
                ++i;
            else if (c == '"')
                in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            ++depth;
        } else if (c == ']' || c == '}') {
            if (depth == 0) return i;
            --depth;
        } else if ((c == ',' || c == ':') && depth == 0) {
            return i;
        }
    }
    return checked.size();
}

} // namespace protocol::json
