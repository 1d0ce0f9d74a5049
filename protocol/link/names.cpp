// SPDX-License-Identifier: Apache-2.0
#include "protocol/link/names.hpp"

#include <algorithm>

namespace protocol::link {
namespace {

bool is_lower_or_digit(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }

bool is_made_of(std::string_view text, std::size_t size_min, std::size_t size_max, bool (*allowed)(char)) noexcept {
    return text.size() >= size_min && text.size() <= size_max && std::all_of(text.begin(), text.end(), allowed);
}

} // namespace

bool is_uid(std::string_view text) noexcept {
    return text != "hub" && is_made_of(text, 4, 32, [](char c) { return is_lower_or_digit(c); });
}

bool is_entity_id(std::string_view text) noexcept {
    return is_made_of(text, 1, 32, [](char c) { return is_lower_or_digit(c) || c == '_'; });
}

bool is_cmd_id(std::string_view text) noexcept {
    return is_made_of(text, 1, 24, [](char c) { return is_lower_or_digit(c) || is_upper(c) || c == '_' || c == '-'; });
}

} // namespace protocol::link
