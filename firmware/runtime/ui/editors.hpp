// SPDX-License-Identifier: Apache-2.0
// The editors of the menu: what their keys do, without what they look like.
#pragma once

#include "base/fixed_string.hpp"
#include "firmware/contract/buttons.hpp"
#include "firmware/contract/display.hpp"
#include "firmware/runtime/ui/words.hpp"

#include <array>
#include <cstddef>
#include <string_view>

namespace firmware::runtime::ui {

enum class Edit : std::uint8_t {
    goes_on,
    done,      ///< the value is to be taken
    cancelled, ///< nothing has changed
};

/// A line of text, letter by letter: up and down change the letter at the cursor, left and right move it, B deletes
/// it, A takes the text. B on empty text leaves without a change.
class TextEditor {
public:
    static constexpr std::string_view letters = " abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    static constexpr std::size_t size_max = 31;
    static constexpr std::size_t shown = 10;

    void begin(std::string_view text) noexcept;
    Edit key(contract::ButtonMask button) noexcept;

    std::string_view text() const noexcept { return text_; }
    /// Up to the size of the text: there the next letter would be.
    std::size_t cursor() const noexcept { return cursor_; }
    /// The first letter of the `shown` that can be seen.
    std::size_t first_shown() const noexcept { return cursor_ < shown ? 0 : cursor_ - shown + 1; }

private:
    void turn(int by) noexcept;
    void erase() noexcept;
    void replace(std::size_t at, char letter) noexcept;

    base::FixedString<size_max> text_;
    std::size_t cursor_ = 0;
};

/// Date and time in five fields: left and right choose one, up and down change it; a day that the month does not have
/// becomes its last. A or START takes it, B leaves.
class TimeEditor {
public:
    static constexpr int fields = 5;
    static constexpr int first_year = 2024;
    static constexpr int last_year = 2099;

    void begin(const Civil& civil) noexcept;
    Edit key(contract::ButtonMask button) noexcept;

    const Civil& value() const noexcept { return value_; }
    int field() const noexcept { return field_; } ///< 0 year … 4 minute

private:
    void turn(int by) noexcept;

    Civil value_;
    int field_ = 0;
};

struct Swatch {
    contract::Color color;
    std::string_view name;
};

/// Twelve colours, six by two.
class ColorPicker {
public:
    static constexpr int columns = 6;
    static constexpr int count = 12;
    static const std::array<Swatch, count> swatches;

    /// The swatch of that colour is selected, or else the first.
    void begin(contract::Color color) noexcept;
    Edit key(contract::ButtonMask button) noexcept;

    int selected() const noexcept { return selected_; }
    contract::Color color() const noexcept { return swatches[static_cast<std::size_t>(selected_)].color; }

private:
    int selected_ = 0;
};

/// Minutes from UTC: up and down by a quarter of an hour, left and right by an hour.
class OffsetEditor {
public:
    static constexpr int minutes_min = -720;
    static constexpr int minutes_max = 840;

    void begin(int minutes) noexcept { minutes_ = minutes; }
    Edit key(contract::ButtonMask button) noexcept;

    int minutes() const noexcept { return minutes_; }

private:
    int minutes_ = 0;
};

/// `A`, `STICK` and `SELECT` all mean yes.
constexpr bool is_yes(contract::ButtonMask button) noexcept {
    return (button & (contract::button::a | contract::button::stick | contract::button::select)) != 0;
}

/// `value` one step on in 0 to `count - 1`, around the end.
constexpr int wrap(int value, int count) noexcept { return ((value % count) + count) % count; }

} // namespace firmware::runtime::ui
