// SPDX-License-Identifier: Apache-2.0
// Buttons: edges of pins become presses and releases.
#pragma once

#include "base/clock.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/bridge/face_messages.hpp"
#include "firmware/contract/gpio.hpp"

#include <array>

namespace firmware::runtime {

/// Hears of a button after debouncing, on the hardware core.
class ButtonListener {
public:
    virtual void button_changed(const bridge::ButtonEvent& event) noexcept = 0;

protected:
    ~ButtonListener() = default;
};

/// Any edge starts the clock; 20 ms after the last one the pin is read again, and if it differs from what was known,
/// the button has changed. On the hardware core.
class Buttons {
public:
    static constexpr base::Micros settle = base::from_ms(20);

    /// All outlive this. Looks only at inputs that are buttons of a badge.
    Buttons(const boards::Profile& profile, const contract::Gpio& gpio, ButtonListener& listener) noexcept;

    /// Takes the levels as they are; a button that is held at boot is down without having been pressed.
    void boot() noexcept;
    void pin_changed(contract::Pin pin, base::Micros at) noexcept;
    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept;

    contract::ButtonMask down() const noexcept { return down_; }

private:
    bool is_pressed(const boards::Input& input) const noexcept;

    const boards::Profile& profile_;
    const contract::Gpio& gpio_;
    ButtonListener& listener_;
    std::array<base::Micros, boards::inputs_max> due_{};
    contract::ButtonMask down_ = 0;
};

} // namespace firmware::runtime
