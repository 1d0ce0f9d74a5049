// SPDX-License-Identifier: Apache-2.0
// Every change of a pin's state ends in `report`, which tells of a change of its level once.
#include "firmware/ports/shared/simulated_gpio.hpp"

namespace firmware::ports {

using contract::Pin;
using contract::PinMode;
using contract::Pull;

base::Result<> SimulatedGpio::configure(Pin pin, PinMode mode, Pull pull, bool level) noexcept {
    if (pin >= contract::pin_count) return base::fail(base::ErrorCode::not_found, "the chip has no such pin");
    State& state = pins_[pin];
    state.mode = mode;
    state.pull = pull;
    state.output = level;
    report(pin);
    return {};
}

void SimulatedGpio::write(Pin pin, bool level) noexcept {
    if (pin >= contract::pin_count || pins_[pin].mode == PinMode::input) return;
    pins_[pin].output = level;
    report(pin);
}

bool SimulatedGpio::read(Pin pin) const noexcept { return pin < contract::pin_count && level_of(pins_[pin]); }

void SimulatedGpio::drive(Pin pin, std::optional<bool> level) noexcept {
    if (pin >= contract::pin_count) return;
    pins_[pin].driven = level;
    report(pin);
}

bool SimulatedGpio::level_of(const State& pin) noexcept {
    if (pin.mode == PinMode::output) return pin.output;
    if (pin.mode == PinMode::open_drain && !pin.output) return false;
    return pin.driven.value_or(pin.pull == Pull::up);
}

void SimulatedGpio::report(Pin pin) noexcept {
    State& state = pins_[pin];
    const bool level = level_of(state);
    if (level == state.seen) return;
    state.seen = level;
    const base::Micros now = clock_.now();
    if (listener_ != nullptr && state.mode != PinMode::output) listener_->pin_changed(pin, level, now);
    if (observer_ != nullptr) observer_->level_changed(pin, level, now);
}

} // namespace firmware::ports
