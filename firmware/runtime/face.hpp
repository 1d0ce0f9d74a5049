// SPDX-License-Identifier: Apache-2.0
// The face of a badge: screen, LEDs, buttons, settings and the menu that a person sees, put together.
#pragma once

#include "base/clock.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/bridge/bridge.hpp"
#include "firmware/contract/display.hpp"
#include "firmware/contract/gauges.hpp"
#include "firmware/contract/gpio.hpp"
#include "firmware/contract/interpreter.hpp"
#include "firmware/contract/leds.hpp"
#include "firmware/contract/small_flash.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::runtime {

/// Held for this long, B and START together stop the app, whatever Python does.
inline constexpr base::Micros stop_hold = base::from_ms(1000);

/// What a board with a screen has beside what every board has. Driven by the hardware core, on its thread; no call
/// blocks or allocates. Everything that Python sends over the bridge for the face ends here.
class Face {
public:
    /// All outlive the face.
    struct Parts {
        const boards::Profile& profile;
        contract::Gpio& gpio;
        contract::Display& display;
        contract::Leds& leds;
        contract::SmallFlash& settings;
        contract::Gauges& gauges;
        bridge::Bridge& bridge;
        contract::Interpreter& interpreter;
        std::span<contract::Color> frame_memory; ///< `Screen::memory_pixels` of them
        std::uint32_t seed;                      ///< for what only looks random
        std::string_view uid;
    };

    virtual void boot(base::Micros now) noexcept = 0;
    virtual void pin_changed(contract::Pin pin, base::Micros at) noexcept = 0;
    /// Carries out what waits on the bridge for the face, a bounded number of commands, then what is due.
    virtual void step(base::Micros now) noexcept = 0;
    virtual base::Micros deadline() const noexcept = 0;

    virtual void app_started(std::string_view app, base::Micros now) noexcept = 0;
    /// However it ended. Comes also when no app ran, after each fresh start of the VM.
    virtual void app_ended(base::Micros now) noexcept = 0;
    /// Its exception, before `app_ended`.
    virtual void app_crashed(const bridge::HomeMessage& crash, base::Micros now) noexcept = 0;

protected:
    ~Face() = default;
};

} // namespace firmware::runtime
