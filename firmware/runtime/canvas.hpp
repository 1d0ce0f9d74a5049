// SPDX-License-Identifier: Apache-2.0
// Drawing: strokes on a frame of pixels in memory, clipped to it.
#pragma once

#include "firmware/bridge/face_messages.hpp"
#include "firmware/contract/display.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::runtime {

inline constexpr int font_width = 8;
inline constexpr int font_height = 16;

namespace colors {
inline constexpr contract::Color black = 0x0000;
inline constexpr contract::Color white = 0xFFFF;
inline constexpr contract::Color red = 0xF800;
inline constexpr contract::Color green = 0x07E0;
inline constexpr contract::Color blue = 0x001F;
inline constexpr contract::Color yellow = 0xFFE0;
inline constexpr contract::Color grey = 0x8410;
inline constexpr contract::Color dark_grey = 0x2104;
} // namespace colors

/// RGB565 of 8-bit parts.
constexpr contract::Color rgb565(std::uint8_t red, std::uint8_t green, std::uint8_t blue) noexcept {
    return static_cast<contract::Color>((red >> 3) << 11 | (green >> 2) << 5 | blue >> 3);
}

/// Does not own the pixels. Coordinates may be anywhere; only what lies on the frame is drawn, in time proportional to
/// that. Never allocates.
class Canvas {
public:
    /// `pixels` holds `width * height` of them, row by row, and outlives this.
    Canvas(std::span<contract::Color> pixels, int width, int height) noexcept;

    int width() const noexcept { return width_; }
    int height() const noexcept { return height_; }
    std::span<const contract::Color> pixels() const noexcept { return pixels_; }
    contract::Color at(int x, int y) const noexcept; ///< black off the frame

    void clear(contract::Color color) noexcept;
    void pixel(int x, int y, contract::Color color) noexcept;
    /// Both ends included.
    void line(int x0, int y0, int x1, int y1, contract::Color color) noexcept;
    /// Nothing when `width` or `height` is below 1. Without `fill` a border of one pixel.
    void rect(int x, int y, int width, int height, contract::Color color, bool fill = true) noexcept;
    /// The 8×16 font, enlarged `size` times (1 to 6; others are taken as the nearest). Every character is 8 * size
    /// wide; what is not printable ASCII is drawn as `?`. The background shows through.
    void text(int x, int y, std::string_view text, contract::Color color, int size = 1) noexcept;
    /// `pixels` row by row; nothing when there are fewer than `width * height`.
    void bitmap(int x, int y, int width, int height, std::span<const contract::Color> pixels) noexcept;
    /// The set bits of a picture of one bit a pixel, rows of whole bytes, left pixel in the high bit, enlarged `size`
    /// times.
    void icon(int x, int y, int width, int height, std::span<const std::uint8_t> bits, contract::Color color,
              int size = 1) noexcept;

    /// Carries out a command of Python's; `show` is not the canvas's business and is ignored, as is nonsense.
    void draw(const bridge::DisplayCommand& command) noexcept;

    static constexpr int text_width(std::string_view text, int size = 1) noexcept {
        return static_cast<int>(text.size()) * font_width * size;
    }

private:
    std::span<contract::Color> pixels_;
    int width_;
    int height_;
};

} // namespace firmware::runtime
