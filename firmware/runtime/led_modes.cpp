// SPDX-License-Identifier: Apache-2.0
// One table of the modes' names.
#include "firmware/runtime/led_modes.hpp"

#include <iterator>

namespace firmware::runtime {

namespace {

struct Names {
    std::string_view name;
    std::string_view title;
};
constexpr Names table[] = {
    {"accent_pulse", "Accent Pulse"},
    {"rainbow", "Rainbow"},
    {"disco", "Disco"},
    {"police", "Police"},
    {"relax", "Relax"},
    {"rotate", "Rotate"},
    {"chase", "Chase"},
    {"morph", "Morph"},
    {"breath", "Breath"},
    {"identity", "Identity"},
    {"flame", "Flame"},
    {"vu", "VU"},
    {"off", "Off"},
};
static_assert(std::size(table) == led_mode_count);

} // namespace

std::string_view led_mode_name(LedMode mode) noexcept { return table[static_cast<std::size_t>(mode)].name; }

std::string_view led_mode_title(LedMode mode) noexcept { return table[static_cast<std::size_t>(mode)].title; }

std::optional<LedMode> find_led_mode(std::string_view name) noexcept {
    for (std::size_t i = 0; i < led_mode_count; ++i) {
        if (table[i].name == name) return static_cast<LedMode>(i);
    }
    return std::nullopt;
}

} // namespace firmware::runtime
