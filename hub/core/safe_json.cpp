// SPDX-License-Identifier: Apache-2.0
#include "hub/core/safe_json.hpp"

#include <algorithm>
#include <cstdint>

namespace hub::core {
namespace {

using base::ErrorCode;

/// The deepest nesting of brackets outside of texts. Right for valid JSON; for anything else the parser says no later.
int bracket_depth(std::string_view text) noexcept {
    int depth = 0;
    int deepest = 0;
    bool in_text = false;
    bool escaped = false;
    for (const char byte : text) {
        if (in_text) {
            if (escaped) {
                escaped = false;
            } else if (byte == '\\') {
                escaped = true;
            } else if (byte == '"') {
                in_text = false;
            }
        } else if (byte == '"') {
            in_text = true;
        } else if (byte == '[' || byte == '{') {
            deepest = std::max(deepest, ++depth);
        } else if (byte == ']' || byte == '}') {
            --depth;
        }
    }
    return deepest;
}

/// The length of the UTF-8 sequence that `text` starts with (1 to 4), or 0 if it is not one.
std::size_t sequence_size(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80U) return 0;
    }
    const std::uint8_t second = byte(1);
    const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
    const bool surrogate = first == 0xED && second >= 0xA0;
    const bool beyond = first == 0xF4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : size;
}

} // namespace

base::Result<Json> parse_json(std::string_view text, std::size_t size_max) {
    if (text.size() > size_max) return base::fail(ErrorCode::too_large, "JSON is longer than it may be");
    if (bracket_depth(text) > json_depth_max) return base::fail(ErrorCode::too_large, "JSON is nested too deeply");
    Json value = Json::parse(text.begin(), text.end(), nullptr, false);
    if (value.is_discarded()) return base::fail(ErrorCode::malformed, "not JSON");
    return value;
}

bool is_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t size = sequence_size(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

std::string printable(std::string_view text, std::size_t size_max) {
    std::string result;
    while (!text.empty()) {
        const std::size_t size = sequence_size(text);
        const std::size_t taken = std::max<std::size_t>(size, 1);
        if (result.size() + taken > size_max) break;
        const auto first = static_cast<std::uint8_t>(text[0]);
        const bool control = (first < 0x20 && first != '\t' && first != '\n') || first == 0x7F;
        if (size == 0 || control) {
            result += '?';
        } else {
            result += text.substr(0, size);
        }
        text.remove_prefix(taken);
    }
    return result;
}

std::size_t character_count(std::string_view text) noexcept {
    return static_cast<std::size_t>(std::count_if(
        text.begin(), text.end(), [](char byte) { return (static_cast<std::uint8_t>(byte) & 0xC0U) != 0x80U; }));
}

} // namespace hub::core
