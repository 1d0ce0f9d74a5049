// SPDX-License-Identifier: Apache-2.0
#include "cli/terminal.hpp"

#include "hub/core/times.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace cli {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

struct Character {
    char32_t code = 0;
    std::size_t size = 0; ///< 0: no UTF-8
};

// The character at the beginning of `text`, in its shortest form and no surrogate (RFC 3629).
Character decode(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    if (byte(0) < 0x80) return {byte(0), 1};
    const std::size_t size = byte(0) >= 0xF0 ? 4 : byte(0) >= 0xE0 ? 3 : 2;
    if (byte(0) < 0xC2 || byte(0) > 0xF4 || text.size() < size) return {};
    char32_t code = byte(0) & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return {};
        code = code << 6U | (byte(i) & 0x3FU);
    }
    static constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    const bool valid = code >= smallest[size] && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    return valid ? Character{code, size} : Character{};
}

bool turns_direction(char32_t code) {
    return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F;
}

std::size_t width(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

} // namespace

std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Character character = decode(text);
        const bool control = character.code < 0x20 || (character.code >= 0x7F && character.code < 0xA0);
        if (character.size == 0 || turns_direction(character.code)) {
            result += '?';
        } else if (control) {
            result += {'\\', 'x', hex_digits[character.code >> 4U], hex_digits[character.code & 15U]};
        } else {
            result += text.substr(0, character.size);
        }
        text.remove_prefix(std::max<std::size_t>(character.size, 1));
    }
    return result;
}

std::string json_text(const nlohmann::json& json) {
    return json.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

void tell(bool as_json, const nlohmann::json& facts, std::string_view text) {
    std::puts(as_json ? json_text(facts).c_str() : printable(text).c_str());
    std::fflush(stdout);
}

std::string age(double at_ms, double now) {
    const double seconds = (now - at_ms) / 1000.0;
    const auto whole = [](double value) { return std::to_string(static_cast<long long>(value)); };
    if (seconds < 1) return "just now";
    if (seconds < 100) return whole(seconds) + " s ago";
    if (seconds < 100 * 60) return whole(seconds / 60) + " min ago";
    if (seconds < 48 * 3600) return whole(seconds / 3600) + " h ago";
    return whole(seconds / 86400) + " days ago";
}

double now_ms() { return hub::core::ms_of(hub::core::wall_now()); }

std::string clock_time(double at_ms) {
    const auto total = static_cast<long long>(at_ms);
    const std::time_t seconds = total / 1000;
    std::tm parts{};
    ::localtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%H:%M:%S", &parts);
    std::snprintf(text.data() + size, text.size() - size, ".%03d", static_cast<int>(total % 1000));
    return text.data();
}

std::string table(const std::vector<std::vector<std::string>>& rows, bool styled) {
    std::vector<std::size_t> widths;
    std::vector<std::vector<std::string>> cells;
    for (const auto& row : rows) {
        auto& safe = cells.emplace_back();
        for (std::size_t column = 0; column < row.size(); ++column) {
            safe.push_back(printable(row[column]));
            if (widths.size() <= column) widths.push_back(0);
            widths[column] = std::max(widths[column], width(safe.back()));
        }
    }
    std::string text;
    for (std::size_t row = 0; row < cells.size(); ++row) {
        std::string line;
        for (std::size_t column = 0; column < cells[row].size(); ++column) {
            line += cells[row][column];
            const bool last = column + 1 == cells[row].size();
            if (!last) line.append(widths[column] - width(cells[row][column]) + 2, ' ');
        }
        const bool heading = row == 0 && styled;
        text += heading ? "\x1b[1m" + line + "\x1b[0m\n" : line + "\n";
    }
    return text;
}

bool stdout_is_styled() {
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    const bool dumb = term == nullptr || std::string_view(term) == "dumb";
    return ::isatty(STDOUT_FILENO) == 1 && !dumb && (no_color == nullptr || *no_color == '\0');
}

} // namespace cli
