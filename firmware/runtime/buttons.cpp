// SPDX-License-Identifier: Apache-2.0
// Each button has one moment at which it is believed; every edge puts it off.
#include "firmware/runtime/buttons.hpp"

#include "base/expect.hpp"

#include <algorithm>

namespace firmware::runtime {

Buttons::Buttons(const boards::Profile& profile, const contract::Gpio& gpio, ButtonListener& listener) noexcept
    : profile_(profile),
      gpio_(gpio),
      listener_(listener) {
    expect(profile.inputs.size() <= boards::inputs_max);
    due_.fill(base::never);
}

void Buttons::boot() noexcept {
    due_.fill(base::never);
    down_ = 0;
    for (const boards::Input& input : profile_.inputs) {
        if (is_pressed(input)) down_ |= input.button;
    }
}

void Buttons::pin_changed(contract::Pin pin, base::Micros at) noexcept {
    for (std::size_t i = 0; i < profile_.inputs.size(); ++i) {
        const boards::Input& input = profile_.inputs[i];
        if (input.pin == pin && input.button != 0) due_[i] = at + settle;
    }
}

void Buttons::step(base::Micros now) noexcept {
    // A late step finds several; whoever counts on the order of events (B, then START) gets the true one.
    for (;;) {
        auto* const first = std::min_element(due_.begin(), due_.end());
        if (*first > now || *first == base::never) return;
        const base::Micros moved_at = *first - settle;
        *first = base::never;
        settled(profile_.inputs[static_cast<std::size_t>(first - due_.begin())], moved_at);
    }
}

base::Micros Buttons::deadline() const noexcept { return *std::min_element(due_.begin(), due_.end()); }

bool Buttons::is_pressed(const boards::Input& input) const noexcept {
    return input.button != 0 && gpio_.read(input.pin) == input.active;
}

void Buttons::settled(const boards::Input& input, base::Micros moved_at) noexcept {
    const bool pressed = is_pressed(input);
    if (pressed == ((down_ & input.button) != 0)) return;
    down_ ^= input.button;
    listener_.button_changed({input.button, pressed, moved_at});
}

} // namespace firmware::runtime
