// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/ui/editors.hpp"

#include "firmware/runtime/canvas.hpp"

#include <algorithm>

namespace firmware::runtime::ui {

namespace button = contract::button;
using contract::ButtonMask;

// --- text --------------------------------------------------------------------------------------------------------

void TextEditor::begin(std::string_view text) noexcept {
    text_ = text.substr(0, size_max);
    cursor_ = std::min(text_.size(), size_max - 1);
}

Edit TextEditor::key(ButtonMask pressed) noexcept {
    if (is_yes(pressed) || pressed == button::start) return Edit::done;
    switch (pressed) {
    case button::up: turn(+1); break;
    case button::down: turn(-1); break;
    case button::left:
        if (cursor_ > 0) --cursor_;
        break;
    case button::right:
        if (cursor_ < std::min(text_.size(), size_max - 1)) ++cursor_;
        break;
    case button::b:
        if (text_.empty()) return Edit::cancelled;
        erase();
        break;
    default: break;
    }
    return Edit::goes_on;
}

void TextEditor::turn(int by) noexcept {
    const bool beyond = cursor_ == text_.size();
    const auto found = beyond ? std::size_t{0} : letters.find(text_.view()[cursor_]);
    // A letter that is none of ours, set from a computer, counts as the blank.
    const int at = found == std::string_view::npos ? 0 : static_cast<int>(found);
    const char letter = letters[static_cast<std::size_t>(wrap(at + by, static_cast<int>(letters.size())))];
    if (beyond) {
        text_.push_back(letter);
    } else {
        replace(cursor_, letter);
    }
}

void TextEditor::replace(std::size_t at, char letter) noexcept {
    base::FixedString<size_max> changed = text_.view().substr(0, at);
    changed.push_back(letter);
    changed.append(text_.view().substr(at + 1));
    text_ = changed;
}

// The letter at the cursor; behind the end, the last one.
void TextEditor::erase() noexcept {
    const std::size_t at = std::min(cursor_, text_.size() - 1);
    base::FixedString<size_max> changed = text_.view().substr(0, at);
    changed.append(text_.view().substr(at + 1));
    text_ = changed;
    cursor_ = at;
}

// --- time --------------------------------------------------------------------------------------------------------

void TimeEditor::begin(const Civil& civil) noexcept {
    value_ = civil;
    value_.year = std::clamp(value_.year, first_year, last_year);
    value_.second = 0;
    field_ = 0;
}

Edit TimeEditor::key(ButtonMask pressed) noexcept {
    if (is_yes(pressed) || pressed == button::start) return Edit::done;
    switch (pressed) {
    case button::up: turn(+1); break;
    case button::down: turn(-1); break;
    case button::left: field_ = wrap(field_ - 1, fields); break;
    case button::right: field_ = wrap(field_ + 1, fields); break;
    case button::b: return Edit::cancelled;
    default: break;
    }
    return Edit::goes_on;
}

void TimeEditor::turn(int by) noexcept {
    switch (field_) {
    case 0: value_.year = first_year + wrap(value_.year - first_year + by, last_year - first_year + 1); break;
    case 1: value_.month = 1 + wrap(value_.month - 1 + by, 12); break;
    case 2: value_.day = 1 + wrap(value_.day - 1 + by, days_in_month(value_.year, value_.month)); break;
    case 3: value_.hour = wrap(value_.hour + by, 24); break;
    default: value_.minute = wrap(value_.minute + by, 60); break;
    }
    value_.day = std::min(value_.day, days_in_month(value_.year, value_.month));
}

// --- colours -----------------------------------------------------------------------------------------------------

const std::array<Swatch, ColorPicker::count> ColorPicker::swatches = {{
    {colors::green, "green"},
    {rgb565(0, 220, 160), "mint"},
    {rgb565(0, 200, 255), "sky"},
    {rgb565(64, 128, 255), "blue"},
    {rgb565(160, 96, 255), "violet"},
    {rgb565(255, 64, 224), "magenta"},
    {rgb565(255, 96, 144), "pink"},
    {rgb565(255, 64, 64), "red"},
    {rgb565(255, 144, 0), "orange"},
    {rgb565(255, 216, 0), "yellow"},
    {rgb565(168, 176, 184), "grey"},
    {colors::white, "white"},
}};

void ColorPicker::begin(contract::Color color) noexcept {
    const auto* found =
        std::find_if(swatches.begin(), swatches.end(), [&](const Swatch& each) { return each.color == color; });
    selected_ = found == swatches.end() ? 0 : static_cast<int>(found - swatches.begin());
}

Edit ColorPicker::key(ButtonMask pressed) noexcept {
    if (is_yes(pressed)) return Edit::done;
    const int row = selected_ / columns;
    const int column = selected_ % columns;
    switch (pressed) {
    case button::up:
    case button::down: selected_ = (1 - row) * columns + column; break;
    case button::left: selected_ = row * columns + wrap(column - 1, columns); break;
    case button::right: selected_ = row * columns + wrap(column + 1, columns); break;
    case button::b: return Edit::cancelled;
    default: break;
    }
    return Edit::goes_on;
}

// --- UTC offset --------------------------------------------------------------------------------------------------

Edit OffsetEditor::key(ButtonMask pressed) noexcept {
    if (is_yes(pressed) || pressed == button::start) return Edit::done;
    int by = 0;
    switch (pressed) {
    case button::up: by = +15; break;
    case button::down: by = -15; break;
    case button::left: by = -60; break;
    case button::right: by = +60; break;
    case button::b: return Edit::cancelled;
    default: break;
    }
    minutes_ = std::clamp(minutes_ + by, minutes_min, minutes_max);
    return Edit::goes_on;
}

} // namespace firmware::runtime::ui
