// SPDX-License-Identifier: Apache-2.0
// Every stroke ends in `rect` or `pixel`, which clip.
#include "firmware/runtime/canvas.hpp"

#include "base/expect.hpp"

#include <font/font_8x16.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <utility>

namespace firmware::runtime {

namespace {

using contract::Color;

/// Any coordinate of a command fits; sums of two don't overflow.
constexpr int far_away = 1 << 20;

std::span<const std::uint8_t> glyph_of(char character) noexcept {
    const bool printable = character >= font_first && character <= font_last;
    return font_glyphs[(printable ? character : '?') - font_first];
}

bool bit_at(std::span<const std::uint8_t> bits, int row_bytes, int x, int y) noexcept {
    const auto byte = bits[static_cast<std::size_t>(y * row_bytes + x / 8)];
    return ((byte >> (7 - x % 8)) & 1) != 0;
}

} // namespace

Canvas::Canvas(std::span<Color> pixels, int width, int height) noexcept
    : pixels_(pixels),
      width_(width),
      height_(height) {
    expect(width > 0 && height > 0 &&
           pixels.size() == static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
}

Color Canvas::at(int x, int y) const noexcept {
    if (x < 0 || y < 0 || x >= width_ || y >= height_) return colors::black;
    return pixels_[static_cast<std::size_t>(y * width_ + x)];
}

void Canvas::clear(Color color) noexcept { std::fill(pixels_.begin(), pixels_.end(), color); }

void Canvas::pixel(int x, int y, Color color) noexcept { rect(x, y, 1, 1, color); }

void Canvas::rect(int x, int y, int width, int height, Color color, bool fill) noexcept {
    if (width < 1 || height < 1) return;
    if (!fill) {
        rect(x, y, width, 1, color);
        rect(x, y + height - 1, width, 1, color);
        rect(x, y, 1, height, color);
        return rect(x + width - 1, y, 1, height, color);
    }
    const int left = std::clamp(x, 0, width_);
    const int right = std::clamp(x + width, 0, width_);
    const int bottom = std::clamp(y + height, 0, height_);
    for (int row = std::clamp(y, 0, height_); row < bottom; ++row) {
        const auto line = pixels_.subspan(static_cast<std::size_t>(row * width_ + left));
        std::fill_n(line.begin(), right - left, color);
    }
}

// Walks along the longer axis, over the part of it that can be seen only: a line takes as long as the frame is large.
void Canvas::line(int x0, int y0, int x1, int y1, Color color) noexcept {
    const bool steep = std::abs(y1 - y0) > std::abs(x1 - x0);
    int from = std::clamp(steep ? y0 : x0, -far_away, far_away);
    int to = std::clamp(steep ? y1 : x1, -far_away, far_away);
    int across = std::clamp(steep ? x0 : y0, -far_away, far_away);
    int across_end = std::clamp(steep ? x1 : y1, -far_away, far_away);
    if (from > to) {
        std::swap(from, to);
        std::swap(across, across_end);
    }
    const std::int64_t length = to - from;
    const std::int64_t rise = across_end - across;
    for (int along = std::max(from, 0); along <= std::min(to, (steep ? height_ : width_) - 1); ++along) {
        const std::int64_t doubled = 2 * (along - from) * rise + (rise < 0 ? -length : length);
        const int side = across + (length == 0 ? 0 : static_cast<int>(doubled / (2 * length)));
        pixel(steep ? side : along, steep ? along : side, color);
    }
}

void Canvas::text(int x, int y, std::string_view text, Color color, int size) noexcept {
    size = std::clamp(size, 1, static_cast<int>(bridge::text_size_max));
    for (const char character : text) {
        if (x >= width_) return;
        if (x + font_width * size > 0) icon(x, y, font_width, font_height, glyph_of(character), color, size);
        x += font_width * size;
    }
}

void Canvas::bitmap(int x, int y, int width, int height, std::span<const Color> pixels) noexcept {
    if (width < 1 || height < 1) return;
    if (pixels.size() < static_cast<std::size_t>(width) * static_cast<std::size_t>(height)) return;
    const int left = std::clamp(x, 0, width_);
    const int right = std::clamp(x + width, 0, width_);
    if (left >= right) return;
    const int bottom = std::clamp(y + height, 0, height_);
    for (int row = std::clamp(y, 0, height_); row < bottom; ++row) {
        const auto from = pixels.subspan(static_cast<std::size_t>((row - y) * width + (left - x)));
        std::copy_n(from.begin(), right - left, pixels_.begin() + (row * width_ + left));
    }
}

void Canvas::icon(int x, int y, int width, int height, std::span<const std::uint8_t> bits, Color color,
                  int size) noexcept {
    const int row_bytes = (width + 7) / 8;
    if (width < 1 || height < 1 || size < 1 || bits.size() < static_cast<std::size_t>(row_bytes * height)) return;
    for (int row = 0; row < height; ++row) {
        // Neighbours of one colour are one stroke.
        for (int column = 0; column < width;) {
            if (!bit_at(bits, row_bytes, column, row)) {
                ++column;
                continue;
            }
            const int begin = column;
            while (column < width && bit_at(bits, row_bytes, column, row)) ++column;
            rect(x + begin * size, y + row * size, (column - begin) * size, size, color);
        }
    }
}

void Canvas::draw(const bridge::DisplayCommand& command) noexcept {
    using Op = bridge::DisplayCommand::Op;
    switch (command.op) {
    case Op::clear: return clear(command.color);
    case Op::pixel: return pixel(command.x, command.y, command.color);
    case Op::line: return line(command.x, command.y, command.width, command.height, command.color);
    case Op::rect: return rect(command.x, command.y, command.width, command.height, command.color, command.fill);
    case Op::text: {
        const std::size_t length = std::min<std::size_t>(command.text_length, bridge::display_text_max);
        return text(command.x, command.y, {command.text.data(), length}, command.color, command.size);
    }
    case Op::bitmap: return bitmap(command.x, command.y, command.width, command.height, command.pixels);
    case Op::show: return;
    }
}

} // namespace firmware::runtime
