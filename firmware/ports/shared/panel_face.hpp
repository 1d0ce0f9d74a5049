// SPDX-License-Identifier: Apache-2.0
// One watcher's view of a simulated screen and its LEDs: what it has seen, and the lines that bring it up to date.
#pragma once

#include "firmware/contract/display.hpp"
#include "firmware/ports/shared/simulated_face.hpp"
#include "firmware/runtime/screen.hpp"

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::ports {

/// Lines of `["watch","face"]` (docs/protocol.md, "The face"), made when somebody wants one: a watcher that is slow
/// gets fewer pictures and always whole ones, for each is copied at the moment when its first line is made. Without
/// heap; on the hardware core.
class PanelFace {
public:
    static constexpr int cell_width = runtime::Screen::cell_width;
    static constexpr int cell_height = runtime::Screen::cell_height;

    /// `frame` holds as many pixels as the screen and outlives this, as do the others. Neither display nor LEDs may be
    /// null once `begin` is called.
    PanelFace(const SimulatedDisplay* display, const SimulatedLeds* leds, std::span<contract::Color> frame) noexcept;

    /// From now on: everything as it is, then what changes.
    void begin() noexcept;
    void end() noexcept;

    void area_drawn(const contract::Area& area) noexcept;
    void leds_changed() noexcept { leds_unsaid_ = watching_; }

    /// Whether `next` has something to say.
    bool has_line() const noexcept;
    /// The next line with its line feed, written into `buffer`, which holds 1,024 bytes; empty if there is none.
    std::string_view next(std::span<char> buffer) noexcept;

private:
    /// Whether all areas of the picture that was drawn last are on the glass.
    bool picture_complete() const noexcept { return drawn_after_ != static_cast<std::int64_t>(display_->pictures()); }
    contract::Area cell(std::size_t index) const noexcept;
    void take_picture() noexcept;
    bool take_over(const contract::Area& area) noexcept;
    std::string_view leds_line(std::span<char> buffer) noexcept;
    std::string_view cell_line(std::span<char> buffer, const contract::Area& area) const noexcept;
    std::string_view shown_line(std::span<char> buffer) noexcept;

    const SimulatedDisplay* display_;
    const SimulatedLeds* leds_;
    std::span<contract::Color> frame_; ///< what the watcher has seen, or is being told
    std::size_t columns_ = 0;
    std::size_t cells_ = 0;
    std::bitset<runtime::Screen::cells_max> unseen_; ///< drawn since the picture in `frame_` was taken
    std::bitset<runtime::Screen::cells_max> untold_; ///< of the picture in `frame_`
    std::size_t next_ = 0;
    std::int64_t drawn_after_ = -1; ///< how many pictures were complete when the last area was drawn
    std::uint32_t picture_ = 0;
    bool watching_ = false;
    bool all_ = false; ///< the watcher has seen nothing yet
    bool shown_unsaid_ = false;
    bool leds_unsaid_ = false;
};

} // namespace firmware::ports
