// SPDX-License-Identifier: Apache-2.0
// Editors, diagnostics, and what is seen of an app beside its own drawing.
#include "firmware/runtime/ui/ui.hpp"

#include <algorithm>
#include <array>

namespace firmware::runtime::ui {

namespace button = contract::button;

namespace {

constexpr std::string_view unknown = "not available";
constexpr std::string_view page_keys = "B back";

ShortText kilobytes(std::uint32_t bytes) noexcept {
    ShortText text = number(bytes / 1024);
    text.append(" KiB");
    return text;
}

} // namespace

// --- editors -----------------------------------------------------------------------------------------------------

void Ui::draw_nickname(Painter& painter) const noexcept {
    constexpr int size = 3;
    constexpr int letter_width = font_width * size;
    constexpr int y = 56;
    title(painter, "Nickname");
    const std::size_t first = text_editor_.first_shown();
    const int left = (painter.width() - static_cast<int>(TextEditor::shown) * letter_width) / 2;
    painter.rounded(left - 8, y - 6, static_cast<int>(TextEditor::shown) * letter_width + 16, 62, look::bar);
    const int cursor_x = left + static_cast<int>(text_editor_.cursor() - first) * letter_width;
    painter.canvas().rect(cursor_x, y, letter_width, 48, facts_.accent);
    painter.canvas().text(left, y, text_editor_.text().substr(first, TextEditor::shown), facts_.text_color, size);
    if (text_editor_.cursor() < text_editor_.text().size()) {
        painter.canvas().text(cursor_x, y, text_editor_.text().substr(text_editor_.cursor(), 1),
                              contrast_to(facts_.accent), size);
    }
    ShortText used = number(static_cast<std::int64_t>(text_editor_.text().size()));
    used.append(" of ");
    used.append(number(TextEditor::size_max));
    painter.centered(y + 66, used, look::quiet);
    painter.hint(text_editor_.text().empty() ? "^ letter|< move|B leave" : "^ letter|< move|B delete|A done");
}

void Ui::draw_colors(Painter& painter) const noexcept {
    constexpr int cell = 46;
    constexpr int gap = 4;
    const bool accent = place_ == Place::accent;
    title(painter, accent ? "Accent colour" : "Text colour");
    const int left = (painter.width() - ColorPicker::columns * (cell + gap) + gap) / 2;
    for (int i = 0; i < ColorPicker::count; ++i) {
        const int x = left + i % ColorPicker::columns * (cell + gap);
        const int y = Painter::content_top + 8 + i / ColorPicker::columns * (cell + gap);
        const bool selected = i == color_picker_.selected();
        if (selected) painter.rounded(x - 3, y - 3, cell + 6, cell + 6, colors::white);
        if (selected) painter.rounded(x - 1, y - 1, cell + 2, cell + 2, look::background);
        painter.rounded(x + 1, y + 1, cell - 2, cell - 2, ColorPicker::swatches[static_cast<std::size_t>(i)].color);
    }
    const Swatch& swatch = ColorPicker::swatches[static_cast<std::size_t>(color_picker_.selected())];
    painter.centered(painter.content_bottom() - font_height - 4, swatch.name, swatch.color);
    painter.hint("A take|B leave|* move");
}

void Ui::draw_clock(Painter& painter) const noexcept {
    constexpr int size = 2;
    constexpr int y = 62;
    struct Field {
        int letters_before;
        int letters;
    };
    constexpr std::array<Field, TimeEditor::fields> fields = {{{0, 4}, {5, 2}, {8, 2}, {12, 2}, {15, 2}}};
    title(painter, "Clock");
    const Civil& value = time_editor_.value();
    ShortText text = number(value.year, 4);
    text.push_back('-');
    text.append(number(value.month, 2));
    text.push_back('-');
    text.append(number(value.day, 2));
    text.append("  ");
    text.append(hours_minutes(value));
    const int left = (painter.width() - Canvas::text_width(text, size)) / 2;
    const Field& field = fields[static_cast<std::size_t>(time_editor_.field())];
    const int x = left + field.letters_before * font_width * size;
    painter.canvas().text(left, y, text, facts_.text_color, size);
    painter.rounded(x - 2, y - 2, field.letters * font_width * size + 4, 36, facts_.accent);
    const auto first = static_cast<std::size_t>(field.letters_before);
    painter.canvas().text(x, y, text.view().substr(first, static_cast<std::size_t>(field.letters)),
                          contrast_to(facts_.accent), size);
    const ShortText day = date(value);
    painter.centered(y - 30, day, look::quiet);
    painter.centered(y + 46, facts_.home_up ? "The hub sets it again every 10 s." : utc_offset(facts_.utc_offset_min),
                     look::quiet);
    painter.hint("^ change|< field|A set|B leave");
}

void Ui::draw_utc_offset(Painter& painter) const noexcept {
    title(painter, "UTC offset");
    painter.centered(50, utc_offset(offset_editor_.minutes()), facts_.accent, 3);
    if (facts_.epoch_offset_us != 0) {
        const std::int64_t utc = (now_ + facts_.epoch_offset_us) / 1000000;
        ShortText then = "It is ";
        then.append(hours_minutes(civil_of(utc + std::int64_t{60} * offset_editor_.minutes())));
        then.append(" there.");
        painter.centered(112, then, facts_.text_color);
    }
    painter.hint("^ 15 min|< 1 h|A set|B leave");
}

// --- diagnostics -------------------------------------------------------------------------------------------------

void Ui::draw_ui_test(Painter& painter) const noexcept {
    constexpr std::array<Color, 8> bars = {colors::white, colors::yellow, 0x07FF,       colors::green,
                                           0xF81F,        colors::red,    colors::blue, colors::black};
    struct Key {
        contract::ButtonMask button;
        std::string_view label;
        int x;
        int y;
    };
    constexpr std::array<Key, 9> keys = {{{button::up, "UP", 40, 66},
                                          {button::left, "LEFT", 8, 92},
                                          {button::stick, "STICK", 60, 92},
                                          {button::right, "RIGHT", 120, 92},
                                          {button::down, "DOWN", 40, 118},
                                          {button::select, "SELECT", 176, 118},
                                          {button::start, "START", 248, 118},
                                          {button::b, "B", 216, 80},
                                          {button::a, "A", 266, 80}}};
    Canvas& canvas = painter.canvas();
    const int bar = painter.width() / static_cast<int>(bars.size());
    for (int i = 0; i < static_cast<int>(bars.size()); ++i) {
        canvas.rect(i * bar, 0, bar, 36, bars[static_cast<std::size_t>(i)]);
    }
    for (int x = 0; x < painter.width(); ++x) {
        const auto grey = static_cast<std::uint8_t>(x * 255 / (painter.width() - 1));
        canvas.rect(x, 38, 1, 14, rgb565(grey, grey, grey));
    }
    for (const Key& key : keys) {
        const bool down = (facts_.down & key.button) != 0;
        const bool centre = key.button == button::up || key.button == button::down;
        const int width = Canvas::text_width(key.label) + 12;
        const int x = centre ? 86 - width / 2 : key.x;
        painter.rounded(x, key.y, width, 22, down ? facts_.accent : look::bar);
        canvas.text(x + 6, key.y + 3, key.label, down ? contrast_to(facts_.accent) : look::quiet);
    }
    painter.hint("B+START hold both for 1 s to leave");
}

void Ui::draw_bridge(Painter& painter) const noexcept {
    title(painter, "Bridge");
    const Counters& counters = facts_.counters;
    const std::array<std::pair<std::string_view, std::uint32_t>, 7> lines = {{
        {"Pictures shown", counters.frames_shown},
        {"Display commands timed out", counters.display_timeouts},
        {"LED commands timed out", counters.led_timeouts},
        {"Button events dropped", counters.buttons_dropped},
        {"Pin edges dropped", counters.edges_dropped},
        {"Log lines dropped", counters.logs_dropped},
        {"Console bytes dropped", counters.console_dropped},
    }};
    for (std::size_t i = 0; i < lines.size(); ++i) {
        painter.fact(static_cast<int>(i), lines[i].first, number(lines[i].second));
    }
    painter.hint(page_keys);
}

void Ui::draw_memory(Painter& painter) const noexcept {
    title(painter, "Memory");
    painter.fact(0, "Python's heap", kilobytes(facts_.heap_bytes));
    painter.fact(1, "of it free", facts_.heap_free > 0 ? kilobytes(facts_.heap_free).view() : "not measured yet",
                 facts_.heap_free > 0);
    painter.fact(2, "Flash for apps", kilobytes(facts_.flash_bytes));
    const auto pixels =
        static_cast<std::uint32_t>(painter.width()) * static_cast<std::uint32_t>(painter.canvas().height());
    painter.fact(3, "Two frames of the screen", kilobytes(pixels * 2 * 2));
    painter.hint(page_keys);
}

void Ui::draw_sensors(Painter& painter) const noexcept {
    title(painter, "Sensors");
    const auto show = [&](int line, std::string_view name, const std::optional<ShortText>& value) {
        painter.fact(line, name, value ? value->view() : unknown, value.has_value());
    };
    std::optional<ShortText> battery;
    std::optional<ShortText> usb;
    std::optional<ShortText> temperature;
    std::optional<ShortText> signal;
    if (facts_.battery_millivolts) battery = thousandths(*facts_.battery_millivolts, 2, " V");
    if (facts_.battery_percent) {
        battery->append(", ");
        battery->append(number(*facts_.battery_percent));
        battery->append(" %");
    }
    if (facts_.usb_power) usb = ShortText(*facts_.usb_power ? "yes" : "no");
    if (facts_.temperature_millicelsius) temperature = thousandths(*facts_.temperature_millicelsius, 1, " C");
    if (facts_.signal_dbm) {
        signal = number(*facts_.signal_dbm);
        signal->append(" dBm");
    }
    show(0, "Battery", battery);
    show(1, "USB power", usb);
    show(2, "Temperature", temperature);
    show(3, "WiFi signal", signal);
    painter.hint(page_keys);
}

void Ui::draw_lack(Painter& painter, std::string_view name, std::string_view why) const noexcept {
    title(painter, name);
    painter.centered(56, "Not available on this board", facts_.text_color);
    const int columns = (painter.width() - 2 * Painter::margin) / font_width;
    painter.wrapped(Painter::margin, 84, columns, 3, why, look::quiet);
    painter.hint(page_keys);
}

// --- pages -------------------------------------------------------------------------------------------------------

void Ui::draw_development(Painter& painter) const noexcept {
    title(painter, "Development");
    const int columns = (painter.width() - 2 * Painter::margin) / font_width;
    painter.fact(0, "Up for", duration(now_ / 1000000));
    painter.fact(1, "Firmware", OURO_VERSION);
    painter.canvas().text(Painter::margin, Painter::content_top + 46, "Python prompt", facts_.accent);
    painter.wrapped(Painter::margin, Painter::content_top + 64, columns, 4,
                    "Open the board's serial port on your computer, for example:\n  mpremote connect PORT\n"
                    "The menu stays alive meanwhile.",
                    facts_.text_color);
    painter.hint(page_keys);
}

void Ui::draw_about(Painter& painter) const noexcept {
    title(painter, "About");
    painter.centered(26, "Ouroboard", facts_.accent, 2);
    painter.centered(60, "Python apps that can't freeze a board", look::quiet);
    painter.fact(4, "Version", OURO_VERSION);
    painter.fact(5, "Board", facts_.board);
    painter.fact(6, "Chip id", facts_.uid);
    painter.hint(page_keys);
}

// --- apps --------------------------------------------------------------------------------------------------------

void Ui::draw_app_view(Painter& painter) const noexcept {
    const bridge::AppEntry* app = find_app(app_name_);
    const std::string_view name = app != nullptr ? app->title.view() : app_name_.view();
    title(painter, name);
    const Icon& icon = app != nullptr && app->has_icon ? app->icon : icons::app;
    painter.canvas().icon((painter.width() - 48) / 2, 40, bridge::icon_side, bridge::icon_side, icon, facts_.accent, 2);
    painter.centered(102, app_ == AppView::starting ? "is starting ..." : "is running, and has drawn nothing",
                     facts_.text_color);
    painter.hint("B+START hold both for 1 s to stop");
}

void Ui::draw_crash(Painter& painter) const noexcept {
    ShortText words = find_app(crash_->app) != nullptr ? find_app(crash_->app)->title.view() : crash_->app.view();
    words.append(words.empty() ? "The app crashed" : " crashed");
    painter.title_on(look::alarm, colors::white, words, {});
    const int columns = (painter.width() - 2 * Painter::margin) / font_width;
    ShortText line = number(crash_->line);
    base::FixedString<128> where = tail(crash_->file, static_cast<std::size_t>(columns) - line.size() - 1);
    where.push_back(':');
    where.append(line);
    painter.canvas().text(Painter::margin, 22, where, look::warning);
    painter.wrapped(Painter::margin, 42, columns, 4, crash_->message, facts_.text_color);
    painter.wrapped(Painter::margin, 114, columns, 2, "The traceback is on the console and in the hub.", look::quiet);
    painter.hint("ANY go on");
}

} // namespace firmware::runtime::ui
