// SPDX-License-Identifier: Apache-2.0
#include "hub/api/request.hpp"

#include <algorithm>

namespace hub::api {

std::string_view role_name(Role role) noexcept {
    switch (role) {
    case Role::none: return "none";
    case Role::viewer: return "viewer";
    case Role::operator_: return "operator";
    case Role::admin: return "admin";
    }
    return "none";
}

namespace {

const std::string* find(const std::vector<std::pair<std::string, std::string>>& pairs, std::string_view name) noexcept {
    const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return pair.first == name; });
    return found == pairs.end() ? nullptr : &found->second;
}

} // namespace

std::string_view Request::param(std::string_view name) const noexcept {
    const std::string* value = find(path, name);
    return value ? std::string_view(*value) : std::string_view();
}

std::optional<std::string_view> Request::find_query(std::string_view name) const noexcept {
    const std::string* value = find(query, name);
    if (!value) return std::nullopt;
    return *value;
}

} // namespace hub::api
