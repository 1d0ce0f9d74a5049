// SPDX-License-Identifier: Apache-2.0
// Buttons: edges of pins become presses and releases.
#pragma once

#include "base/clock.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/bridge/face_messages.hpp"
#include "firmware/contract/gpio.hpp"

#include <array>

namespace firmware::runtime {

/// Hears of a button after debouncing, on the hardware core. `event.at` is when the contact last moved,
/// `Buttons::settle` before it was believed; events come in the order of that time.
class ButtonListener {
public:
    virtual void button_changed(const bridge::ButtonEvent& event) noexcept = 0;

protected:
    ~ButtonListener() = default;
};

/// Any edge starts the clock; 20 ms after the last one the pin is read again, and if it differs from what was known,
/// the button has changed. A contact that never rests for 20 ms says nothing, and what is shorter is never seen. Both
/// edges are told; keys that repeat are the business of whoever wants them. On the hardware core; nothing allocates.
class Buttons {
public:
    static constexpr base::Micros settle = base::from_ms(20);

    /// All outlive this. Looks only at inputs that are buttons of a badge; the pins are set up by somebody else.
    Buttons(const boards::Profile& profile, const contract::Gpio& gpio, ButtonListener& listener) noexcept;

    /// Takes the levels as they are; a button that is held at boot is down without having been pressed.
    void boot() noexcept;
    /// An edge at any pin, also one that is no button. `at` as `contract::PinListener` has it.
    void pin_changed(contract::Pin pin, base::Micros at) noexcept;
    /// Tells the listener of every button that has settled by `now`.
    void step(base::Micros now) noexcept;
    /// When the next button has settled; `never` while all rest.
    base::Micros deadline() const noexcept;

    /// The buttons that are held, after debouncing. The listener finds its own event in it already.
    contract::ButtonMask down() const noexcept { return down_; }

private:
    bool is_pressed(const boards::Input& input) const noexcept;
    void settled(const boards::Input& input, base::Micros moved_at) noexcept;

    const boards::Profile& profile_;
    const contract::Gpio& gpio_;
    ButtonListener& listener_;
    std::array<base::Micros, boards::inputs_max> due_; ///< of each input; never while it rests
    contract::ButtonMask down_ = 0;
};

} // namespace firmware::runtime
