// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/screen.hpp"

#include "base/expect.hpp"

#include <algorithm>
#include <array>

namespace firmware::runtime {

namespace {

using contract::Area;
using contract::Color;

constexpr base::Micros busy_poll = base::from_ms(1);

constexpr std::size_t pixel_count(int width, int height) noexcept {
    return static_cast<std::size_t>(width) * static_cast<std::size_t>(height);
}

std::size_t cells_in(int length, int cell) noexcept { return static_cast<std::size_t>((length + cell - 1) / cell); }

} // namespace

Screen::Screen(contract::Display& display, std::span<Color> memory, int width, int height) noexcept
    : display_(display),
      width_(width),
      height_(height),
      front_(memory.first(pixel_count(width, height))),
      canvas_(memory.subspan(pixel_count(width, height), pixel_count(width, height)), width, height),
      columns_(cells_in(width, cell_width)),
      cells_(columns_ * cells_in(height, cell_height)) {
    expect(cells_ <= cells_max);
    std::fill(memory.begin(), memory.end(), colors::black);
    for (std::size_t i = 0; i < cells_; ++i) unsent_.set(i); // the glass shows we don't know what
}

void Screen::show() noexcept {
    for (std::size_t i = 0; i < cells_; ++i) {
        if (take_over(cell(i))) unsent_.set(i);
    }
    ++frames_shown_;
    deadline_ = 0;
}

void Screen::step(base::Micros now) noexcept {
    if (deadline_ > now) return;
    for (unsigned sent = 0; sent < cells_per_step; ++sent) {
        while (next_ < cells_ && !unsent_.test(next_)) ++next_;
        if (next_ == cells_) break;
        if (!send(cell(next_))) {
            deadline_ = now + busy_poll;
            return;
        }
        unsent_.reset(next_);
        ++cells_sent_;
    }
    if (unsent_.any()) {
        if (next_ == cells_) next_ = 0; // the rest changed after it had been passed
        deadline_ = now;
        return;
    }
    next_ = 0;
    deadline_ = base::never;
    display_.end_of_picture();
}

Area Screen::cell(std::size_t index) const noexcept {
    const int x = static_cast<int>(index % columns_) * cell_width;
    const int y = static_cast<int>(index / columns_) * cell_height;
    return {static_cast<std::uint16_t>(x), static_cast<std::uint16_t>(y),
            static_cast<std::uint16_t>(std::min(cell_width, width_ - x)),
            static_cast<std::uint16_t>(std::min(cell_height, height_ - y))};
}

// True when the two frames differed here.
bool Screen::take_over(const Area& area) noexcept {
    bool differs = false;
    for (std::size_t row = area.y; row < std::size_t{area.y} + area.height; ++row) {
        const std::size_t begin = row * static_cast<std::size_t>(width_) + area.x;
        const auto drawn = canvas_.pixels().subspan(begin, area.width);
        const auto seen = front_.subspan(begin, area.width);
        if (std::equal(drawn.begin(), drawn.end(), seen.begin())) continue;
        std::copy(drawn.begin(), drawn.end(), seen.begin());
        differs = true;
    }
    return differs;
}

bool Screen::send(const Area& area) noexcept {
    std::array<Color, pixel_count(cell_width, cell_height)> pixels{};
    auto* end = pixels.begin();
    for (std::size_t row = area.y; row < std::size_t{area.y} + area.height; ++row) {
        const auto line = front_.subspan(row * static_cast<std::size_t>(width_) + area.x, area.width);
        end = std::copy(line.begin(), line.end(), end);
    }
    return display_.draw(area, {pixels.begin(), end});
}

} // namespace firmware::runtime
