// SPDX-License-Identifier: Apache-2.0
// The screen: one frame to draw on, one that is seen, and a sender of what differs.
#pragma once

#include "base/clock.hpp"
#include "firmware/contract/display.hpp"
#include "firmware/runtime/canvas.hpp"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>

namespace firmware::runtime {

/// Double-buffered. `show` takes over only the cells that changed, and `step` sends them a few at a time, so that a
/// picture never holds up the hardware core. On the hardware core.
class Screen {
public:
    static constexpr int cell_width = 16;
    static constexpr int cell_height = 10;
    static constexpr std::size_t cells_max = 2048;
    static constexpr unsigned cells_per_step = 8;

    /// How many pixels of memory a screen of this size needs.
    static constexpr std::size_t memory_pixels(int width, int height) noexcept {
        return 2 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
    }

    /// `memory` holds `memory_pixels(width, height)`; it and `display` outlive this. Both frames begin black, and the
    /// first `show` sends every cell.
    Screen(contract::Display& display, std::span<contract::Color> memory, int width, int height) noexcept;

    Canvas& canvas() noexcept { return canvas_; }

    /// What has been drawn is to be seen. Cells still on their way to the display are overtaken, never mixed within a
    /// cell.
    void show() noexcept;

    /// Sends up to `cells_per_step` cells.
    void step(base::Micros now) noexcept;

    /// When `step` has something to do: now, in 1 ms while the display is busy, or never.
    base::Micros deadline() const noexcept { return deadline_; }

    /// What is seen, or soon will be.
    std::span<const contract::Color> seen() const noexcept { return front_; }
    std::uint32_t frames_shown() const noexcept { return frames_shown_; }
    std::uint32_t cells_sent() const noexcept { return cells_sent_; }

private:
    contract::Area cell(std::size_t index) const noexcept;
    bool take_over(const contract::Area& area) noexcept;
    bool send(const contract::Area& area) noexcept;

    contract::Display& display_;
    int width_;
    int height_;
    std::span<contract::Color> front_;
    Canvas canvas_;
    std::size_t columns_;
    std::size_t cells_;
    std::size_t next_ = 0;
    std::bitset<cells_max> unsent_;
    base::Micros deadline_ = base::never;
    std::uint32_t frames_shown_ = 0;
    std::uint32_t cells_sent_ = 0;
};

} // namespace firmware::runtime
