// SPDX-License-Identifier: Apache-2.0
// What every screen of the menu is painted with: title, list rows, key hints, wrapped text.
#pragma once

#include "firmware/runtime/canvas.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace firmware::runtime::ui {

using contract::Color;

/// The colours that a person does not choose.
namespace look {
inline constexpr Color background = colors::black;
inline constexpr Color bar = rgb565(24, 28, 32);
inline constexpr Color keycap = rgb565(72, 80, 88);
inline constexpr Color quiet = rgb565(144, 152, 160); ///< what is beside the point
inline constexpr Color good = rgb565(64, 216, 96);
inline constexpr Color warning = rgb565(255, 192, 48);
inline constexpr Color alarm = rgb565(192, 40, 40);
} // namespace look

/// Black or white, whichever can be read on `background`.
Color contrast_to(Color background) noexcept;
/// The same hue at `percent` of its brightness.
Color dimmed(Color color, int percent) noexcept;
/// The end of `text` that fits into `columns` characters.
std::string_view tail(std::string_view text, std::size_t columns) noexcept;

/// One row of a list.
struct Row {
    std::string_view label;
    std::string_view value;      ///< at the right, or nothing
    std::optional<Color> swatch; ///< a patch of colour at the right
    bool chosen = false;         ///< the one that is in force
    Color color = colors::white; ///< of the label, unless it is selected
};

/// Paints on one frame. The layout: a title bar above, a line of key hints below, `rows` rows of a list between.
class Painter {
public:
    static constexpr int bar_height = 18;
    static constexpr int hint_height = 17;
    static constexpr int rows = 6;
    static constexpr int row_height = 22;
    static constexpr int content_top = bar_height + 2;
    static constexpr int margin = 8;

    Painter(Canvas& canvas, Color accent, Color text) noexcept : canvas_(canvas), accent_(accent), text_(text) {}

    Canvas& canvas() noexcept { return canvas_; }
    Color accent() const noexcept { return accent_; }
    Color text_color() const noexcept { return text_; }
    int width() const noexcept { return canvas_.width(); }
    int content_bottom() const noexcept { return canvas_.height() - hint_height; }

    void title(std::string_view title, std::string_view right) noexcept { title_on(look::bar, accent_, title, right); }
    void title_on(Color bar, Color color, std::string_view title, std::string_view right) noexcept;

    /// `keys` is `KEY what it does|KEY …`; the keys `^`, `<` and `*` are drawn as arrows: up and down, left and right,
    /// all four.
    void hint(std::string_view keys) noexcept;
    /// A few words in the place of the hint.
    void note(std::string_view text) noexcept;

    /// `place` counts from 0 at the top; the list is `list_width` wide.
    void row(int place, bool selected, const Row& row, int list_width) noexcept;
    /// Where in `count` rows the list stands; nothing when all are seen.
    void scroll_bar(int top, int count, int x) noexcept;

    void centered(int y, std::string_view text, Color color, int size = 1) noexcept;
    void right_aligned(int right, int y, std::string_view text, Color color) noexcept;
    /// Broken between words where it can be, cut with `..` after `lines_max`. Returns the lines it took.
    int wrapped(int x, int y, int columns, int lines_max, std::string_view text, Color color) noexcept;
    /// A name and what it is, in one line of a page.
    void fact(int line, std::string_view name, std::string_view value, bool known = true) noexcept;
    void rounded(int x, int y, int width, int height, Color color) noexcept;

private:
    int keycap(int x, int y, std::string_view label) noexcept;

    Canvas& canvas_;
    Color accent_;
    Color text_;
};

} // namespace firmware::runtime::ui
