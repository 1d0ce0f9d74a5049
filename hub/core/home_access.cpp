// SPDX-License-Identifier: Apache-2.0
#include "hub/core/home_access.hpp"

#include <algorithm>
#include <array>

namespace hub::core {

using base::ErrorCode;

namespace {

constexpr std::size_t name_size_max = 64;
constexpr std::array<std::string_view, 12> harmless = {
    "light",        "switch",       "fan",          "media_player", "scene",  "input_boolean",
    "input_button", "input_number", "input_select", "input_text",   "notify", "persistent_notification",
};

bool is_harmless(std::string_view name) {
    return std::find(harmless.begin(), harmless.end(), ha_domain(name)) != harmless.end();
}

constexpr std::array<std::string_view, 4> questions = {"calendar.get_events", "schedule.get_schedule", "todo.get_items",
                                                       "weather.get_forecasts"};

} // namespace

bool is_question(std::string_view action) noexcept {
    return std::find(questions.begin(), questions.end(), action) != questions.end();
}

bool is_ha_name(std::string_view name) noexcept {
    const auto point = name.find('.');
    const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    if (point == std::string_view::npos || name.size() > name_size_max) return false;
    const std::string_view domain = name.substr(0, point);
    const std::string_view rest = name.substr(point + 1);
    return !domain.empty() && !rest.empty() && std::all_of(domain.begin(), domain.end(), fits) &&
           std::all_of(rest.begin(), rest.end(), fits);
}

std::string_view ha_domain(std::string_view name) noexcept { return name.substr(0, name.find('.')); }

base::Result<> HomeAccess::check(std::string_view uid, std::string_view action, std::string_view target,
                                 bool asks) const {
    if (!is_ha_name(action)) return base::fail(ErrorCode::invalid_argument, "an action is like light.turn_on");
    if (!target.empty() && !is_ha_name(target)) {
        return base::fail(ErrorCode::invalid_argument, "a target is one entity, like light.hall");
    }
    const std::string_view what = target.empty() ? action : target;
    if (asks && is_question(action) && (target.empty() || ha_domain(target) == ha_domain(action))) return {};
    if (is_harmless(what) && is_harmless(action)) return {};
    const auto grants = grants_.find(uid);
    // A granted entity takes the actions of its own domain: homeassistant.toggle could mean anything.
    const bool own_domain = target.empty() || ha_domain(action) == ha_domain(target);
    if (own_domain && grants != grants_.end() && grants->second.contains(what)) return {};
    const std::string hint =
        "in ouro.toml: [home_assistant.grants] " + std::string(uid) + " = [\"" + std::string(what) + "\"]";
    return base::fail(ErrorCode::refused, "this board may not do " + std::string(action) + " to " + std::string(what),
                      hint);
}

} // namespace hub::core
