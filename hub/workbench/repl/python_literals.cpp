// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/python_literals.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace hub::workbench {
namespace {

void append_hex(std::string& literal, unsigned char byte) {
    std::array<char, 5> escape{};
    std::snprintf(escape.data(), escape.size(), "\\x%02x", byte);
    literal += escape.data();
}

bool is_octal_digit(char c) noexcept { return c >= '0' && c <= '7'; }

// The shortest escape that can't swallow the digit behind it.
void append_octal(std::string& literal, unsigned char byte, bool digit_follows) {
    std::array<char, 5> escape{};
    std::snprintf(escape.data(), escape.size(), digit_follows ? "\\%03o" : "\\%o", byte);
    literal += escape.data();
}

void append_utf8(std::string& text, std::uint32_t code) {
    if (code < 0x80) {
        text += static_cast<char>(code);
    } else if (code < 0x800) {
        text += {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
    } else if (code < 0x10000) {
        text += {static_cast<char>(0xE0 | (code >> 12)), static_cast<char>(0x80 | ((code >> 6) & 0x3F)),
                 static_cast<char>(0x80 | (code & 0x3F))};
    } else {
        text += {static_cast<char>(0xF0 | (code >> 18)), static_cast<char>(0x80 | ((code >> 12) & 0x3F)),
                 static_cast<char>(0x80 | ((code >> 6) & 0x3F)), static_cast<char>(0x80 | (code & 0x3F))};
    }
}

// Reads an escape whose backslash is at `at`, and returns the place behind it; 0 for a broken one.
std::size_t read_escape(std::string_view input, std::size_t at, std::string& text) {
    if (at + 1 >= input.size()) return 0;
    const char kind = input[at + 1];
    switch (kind) {
    case 'n': text += '\n'; return at + 2;
    case 'r': text += '\r'; return at + 2;
    case 't': text += '\t'; return at + 2;
    case '\\':
    case '\'':
    case '"': text += kind; return at + 2;
    default: break;
    }
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    if (digits == 0 || at + 2 + digits > input.size()) return 0;
    std::uint32_t code = 0;
    const char* const first = input.data() + at + 2;
    const auto [end, error] = std::from_chars(first, first + digits, code, 16);
    if (error != std::errc() || end != first + digits || code > 0x10FFFF) return 0;
    append_utf8(text, code);
    return at + 2 + digits;
}

} // namespace

std::string text_literal(std::string_view text) {
    std::string literal = "'";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\'' || c == '\\') {
            literal += '\\';
            literal += c;
        } else if (byte < 0x20 || byte == 0x7F) {
            append_hex(literal, byte);
        } else {
            literal += c;
        }
    }
    return literal += '\'';
}

std::string bytes_literal(std::string_view bytes) {
    std::string literal = "b'''";
    literal.reserve(bytes.size() + bytes.size() / 16 + 8);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        const char c = bytes[i];
        const auto byte = static_cast<unsigned char>(c);
        // NUL ends the unix port's source. CR would become LF. 1E may begin a frame of our link, which a board of ours
        // takes out. The others act on the prompt.
        if (byte <= 5 || byte == 0x1E) {
            append_octal(literal, byte, i + 1 < bytes.size() && is_octal_digit(bytes[i + 1]));
        } else if (c == '\r') {
            literal += "\\r";
        } else if (c == '\\' || c == '\'') {
            literal += '\\';
            literal += c;
        } else {
            literal += c;
        }
    }
    return literal += "'''";
}

std::optional<ParsedText> parse_text_literal(std::string_view input) {
    if (input.empty() || (input[0] != '\'' && input[0] != '"')) return std::nullopt;
    const char quote = input[0];
    ParsedText parsed;
    for (std::size_t at = 1; at < input.size();) {
        const char c = input[at];
        if (c == quote) {
            parsed.size = at + 1;
            return parsed;
        }
        if (c == '\\') {
            at = read_escape(input, at, parsed.text);
            if (at == 0) return std::nullopt;
        } else {
            parsed.text += c;
            ++at;
        }
    }
    return std::nullopt;
}

std::string filled(std::string_view code, std::initializer_list<std::string_view> literals) {
    std::string result;
    for (std::size_t i = 0; i < code.size(); ++i) {
        const auto index = i + 1 < code.size() ? static_cast<std::size_t>(code[i + 1] - '0') : literals.size();
        if (code[i] == '$' && index < literals.size()) {
            result += literals.begin()[index];
            ++i;
        } else {
            result += code[i];
        }
    }
    return result;
}

} // namespace hub::workbench
