// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/ui/painter.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace firmware::runtime::ui {

namespace {

constexpr int arrow_side = 8;
using Arrow = std::array<std::uint8_t, arrow_side>;
constexpr Arrow up_down = {0x10, 0x38, 0x7C, 0x00, 0x00, 0x7C, 0x38, 0x10};
constexpr Arrow left_right = {0x00, 0x24, 0x66, 0xE7, 0x66, 0x24, 0x00, 0x00};
constexpr Arrow all_four = {0x18, 0x3C, 0x00, 0xA5, 0xA5, 0x00, 0x3C, 0x18};

int red_of(Color color) noexcept { return color >> 11; }
int green_of(Color color) noexcept { return (color >> 5) & 0x3F; }
int blue_of(Color color) noexcept { return color & 0x1F; }

const Arrow* arrow_of(std::string_view label) noexcept {
    if (label == "^") return &up_down;
    if (label == "<") return &left_right;
    return label == "*" ? &all_four : nullptr;
}

/// Takes the first line of at most `columns` characters off `text`.
std::string_view next_line(std::string_view& text, std::size_t columns) noexcept {
    std::size_t end = std::min(text.size(), columns);
    std::size_t skip = 0;
    if (const auto line_end = text.substr(0, end).find('\n'); line_end != std::string_view::npos) {
        end = line_end;
        skip = 1;
    } else if (end < text.size()) {
        const auto space = text.substr(0, end + 1).rfind(' ');
        if (space != std::string_view::npos && space > 0) {
            end = space;
            skip = 1;
        }
    }
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + skip));
    return line;
}

} // namespace

Color contrast_to(Color background) noexcept {
    // The usual weights of the three parts for the eye, each part scaled to 0 to 63.
    const int brightness = 299 * 2 * red_of(background) + 587 * green_of(background) + 114 * 2 * blue_of(background);
    return brightness > 26000 ? colors::black : colors::white;
}

Color dimmed(Color color, int percent) noexcept {
    const int red = red_of(color) * percent / 100;
    const int green = green_of(color) * percent / 100;
    const int blue = blue_of(color) * percent / 100;
    return static_cast<Color>(red << 11 | green << 5 | blue);
}

std::string_view tail(std::string_view text, std::size_t columns) noexcept {
    return text.size() > columns ? text.substr(text.size() - columns) : text;
}

void Painter::title_on(Color bar, Color color, std::string_view title, std::string_view right) noexcept {
    canvas_.rect(0, 0, width(), bar_height, bar);
    canvas_.rect(0, bar_height - 1, width(), 1, dimmed(color, 60));
    canvas_.text(margin, 0, title, color);
    right_aligned(width() - margin, 0, right, color == accent_ ? look::quiet : color);
}

int Painter::keycap(int x, int y, std::string_view label) noexcept {
    const Arrow* arrow = arrow_of(label);
    const int inside = arrow != nullptr ? arrow_side : Canvas::text_width(label);
    rounded(x, y + 1, inside + 6, 15, look::keycap);
    if (arrow != nullptr) {
        canvas_.icon(x + 3, y + 5, arrow_side, arrow_side, *arrow, colors::white);
    } else {
        canvas_.text(x + 3, y, label, colors::white);
    }
    return x + inside + 6;
}

void Painter::hint(std::string_view keys) noexcept {
    const int y = canvas_.height() - hint_height;
    canvas_.rect(0, y, width(), hint_height, look::background);
    int x = margin - 2;
    while (!keys.empty()) {
        const auto end = std::min(keys.find('|'), keys.size());
        const std::string_view part = keys.substr(0, end);
        keys.remove_prefix(std::min(keys.size(), end + 1));
        const auto space = std::min(part.find(' '), part.size());
        x = keycap(x, y, part.substr(0, space)) + 4;
        const std::string_view what = part.substr(std::min(part.size(), space + 1));
        canvas_.text(x, y, what, look::quiet);
        x += Canvas::text_width(what) + 10;
    }
}

void Painter::note(std::string_view text) noexcept {
    const int y = canvas_.height() - hint_height;
    canvas_.rect(0, y, width(), hint_height, accent_);
    centered(y, text, contrast_to(accent_));
}

void Painter::row(int place, bool selected, const Row& row, int list_width) noexcept {
    const int y = content_top + place * row_height;
    if (selected) rounded(2, y, list_width - 4, row_height - 1, accent_);
    const Color color = selected ? contrast_to(accent_) : row.color;
    int right = list_width - margin - 4;
    if (row.swatch) {
        canvas_.rect(right - 32, y + 3, 32, row_height - 7, *row.swatch);
        canvas_.rect(right - 32, y + 3, 32, row_height - 7, selected ? color : look::quiet, false);
        right -= 40;
    }
    if (row.chosen) {
        rounded(right - 8, y + 6, 9, 9, selected ? color : accent_);
        right -= 16;
    }
    right_aligned(right, y + 2, row.value, selected ? color : look::quiet);
    right -= Canvas::text_width(row.value) + font_width;
    wrapped(margin + 2, y + 2, (right - margin) / font_width, 1, row.label, color);
}

void Painter::scroll_bar(int top, int count, int x) noexcept {
    if (count <= rows) return;
    const int length = rows * row_height - 1;
    const int thumb = std::max(length * rows / count, 8);
    const int at = (length - thumb) * top / (count - rows);
    canvas_.rect(x, content_top, 3, length, look::bar);
    canvas_.rect(x, content_top + at, 3, thumb, look::quiet);
}

void Painter::centered(int y, std::string_view text, Color color, int size) noexcept {
    canvas_.text((width() - Canvas::text_width(text, size)) / 2, y, text, color, size);
}

void Painter::right_aligned(int right, int y, std::string_view text, Color color) noexcept {
    canvas_.text(right - Canvas::text_width(text), y, text, color);
}

int Painter::wrapped(int x, int y, int columns, int lines_max, std::string_view text, Color color) noexcept {
    int lines = 0;
    while (!text.empty() && lines < lines_max) {
        std::string_view line = next_line(text, static_cast<std::size_t>(columns));
        const bool cut = lines + 1 == lines_max && !text.empty();
        if (cut) line = line.substr(0, static_cast<std::size_t>(std::max(columns - 2, 0)));
        const int row = y + lines * font_height;
        canvas_.text(x, row, line, color);
        if (cut) canvas_.text(x + Canvas::text_width(line), row, "..", color);
        ++lines;
    }
    return lines;
}

void Painter::fact(int line, std::string_view name, std::string_view value, bool known) noexcept {
    const int y = content_top + 2 + line * (font_height + 2);
    canvas_.text(margin, y, name, look::quiet);
    right_aligned(width() - margin, y, value, known ? text_ : dimmed(look::quiet, 70));
}

void Painter::rounded(int x, int y, int width, int height, Color color) noexcept {
    canvas_.rect(x + 2, y, width - 4, height, color);
    canvas_.rect(x + 1, y + 1, width - 2, height - 2, color);
    canvas_.rect(x, y + 2, width, height - 4, color);
}

} // namespace firmware::runtime::ui
