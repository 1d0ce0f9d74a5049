// SPDX-License-Identifier: Apache-2.0
// What a port supplies for a screen: a way to put pixels on it.
#pragma once

#include <cstdint>
#include <span>

namespace firmware::contract {

/// RGB565, red in the high bits, as a number of this machine; a controller that wants its bytes the other way around
/// gets them from the port.
using Color = std::uint16_t;

/// A rectangle of pixels; (0, 0) is the upper left corner of the screen.
struct Area {
    std::uint16_t x = 0;
    std::uint16_t y = 0;
    std::uint16_t width = 0;
    std::uint16_t height = 0;
    friend bool operator==(const Area&, const Area&) = default;
};

/// All calls on the hardware core; none blocks or allocates.
class Display {
public:
    /// Starts to send `pixels`, row by row, `area.width * area.height` of them; the area is on the screen. False when
    /// an earlier one is still on its way: offer it again after `wake_hardware` or 1 ms later. The port has copied or
    /// sent the pixels when this returns true.
    virtual bool draw(const Area& area, std::span<const Color> pixels) noexcept = 0;

    /// All areas of one picture have been offered: a port that shows whole pictures shows this one.
    virtual void end_of_picture() noexcept = 0;

protected:
    ~Display() = default;
};

} // namespace firmware::contract
