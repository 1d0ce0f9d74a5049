// SPDX-License-Identifier: Apache-2.0
// Who has the LEDs, and when the next frame is due.
#include "firmware/runtime/led_strip.hpp"

#include "base/expect.hpp"

#include <algorithm>

namespace firmware::runtime {

using contract::Rgb;

namespace {

constexpr contract::Color default_accent = 0x07E0;

/// Full range: 31 of 31 is 255.
Rgb from_rgb565(contract::Color color) noexcept {
    const unsigned r = color >> 11;
    const unsigned g = color >> 5 & 0x3FU;
    const unsigned b = color & 0x1FU;
    return {static_cast<std::uint8_t>(r << 3 | r >> 2), static_cast<std::uint8_t>(g << 2 | g >> 4),
            static_cast<std::uint8_t>(b << 3 | b >> 2)};
}

/// FNV-1a: similar names, different colours.
std::uint32_t number_of(std::string_view text) noexcept {
    std::uint32_t hash = 0x811C9DC5U;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193U;
    return hash;
}

} // namespace

LedStrip::LedStrip(contract::Leds& leds, std::size_t count, std::uint32_t seed, std::string_view identity) noexcept
    : leds_(leds),
      count_(count),
      seed_(seed),
      identity_(number_of(identity)),
      accent_(from_rgb565(default_accent)) {
    expect(count <= boards::leds_max);
}

void LedStrip::set_mode(LedMode mode, base::Micros now) noexcept {
    if (mode == mode_) return;
    mode_ = mode;
    began_ = now;
    if (!apps_) deadline_ = now;
}

void LedStrip::set_accent(contract::Color accent) noexcept {
    accent_ = from_rgb565(accent);
    if (!apps_) deadline_ = 0;
}

void LedStrip::command(const bridge::LedCommand& command, base::Micros now) noexcept {
    if (!apps_) colors_.fill(Rgb{});
    apps_ = true;
    deadline_ = now;
    if (command.index == bridge::all_leds) {
        colors_.fill(command.color);
    } else if (command.index < count_) {
        colors_[command.index] = command.color;
    }
}

void LedStrip::give_back(base::Micros now) noexcept {
    if (!apps_) return;
    apps_ = false;
    deadline_ = now;
}

void LedStrip::step(base::Micros now) noexcept {
    if (now < deadline_) return;
    deadline_ = base::never;
    if (!apps_) {
        const auto ms = static_cast<std::uint32_t>(base::to_ms(now - began_));
        paint_led_mode(mode_, {ms, accent_, identity_, seed_}, std::span(colors_).first(count_));
        if (led_mode_moves(mode_) && count_ > 0) deadline_ = now + frame;
    }
    send();
}

void LedStrip::send() noexcept {
    if (count_ == 0 || (sent_once_ && colors_ == sent_)) return;
    sent_once_ = true;
    sent_ = colors_;
    leds_.show(colors());
}

} // namespace firmware::runtime
