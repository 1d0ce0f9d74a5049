// SPDX-License-Identifier: Apache-2.0
// A picture is copied cell by cell when it begins to be told, so that the board may draw on meanwhile.
#include "firmware/ports/shared/panel_face.hpp"

#include "base/expect.hpp"
#include "firmware/ports/shared/panel_line.hpp"

#include <algorithm>
#include <array>

namespace firmware::ports {

using contract::Area;
using contract::Color;
using protocol::json::Writer;

namespace {

constexpr std::size_t cell_pixels = std::size_t{PanelFace::cell_width} * PanelFace::cell_height;
constexpr std::size_t run_bytes = 3;
constexpr std::size_t base64_max = cell_pixels * run_bytes / 3 * 4;

std::string_view base64(std::span<const std::uint8_t> bytes, std::span<char> into) noexcept {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    expect(bytes.size() % 3 == 0); // runs are three bytes each: there is never padding
    std::size_t size = 0;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::uint32_t three = std::uint32_t{bytes[i]} << 16U | std::uint32_t{bytes[i + 1]} << 8U | bytes[i + 2];
        for (const unsigned shift : {18U, 12U, 6U, 0U}) into[size++] = digits[three >> shift & 63U];
    }
    return {into.data(), size};
}

/// A cell's pixels as runs of equal ones, each: how many less one, then the colour, high byte first.
class Runs {
public:
    void add(Color color) noexcept {
        if (size_ > 0 && color == color_ && bytes_[size_ - run_bytes] < 0xFF) {
            ++bytes_[size_ - run_bytes];
            return;
        }
        color_ = color;
        bytes_[size_++] = 0;
        bytes_[size_++] = static_cast<std::uint8_t>(color >> 8U);
        bytes_[size_++] = static_cast<std::uint8_t>(color & 0xFFU);
    }
    std::span<const std::uint8_t> bytes() const noexcept { return {bytes_.data(), size_}; }

private:
    std::array<std::uint8_t, cell_pixels * run_bytes> bytes_{};
    std::size_t size_ = 0;
    Color color_ = 0;
};

} // namespace

PanelFace::PanelFace(const SimulatedDisplay* display, const SimulatedLeds* leds, std::span<Color> frame) noexcept
    : display_(display),
      leds_(leds),
      frame_(frame) {
    if (display_ == nullptr) return;
    const auto [width, height] = display_->size();
    expect(frame_.size() >= display_->pixels().size());
    columns_ = (std::size_t{width} + cell_width - 1) / cell_width;
    cells_ = columns_ * ((std::size_t{height} + cell_height - 1) / cell_height);
    expect(cells_ <= unseen_.size());
}

void PanelFace::begin() noexcept {
    end();
    watching_ = true;
    all_ = true;
    leds_unsaid_ = true;
    for (std::size_t i = 0; i < cells_; ++i) unseen_.set(i);
}

void PanelFace::end() noexcept {
    watching_ = false;
    shown_unsaid_ = false;
    leds_unsaid_ = false;
    unseen_.reset();
    untold_.reset();
}

void PanelFace::area_drawn(const Area& area) noexcept {
    drawn_after_ = display_->pictures();
    if (!watching_ || area.width == 0 || area.height == 0) return;
    const std::size_t last_column = (std::size_t{area.x} + area.width - 1) / cell_width;
    const std::size_t last_row = (std::size_t{area.y} + area.height - 1) / cell_height;
    for (std::size_t row = area.y / cell_height; row <= last_row; ++row) {
        for (std::size_t column = area.x / cell_width; column <= last_column; ++column) {
            unseen_.set(row * columns_ + column);
        }
    }
}

bool PanelFace::has_line() const noexcept {
    return watching_ && (leds_unsaid_ || shown_unsaid_ || (unseen_.any() && picture_complete()));
}

std::string_view PanelFace::next(std::span<char> buffer) noexcept {
    if (!has_line()) return {};
    if (leds_unsaid_) return leds_line(buffer);
    if (!shown_unsaid_) take_picture();
    while (next_ < cells_ && !untold_.test(next_)) ++next_;
    if (next_ == cells_) return shown_line(buffer);
    untold_.reset(next_);
    return cell_line(buffer, cell(next_));
}

Area PanelFace::cell(std::size_t index) const noexcept {
    const auto [width, height] = display_->size();
    const std::size_t x = index % columns_ * cell_width;
    const std::size_t y = index / columns_ * cell_height;
    return {static_cast<std::uint16_t>(x), static_cast<std::uint16_t>(y),
            static_cast<std::uint16_t>(std::min<std::size_t>(cell_width, width - x)),
            static_cast<std::uint16_t>(std::min<std::size_t>(cell_height, height - y))};
}

void PanelFace::take_picture() noexcept {
    for (std::size_t i = 0; i < cells_; ++i) {
        if (unseen_.test(i) && take_over(cell(i))) untold_.set(i);
    }
    unseen_.reset();
    all_ = false;
    next_ = 0;
    picture_ = display_->pictures();
    shown_unsaid_ = true;
}

// Whether the watcher has not seen these pixels yet.
bool PanelFace::take_over(const Area& area) noexcept {
    bool differs = all_;
    for (std::size_t row = 0; row < area.height; ++row) {
        const std::size_t at = (area.y + row) * display_->size().width + area.x;
        const auto glass = display_->pixels().subspan(at, area.width);
        const auto seen = frame_.subspan(at, area.width);
        if (std::equal(glass.begin(), glass.end(), seen.begin())) continue;
        differs = true;
        std::copy(glass.begin(), glass.end(), seen.begin());
    }
    return differs;
}

std::string_view PanelFace::leds_line(std::span<char> buffer) noexcept {
    constexpr std::string_view digits = "0123456789abcdef";
    leds_unsaid_ = false;
    std::array<char, std::size_t{boards::leds_max} * 6> text{};
    std::size_t size = 0;
    for (const contract::Rgb& color : leds_->colors()) {
        for (const std::uint8_t part : {color.r, color.g, color.b}) {
            text[size++] = digits[part >> 4U];
            text[size++] = digits[part & 0xFU];
        }
    }
    return write_line(buffer, [&](Writer& writer) { writer.text("leds").text({text.data(), size}); });
}

std::string_view PanelFace::cell_line(std::span<char> buffer, const Area& area) const noexcept {
    Runs runs;
    for (std::size_t row = 0; row < area.height; ++row) {
        const std::size_t at = (area.y + row) * display_->size().width + area.x;
        for (const Color color : frame_.subspan(at, area.width)) runs.add(color);
    }
    std::array<char, base64_max> text{};
    const std::string_view data = base64(runs.bytes(), text);
    return write_line(buffer, [&](Writer& writer) {
        writer.text("cell").integer(area.x).integer(area.y).integer(area.width).integer(area.height).text(data);
    });
}

std::string_view PanelFace::shown_line(std::span<char> buffer) noexcept {
    shown_unsaid_ = false;
    return write_line(buffer, [&](Writer& writer) { writer.text("shown").integer(picture_); });
}

} // namespace firmware::ports
