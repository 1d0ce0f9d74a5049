// SPDX-License-Identifier: Apache-2.0
// The words are drawn apart, and their picture is laid on every place of the screen.
#include "firmware/ports/sim/screen_text.hpp"

#include "firmware/runtime/canvas.hpp"

#include <algorithm>
#include <vector>

namespace firmware::ports::sim {

namespace {

using contract::Color;

struct Stencil {
    Stencil(std::string_view words, int size)
        : width(runtime::Canvas::text_width(words, size)),
          height(runtime::font_height * size),
          ink(static_cast<std::size_t>(width * height)) {
        runtime::Canvas(ink, width, height).text(0, 0, words, runtime::colors::white, size);
        const auto found = std::find(ink.begin(), ink.end(), runtime::colors::white);
        first = static_cast<int>(found - ink.begin());
    }

    bool lies_on(std::span<const Color> pixels, int screen_width, int x, int y) const {
        const auto at = [&](int i) {
            return pixels[static_cast<std::size_t>((y + i / width) * screen_width + x + i % width)];
        };
        const Color color = at(first);
        for (int i = 0; i < width * height; ++i) {
            if ((ink[static_cast<std::size_t>(i)] != 0) != (at(i) == color)) return false;
        }
        return true;
    }

    int width;
    int height;
    std::vector<Color> ink;
    int first = 0;
};

} // namespace

bool shows_text(std::span<const Color> pixels, int width, std::string_view words) {
    const int height = static_cast<int>(pixels.size()) / width;
    for (int size = 1; size <= bridge::text_size_max; ++size) {
        if (runtime::Canvas::text_width(words, size) > width || words.empty()) return false;
        const Stencil stencil(words, size);
        for (int y = 0; y + stencil.height <= height; ++y) {
            for (int x = 0; x + stencil.width <= width; ++x) {
                if (stencil.lies_on(pixels, width, x, y)) return true;
            }
        }
    }
    return false;
}

} // namespace firmware::ports::sim
