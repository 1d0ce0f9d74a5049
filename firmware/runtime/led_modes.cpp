// SPDX-License-Identifier: Apache-2.0
// One table of the modes, and a function for each picture. Pictures are painted in full brightness, then dimmed.
#include "firmware/runtime/led_modes.hpp"

#include <algorithm>
#include <iterator>

namespace firmware::runtime {

using contract::Rgb;
using Colors = std::span<Rgb>;

namespace {

constexpr std::uint32_t full = 255;

constexpr Rgb scale(Rgb color, std::uint32_t level) noexcept {
    return {static_cast<std::uint8_t>(color.r * level / full), static_cast<std::uint8_t>(color.g * level / full),
            static_cast<std::uint8_t>(color.b * level / full)};
}

constexpr std::uint8_t between(std::uint8_t from, std::uint8_t to, std::uint32_t part, std::uint32_t whole) noexcept {
    return static_cast<std::uint8_t>((from * (whole - part) + to * part) / whole);
}

constexpr Rgb between(Rgb from, Rgb to, std::uint32_t part, std::uint32_t whole) noexcept {
    return {between(from.r, to.r, part, whole), between(from.g, to.g, part, whole), between(from.b, to.b, part, whole)};
}

// The circle of colours: red at 0, yellow, green, cyan, blue, magenta in steps of 256.
constexpr std::uint32_t hues = 6 * 256;

constexpr Rgb hue(std::uint32_t angle) noexcept {
    const auto up = static_cast<std::uint8_t>(angle % 256);
    const auto down = static_cast<std::uint8_t>(full - up);
    switch (angle % hues / 256) {
    case 0: return {255, up, 0};
    case 1: return {down, 255, 0};
    case 2: return {0, 255, up};
    case 3: return {0, down, 255};
    case 4: return {up, 0, 255};
    default: return {255, 0, down};
    }
}

/// From 0 to 255 and back in a period, slow at both ends.
constexpr std::uint32_t swell(std::uint32_t ms, std::uint32_t period_ms) noexcept {
    const std::uint32_t at = ms % period_ms * 2 * full / period_ms;
    const std::uint32_t x = at <= full ? at : 2 * full - at;
    return x * x * (3 * full - 2 * x) / (full * full);
}

/// Bits that look random: MurmurHash3's finalizer.
constexpr std::uint32_t mix(std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0) noexcept {
    std::uint32_t bits = a ^ b * 0x9E3779B9U ^ c * 0x85EBCA6BU;
    bits = (bits ^ bits >> 16) * 0x85EBCA6BU;
    bits = (bits ^ bits >> 13) * 0xC2B2AE35U;
    return bits ^ bits >> 16;
}

void fill(Colors colors, Rgb color) noexcept {
    for (Rgb& each : colors) each = color;
}

void accent_pulse(const LedScene& scene, Colors colors) noexcept {
    fill(colors, scale(scene.accent, 40 + swell(scene.ms, 2000) * (full - 40) / full));
}

void rainbow(const LedScene& scene, Colors colors) noexcept {
    const auto turned = scene.ms % 6000 * hues / 6000;
    for (std::uint32_t i = 0; i < colors.size(); ++i) {
        colors[i] = hue(turned + i * hues / static_cast<std::uint32_t>(colors.size()));
    }
}

void disco(const LedScene& scene, Colors colors) noexcept {
    constexpr std::uint32_t flare_ms = 600;
    for (std::uint32_t i = 0; i < colors.size(); ++i) {
        const std::uint32_t own_ms = scene.ms + mix(scene.seed, i) % flare_ms;
        const std::uint32_t left = flare_ms - own_ms % flare_ms;
        colors[i] = scale(hue(mix(scene.seed, i, own_ms / flare_ms + 1)), left * full / flare_ms);
    }
}

// Two flashes a side in 1.4 s: below three a second, whoever looks.
void police(const LedScene& scene, Colors colors) noexcept {
    const std::uint32_t at = scene.ms % 1400;
    const bool lit = at % 700 < 180 || (at % 700 >= 300 && at % 700 < 480);
    for (std::size_t i = 0; i < colors.size(); ++i) {
        const bool first_half = i < (colors.size() + 1) / 2;
        colors[i] = Rgb{};
        if (lit && first_half == (at < 700)) colors[i] = first_half ? Rgb{255, 0, 0} : Rgb{0, 0, 255};
    }
}

void relax(const LedScene& scene, Colors colors) noexcept {
    constexpr std::uint32_t teal = 700;
    constexpr std::uint32_t violet = 1150;
    for (std::uint32_t i = 0; i < colors.size(); ++i) {
        const std::uint32_t at = swell(scene.ms % 16'000 + i * 400, 16'000);
        colors[i] = scale(hue(teal + at * (violet - teal) / full), 150);
    }
}

void rotate(const LedScene& scene, Colors colors) noexcept {
    constexpr std::uint32_t apart = 256; // from one LED to the next
    const auto ring = static_cast<std::uint32_t>(colors.size()) * apart;
    const std::uint32_t tail = ring / 2 + apart;
    const std::uint32_t head = scene.ms % 1800 * ring / 1800;
    for (std::uint32_t i = 0; i < colors.size(); ++i) {
        const std::uint32_t behind = (head + ring - i * apart) % ring;
        const std::uint32_t ahead = ring - behind;
        std::uint32_t level = 0;
        if (behind < tail) level = (tail - behind) * full / tail * ((tail - behind) * full / tail) / full;
        if (ahead < apart) level = std::max(level, (apart - ahead) * full / apart);
        colors[i] = scale(scene.accent, level);
    }
}

void chase(const LedScene& scene, Colors colors) noexcept {
    const std::uint32_t step = scene.ms / 200;
    for (std::size_t i = 0; i < colors.size(); ++i) {
        colors[i] = scale(scene.accent, (i + 3 - step % 3) % 3 == 0 ? full : full / 16);
    }
}

// Which colours it goes between is counted from the time itself, so that no end of a way can hold it up.
void morph(const LedScene& scene, Colors colors) noexcept {
    constexpr std::uint32_t way_ms = 2500;
    const auto station = [&](std::uint32_t number) {
        // Each at least a quarter of the circle from the one before.
        return hue(mix(scene.seed) % hues + number % hues * 590 + mix(scene.seed, number) % 128);
    };
    const std::uint32_t number = scene.ms / way_ms;
    fill(colors, between(station(number), station(number + 1), scene.ms % way_ms, way_ms));
}

void breath(const LedScene& scene, Colors colors) noexcept {
    fill(colors, scale({255, 190, 120}, swell(scene.ms, 4000)));
}

void identity(const LedScene& scene, Colors colors) noexcept {
    const std::uint32_t first = mix(scene.identity, 1) % hues;
    for (std::uint32_t i = 0; i < colors.size(); ++i) {
        const std::uint32_t look = mix(scene.identity, 2, i);
        colors[i] = scale(hue(first + look % 3 * (hues / 3)), look % 2 == 0 ? full : full / 3);
    }
}

void flame(const LedScene& scene, Colors colors) noexcept {
    constexpr std::uint32_t flicker_ms = 160;
    const std::uint32_t number = scene.ms / flicker_ms;
    for (std::uint32_t i = 0; i < colors.size(); ++i) {
        const auto heat_at = [&](std::uint32_t n) {
            return static_cast<std::uint8_t>(80 + mix(scene.seed, i, n) % 176);
        };
        const std::uint32_t heat = between(heat_at(number), heat_at(number + 1), scene.ms % flicker_ms, flicker_ms);
        colors[i] = {static_cast<std::uint8_t>(heat), static_cast<std::uint8_t>(heat * heat / full * 2 / 5),
                     static_cast<std::uint8_t>(heat / 24)};
    }
}

void dark(const LedScene&, Colors colors) noexcept { fill(colors, Rgb{}); }

struct Mode {
    std::string_view name;
    std::string_view title;
    void (*paint)(const LedScene&, Colors) noexcept;
    bool moves;
};
constexpr Mode table[] = {
    {"accent_pulse", "Accent Pulse", accent_pulse, true},
    {"rainbow", "Rainbow", rainbow, true},
    {"disco", "Disco", disco, true},
    {"police", "Police", police, true},
    {"relax", "Relax", relax, true},
    {"rotate", "Rotate", rotate, true},
    {"chase", "Chase", chase, true},
    {"morph", "Morph", morph, true},
    {"breath", "Breath", breath, true},
    {"identity", "Identity", identity, false},
    {"flame", "Flame", flame, true},
    {"vu", "VU (no microphone)", dark, false},
    {"off", "Off", dark, false},
};
static_assert(std::size(table) == led_mode_count);

const Mode& in_table(LedMode mode) noexcept { return table[static_cast<std::size_t>(mode)]; }

} // namespace

std::string_view led_mode_name(LedMode mode) noexcept { return in_table(mode).name; }

std::string_view led_mode_title(LedMode mode) noexcept { return in_table(mode).title; }

std::optional<LedMode> find_led_mode(std::string_view name) noexcept {
    for (std::size_t i = 0; i < led_mode_count; ++i) {
        if (table[i].name == name) return static_cast<LedMode>(i);
    }
    return std::nullopt;
}

bool led_mode_moves(LedMode mode) noexcept { return in_table(mode).moves; }

void paint_led_mode(LedMode mode, const LedScene& scene, std::span<Rgb> colors) noexcept {
    in_table(mode).paint(scene, colors);
    for (Rgb& color : colors) color = scale(color, led_level_max);
}

} // namespace firmware::runtime
