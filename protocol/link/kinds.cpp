// SPDX-License-Identifier: Apache-2.0
#include "protocol/link/kinds.hpp"

#include <array>
#include <utility>

namespace protocol::link {
namespace {

constexpr std::array<std::pair<Kind, std::string_view>, kind_count> names{{
    {Kind::sensor, "sensor"},
    {Kind::binary_sensor, "binary_sensor"},
    {Kind::switch_, "switch"},
    {Kind::light, "light"},
    {Kind::button, "button"},
    {Kind::event, "event"},
    {Kind::number, "number"},
    {Kind::select, "select"},
    {Kind::text, "text"},
    {Kind::lock, "lock"},
    {Kind::cover, "cover"},
}};

} // namespace

std::string_view kind_name(Kind kind) noexcept {
    for (const auto& [candidate, name] : names) {
        if (candidate == kind) return name;
    }
    return "sensor";
}

std::optional<Kind> kind_from(std::string_view name) noexcept {
    for (const auto& [kind, candidate] : names) {
        if (candidate == name) return kind;
    }
    return std::nullopt;
}

bool takes_commands(Kind kind) noexcept {
    return kind != Kind::sensor && kind != Kind::binary_sensor && kind != Kind::event;
}

bool has_state(Kind kind) noexcept { return kind != Kind::button && kind != Kind::event; }

} // namespace protocol::link
