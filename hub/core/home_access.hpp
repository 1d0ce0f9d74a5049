// SPDX-License-Identifier: Apache-2.0
// Which of Home Assistant's actions a board may ask for.
#pragma once

#include "base/result.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace hub::core {

/// "light.hall" or "light.turn_on": two names of `a-z 0-9 _` with a point between them, 64 bytes at most.
bool is_ha_name(std::string_view name) noexcept;
/// What is before the point.
std::string_view ha_domain(std::string_view name) noexcept;

/// Whether Home Assistant's action does nothing but answer: weather.get_forecasts, calendar.get_events, todo.get_items,
/// schedule.get_schedule.
bool is_question(std::string_view action) noexcept;

/// Where a mistake does little harm, every board may act; for anything else somebody has to say so for that board and
/// that entity. Who may open a door is then written down in one place.
class HomeAccess {
public:
    /// `entity` is an entity ("lock.front_door") or an action without a target ("script.goodnight").
    void grant(const std::string& uid, const std::string& entity) { grants_[uid].insert(entity); }

    /// `target` may be empty: then the action itself must be harmless or granted. Errors: `invalid_argument` for what
    /// are no names, `refused` with what to write into the configuration.
    /// `asks`: the board wants the action's answer. To ask is to read, and a board may read: the actions that only
    /// answer
    /// (`is_question`) need no grant, for a target of their own domain.
    base::Result<> check(std::string_view uid, std::string_view action, std::string_view target,
                         bool asks = false) const;

private:
    std::map<std::string, std::set<std::string, std::less<>>, std::less<>> grants_;
};

} // namespace hub::core
