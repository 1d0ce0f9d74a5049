// SPDX-License-Identifier: Apache-2.0
// The idle screen, the grid and the lists.
#include "firmware/runtime/ui/ui.hpp"

#include <algorithm>

namespace firmware::runtime::ui {

namespace {

constexpr std::string_view list_keys = "A choose|B back|^ move";
constexpr int icon_size = 2;
constexpr int icon_pixels = static_cast<int>(bridge::icon_side) * icon_size;

Row plain(const Painter& painter, std::string_view label) noexcept {
    Row row;
    row.label = label;
    row.color = painter.text_color();
    return row;
}

void draw_icon(Painter& painter, int x, int y, const Icon& icon, Color color) noexcept {
    painter.canvas().icon(x, y, bridge::icon_side, bridge::icon_side, icon, color, icon_size);
}

} // namespace

void Ui::draw(Canvas& canvas) noexcept {
    changed_ = false;
    Painter painter(canvas, facts_.accent, facts_.text_color);
    canvas.clear(look::background);
    if (crash_) {
        draw_crash(painter);
    } else if (app_ != AppView::none && !is_editing()) {
        draw_app_view(painter);
    } else {
        draw_place(painter);
    }
    if (note_until_ != base::never) painter.note(note_);
}

void Ui::draw_place(Painter& painter) noexcept {
    switch (place_) {
    case Place::idle: return draw_idle(painter);
    case Place::root: return draw_grid(painter);
    case Place::apps: return draw_apps(painter);
    case Place::leds: return draw_leds(painter);
    case Place::settings: return draw_settings(painter);
    case Place::diagnostics: return draw_diagnostics(painter);
    case Place::development: return draw_development(painter);
    case Place::about: return draw_about(painter);
    case Place::nickname: return draw_nickname(painter);
    case Place::accent:
    case Place::text_color: return draw_colors(painter);
    case Place::clock: return draw_clock(painter);
    case Place::utc_offset: return draw_utc_offset(painter);
    case Place::ui_test: return draw_ui_test(painter);
    case Place::bridge: return draw_bridge(painter);
    case Place::memory: return draw_memory(painter);
    case Place::sensors: return draw_sensors(painter);
    case Place::wifi: return draw_lack(painter, "WiFi", "This firmware drives no radio; the hub is reached over USB.");
    case Place::sao: return draw_lack(painter, "SAO", "This firmware drives no connector for add-ons.");
    }
}

void Ui::title(Painter& painter, std::string_view words) const noexcept {
    const auto time = local_time();
    painter.title(words, time ? hours_minutes(*time).view() : std::string_view{});
}

// --- idle --------------------------------------------------------------------------------------------------------

void Ui::draw_idle(Painter& painter) const noexcept {
    draw_status(painter);
    const std::string_view name = facts_.nickname;
    const int room = painter.width() - Painter::margin;
    const int size =
        std::clamp(room / std::max(Canvas::text_width(name), 1), 1, static_cast<int>(bridge::text_size_max));
    painter.centered(54 - font_height * size / 2, name, facts_.accent, size);
    const auto time = local_time();
    const ShortText up = duration(now_ / 1000000);
    ShortText below = "time not set, up ";
    below.append(up);
    painter.centered(104, time ? hours_minutes_seconds(*time).view() : "--:--", facts_.text_color, 2);
    painter.centered(136, time ? date(*time).view() : below.view(), look::quiet);
    painter.hint("ANY menu");
}

void Ui::draw_status(Painter& painter) const noexcept {
    painter.rounded(Painter::margin, 5, 8, 8, facts_.home_up ? look::good : look::keycap);
    painter.canvas().text(Painter::margin + 14, 0, facts_.home_up ? "hub" : "no hub", look::quiet);
    ShortText power;
    if (facts_.usb_power.value_or(false)) power = "USB ";
    if (facts_.battery_percent) {
        power.append(number(*facts_.battery_percent));
        power.append(" % ");
    }
    if (facts_.battery_millivolts) power.append(thousandths(*facts_.battery_millivolts, 2, " V"));
    painter.right_aligned(painter.width() - Painter::margin, 0, power, look::quiet);
}

// --- the grid ----------------------------------------------------------------------------------------------------

void Ui::draw_grid(Painter& painter) const noexcept {
    constexpr int columns = 3;
    title(painter, facts_.nickname);
    const auto menu = menu_of(Place::root);
    const int cell_width = painter.width() / columns;
    const int cell_height = (painter.content_bottom() - Painter::bar_height) / 2;
    for (std::size_t i = 0; i < menu.size(); ++i) {
        const auto place = static_cast<int>(i);
        const int x = place % columns * cell_width;
        const int y = Painter::bar_height + place / columns * cell_height;
        const bool selected = place == root_.selected;
        if (selected) painter.rounded(x + 2, y + 1, cell_width - 3, cell_height - 2, facts_.accent);
        const Color color = selected ? contrast_to(facts_.accent) : facts_.text_color;
        draw_icon(painter, x + (cell_width - icon_pixels) / 2, y + 1, *menu[i].icon, color);
        painter.canvas().text(x + (cell_width - Canvas::text_width(menu[i].label)) / 2, y + icon_pixels, menu[i].label,
                              color);
    }
    painter.hint("A choose|B back|* move");
}

// --- lists -------------------------------------------------------------------------------------------------------

template <typename RowAt>
void Ui::draw_list(Painter& painter, const Cursor& at, int count, int width, RowAt row_at) const noexcept {
    const bool scrolls = count > Painter::rows;
    for (int i = 0; i < std::min(count - at.top, Painter::rows); ++i) {
        painter.row(i, at.top + i == at.selected, row_at(static_cast<std::size_t>(at.top + i)),
                    scrolls ? width - 5 : width);
    }
    painter.scroll_bar(at.top, count, width - 5);
}

void Ui::draw_no_apps(Painter& painter) const noexcept {
    std::string_view words = "Looking in /pyapps ...";
    std::string_view more = "The list comes when Python is at its prompt.";
    if (!apps_.problem.empty()) {
        words = "No apps";
        more = apps_.problem;
    } else if (apps_.known) {
        words = "No apps yet";
        more = "Copy a folder with an app.py in it to /pyapps, for example:\n  mpremote cp -r snake :/pyapps/";
    }
    const int columns = (painter.width() - 2 * Painter::margin) / font_width;
    const int top = Painter::content_top + 6;
    painter.canvas().text(Painter::margin, top, words, apps_.problem.empty() ? facts_.accent : look::warning);
    painter.wrapped(Painter::margin, top + 24, columns, 5, more, facts_.text_color);
}

void Ui::draw_apps(Painter& painter) const noexcept {
    ShortText words = "Apps";
    if (apps_.left_out > 0) {
        words.append(", and ");
        words.append(number(apps_.left_out));
        words.append(" more than fit");
    }
    title(painter, words);
    const auto& apps = apps_.apps;
    if (apps.empty()) {
        draw_no_apps(painter);
        return painter.hint("B back");
    }
    constexpr int list_width = 196;
    draw_list(painter, app_list_, count(), list_width, [&](std::size_t i) {
        Row row = plain(painter, apps[i].title);
        if (!apps[i].problem.empty()) row.color = look::warning;
        return row;
    });
    draw_app_details(painter, apps[static_cast<std::size_t>(app_list_.selected)], list_width + 4);
    painter.hint("A start|B back|^ move");
}

void Ui::draw_app_details(Painter& painter, const bridge::AppEntry& app, int x) const noexcept {
    const int width = painter.width() - x - 4;
    const int columns = width / font_width;
    const bool faulty = !app.problem.empty();
    painter.canvas().rect(x - 3, Painter::content_top + 2, 1, Painter::rows * Painter::row_height - 6, look::bar);
    draw_icon(painter, x + (width - icon_pixels) / 2, Painter::content_top,
              app.has_icon ? app.icon : (app.startable ? icons::app : icons::warning),
              app.startable ? facts_.accent : look::warning);
    const int y = Painter::content_top + icon_pixels + 2;
    if (faulty) {
        painter.wrapped(x, y, columns, 5, app.problem, look::warning);
        return;
    }
    ShortText about = app.version.view();
    if (!app.author.empty()) {
        about.append(about.empty() ? "by " : " by ");
        about.append(app.author);
    }
    const int lines = painter.wrapped(x, y, columns, 2, about, look::quiet);
    painter.wrapped(x, y + lines * font_height, columns, 5 - lines, app.description, facts_.text_color);
}

void Ui::draw_leds(Painter& painter) const noexcept {
    title(painter, "LEDs");
    draw_list(painter, led_list_, count(), painter.width(), [&](std::size_t i) {
        const auto mode = static_cast<LedMode>(i);
        Row row = plain(painter, led_mode_title(mode));
        row.chosen = mode == facts_.led_mode;
        return row;
    });
    painter.hint(list_keys);
}

void Ui::draw_settings(Painter& painter) const noexcept {
    title(painter, "Settings");
    const auto time = local_time();
    const ShortText clock = time ? hours_minutes(*time) : ShortText("not set");
    const ShortText offset = utc_offset(facts_.utc_offset_min);
    draw_list(painter, settings_list_, count(), painter.width(), [&](std::size_t i) {
        const MenuEntry& entry = menu_of(Place::settings)[i];
        Row row = plain(painter, entry.label);
        switch (entry.place) {
        case Place::nickname: row.value = facts_.nickname.view().substr(0, 20); break;
        case Place::accent: row.swatch = facts_.accent; break;
        case Place::text_color: row.swatch = facts_.text_color; break;
        case Place::clock: row.value = clock; break;
        default: row.value = offset;
        }
        return row;
    });
    painter.hint(list_keys);
    if (facts_.settings_failed) {
        painter.canvas().text(Painter::margin, painter.content_bottom() - font_height - 2,
                              "Not kept: the flash has failed", look::warning);
    }
}

void Ui::draw_diagnostics(Painter& painter) const noexcept {
    title(painter, "Diagnostics");
    draw_list(painter, diagnostics_list_, count(), painter.width(), [&](std::size_t i) {
        const MenuEntry& entry = menu_of(Place::diagnostics)[i];
        Row row = plain(painter, entry.label);
        const bool missing = entry.place == Place::wifi || entry.place == Place::sao;
        if (missing) row.value = "not available";
        return row;
    });
    painter.hint(list_keys);
}

} // namespace firmware::runtime::ui
