// SPDX-License-Identifier: Apache-2.0
// The LEDs: an animation of the board's own, or what the app says.
#pragma once

#include "base/clock.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/bridge/face_messages.hpp"
#include "firmware/contract/display.hpp"
#include "firmware/contract/leds.hpp"
#include "firmware/runtime/led_modes.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::runtime {

/// The picture of a mode is a function of the mode, the time since it began, the accent colour, `identity` and a seed:
/// nothing else. The chain is sent only what it does not show already. On the hardware core; nothing allocates.
class LedStrip {
public:
    static constexpr base::Micros frame = base::from_ms(20);

    /// `leds` outlives this. `count` is at most `boards::leds_max`. `identity` (the board's chip id) decides the
    /// colours of the mode of that name.
    LedStrip(contract::Leds& leds, std::size_t count, std::uint32_t seed, std::string_view identity) noexcept;

    /// Begins the mode, unless it is the one that is on already. While the app has the LEDs it is seen afterwards.
    void set_mode(LedMode mode, base::Micros now) noexcept;
    LedMode mode() const noexcept { return mode_; }
    void set_accent(contract::Color accent) noexcept;

    /// From the first call the LEDs are the app's: dark but for what it sets. An index that is neither below the count
    /// nor `all_leds` is ignored. Seen with the next step.
    void command(const bridge::LedCommand& command, base::Micros now) noexcept;
    bool belongs_to_app() const noexcept { return apps_; }
    /// The app has ended: the animation is where it would have been without it.
    void give_back(base::Micros now) noexcept;

    void step(base::Micros now) noexcept;
    /// The next frame while something moves; `never` once a picture that stands still is out.
    base::Micros deadline() const noexcept { return deadline_; }

    /// What was sent last, and what the app has set since.
    std::span<const contract::Rgb> colors() const noexcept { return std::span(colors_).first(count_); }

private:
    void send() noexcept;

    contract::Leds& leds_;
    std::size_t count_;
    std::uint32_t seed_;
    std::uint32_t identity_;
    LedMode mode_ = LedMode::accent_pulse;
    contract::Rgb accent_;
    bool apps_ = false;
    base::Micros began_ = 0;
    base::Micros deadline_ = 0;
    bool sent_once_ = false; ///< before that nobody knows what the chain shows
    std::array<contract::Rgb, boards::leds_max> colors_{};
    std::array<contract::Rgb, boards::leds_max> sent_{};
};

} // namespace firmware::runtime
