// SPDX-License-Identifier: Apache-2.0
// Where the keys lead. What the screens look like is in ui_draw.cpp and ui_pages.cpp.
#include "firmware/runtime/ui/ui.hpp"

#include <algorithm>
#include <array>

namespace firmware::runtime::ui {

namespace button = contract::button;
using contract::ButtonMask;

namespace {

constexpr int grid_columns = 3;
constexpr base::Micros second = base::from_ms(1000);

constexpr std::array<MenuEntry, 6> root_menu = {{
    {Place::apps, "Apps", &icons::apps},
    {Place::leds, "LEDs", &icons::leds},
    {Place::settings, "Settings", &icons::settings},
    {Place::diagnostics, "Diagnostics", &icons::diagnostics},
    {Place::development, "Development", &icons::development},
    {Place::about, "About", &icons::about},
}};
constexpr std::array<MenuEntry, 5> settings_menu = {{
    {Place::nickname, "Nickname", nullptr},
    {Place::accent, "Accent colour", nullptr},
    {Place::text_color, "Text colour", nullptr},
    {Place::clock, "Clock", nullptr},
    {Place::utc_offset, "UTC offset", nullptr},
}};
constexpr std::array<MenuEntry, 6> diagnostics_menu = {{
    {Place::ui_test, "UI test", nullptr},
    {Place::bridge, "Bridge", nullptr},
    {Place::memory, "Memory", nullptr},
    {Place::sensors, "Sensors", nullptr},
    {Place::wifi, "WiFi", nullptr},
    {Place::sao, "SAO", nullptr},
}};

Place parent_of(Place place) noexcept {
    for (const Place parent : {Place::settings, Place::diagnostics}) {
        for (const MenuEntry& entry : menu_of(parent)) {
            if (entry.place == place) return parent;
        }
    }
    return place == Place::root ? Place::idle : Place::root;
}

/// Screens that show uptime, a clock with seconds, or what changes all the time.
bool shows_seconds(Place place) noexcept { return place == Place::idle || place == Place::development; }

bridge::Value integer(std::int64_t number) noexcept {
    bridge::Value value;
    value.type = bridge::Value::Type::integer;
    value.integer = number;
    return value;
}

bridge::Value text(std::string_view words) noexcept {
    bridge::Value value;
    value.type = bridge::Value::Type::text;
    value.text = words;
    return value;
}

std::string_view trimmed(std::string_view text) noexcept {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

} // namespace

std::span<const MenuEntry> menu_of(Place place) noexcept {
    if (place == Place::root) return root_menu;
    if (place == Place::settings) return settings_menu;
    if (place == Place::diagnostics) return diagnostics_menu;
    return {};
}

void Cursor::move(int by, int count) noexcept {
    if (count == 0) return;
    selected = wrap(selected + by, count);
    top = std::clamp(top, selected - Painter::rows + 1, selected);
}

void Cursor::limit(int count) noexcept {
    selected = std::clamp(selected, 0, std::max(count - 1, 0));
    top = std::clamp(top, 0, std::max(count - Painter::rows, 0));
}

// --- keys --------------------------------------------------------------------------------------------------------

void Ui::key(const bridge::ButtonEvent& event) noexcept {
    now_ = std::max(now_, event.at);
    changed_ = true; // the UI test shows releases too
    if (!event.pressed) {
        if (event.button == repeated_) repeat_at_ = base::never;
        return;
    }
    repeat_at_ = base::never;
    note_until_ = base::never;
    press(event.button);
    if (is_editing() && (event.button == button::up || event.button == button::down)) {
        repeated_ = event.button;
        repeat_at_ = event.at + repeat_after;
    }
}

void Ui::press(ButtonMask pressed) noexcept {
    if (crash_) return crash_.reset();
    if (app_ != AppView::none && !is_editing()) return; // the app's keys
    switch (place_) {
    case Place::idle: return enter(Place::root);
    case Place::root: return grid_key(pressed);
    case Place::ui_test: return;
    default: break;
    }
    if (is_editing()) return editor_key(pressed);
    if (cursor() != nullptr) return list_key(pressed);
    if (pressed == button::b || pressed == button::left) go_back();
}

void Ui::grid_key(ButtonMask pressed) noexcept {
    const int rows = static_cast<int>(root_menu.size()) / grid_columns;
    const int row = root_.selected / grid_columns;
    const int column = root_.selected % grid_columns;
    switch (pressed) {
    case button::up: root_.selected = wrap(row - 1, rows) * grid_columns + column; break;
    case button::down: root_.selected = wrap(row + 1, rows) * grid_columns + column; break;
    case button::left: root_.selected = row * grid_columns + wrap(column - 1, grid_columns); break;
    case button::right: root_.selected = row * grid_columns + wrap(column + 1, grid_columns); break;
    case button::b: go_back(); break;
    default:
        if (is_yes(pressed)) choose();
    }
}

void Ui::list_key(ButtonMask pressed) noexcept {
    switch (pressed) {
    case button::up: cursor()->move(-1, count()); break;
    case button::down: cursor()->move(+1, count()); break;
    case button::left:
    case button::b: go_back(); break;
    default:
        if (is_yes(pressed)) choose();
    }
}

void Ui::editor_key(ButtonMask pressed) noexcept {
    switch (editor_outcome(pressed)) {
    case Edit::goes_on: return;
    case Edit::done: return take_edited();
    case Edit::cancelled: return go_back();
    }
}

Edit Ui::editor_outcome(ButtonMask pressed) noexcept {
    switch (place_) {
    case Place::nickname: return text_editor_.key(pressed);
    case Place::clock: return time_editor_.key(pressed);
    case Place::utc_offset: return offset_editor_.key(pressed);
    default: return color_picker_.key(pressed);
    }
}

void Ui::leave_held() noexcept {
    if (place_ != Place::ui_test) return;
    changed_ = true;
    go_back();
}

// --- from place to place -----------------------------------------------------------------------------------------

void Ui::enter(Place place) noexcept {
    const bool comes_back = place == parent_of(place_);
    place_ = place;
    tick_at_ = next_tick();
    if (Cursor* list = cursor(); list != nullptr && !comes_back) *list = {};
    switch (place) {
    case Place::apps: return board_.want_apps();
    case Place::leds: return led_list_.move(static_cast<int>(facts_.led_mode), count());
    case Place::nickname: return text_editor_.begin(facts_.nickname);
    case Place::accent: return color_picker_.begin(facts_.accent);
    case Place::text_color: return color_picker_.begin(facts_.text_color);
    case Place::clock: return time_editor_.begin(local_time().value_or(Civil{2026, 1, 1}));
    case Place::utc_offset: return offset_editor_.begin(facts_.utc_offset_min);
    default: return;
    }
}

void Ui::go_back() noexcept { enter(parent_of(place_)); }

void Ui::choose() noexcept {
    if (place_ == Place::apps) return start_selected_app();
    if (place_ == Place::leds) return choose_led_mode();
    enter(menu_of(place_)[static_cast<std::size_t>(cursor()->selected)].place);
}

void Ui::start_selected_app() noexcept {
    if (apps_.apps.empty()) return;
    const bridge::AppEntry& app = apps_.apps[static_cast<std::size_t>(app_list_.selected)];
    if (!app.startable) return note("this app can't be started", now_);
    const auto started = board_.start_app(app.name);
    if (started) {
        app_ = AppView::starting;
        app_name_ = app.name;
        return;
    }
    switch (started.error().code) {
    case base::ErrorCode::busy: return note("a tool is using Python", now_);
    case base::ErrorCode::invalid_state: return note("Python is off", now_);
    default: return note(started.error().message, now_);
    }
}

void Ui::choose_led_mode() noexcept { set("led_mode", text(led_mode_name(static_cast<LedMode>(led_list_.selected)))); }

void Ui::take_edited() noexcept {
    const Place edited = place_;
    if (edited == Place::nickname && trimmed(text_editor_.text()).empty()) {
        return note("a nickname needs a letter", now_);
    }
    go_back();
    switch (edited) {
    case Place::nickname: return set("nickname", text(trimmed(text_editor_.text())));
    case Place::accent: return set("accent", integer(color_picker_.color()));
    case Place::text_color: return set("text_color", integer(color_picker_.color()));
    case Place::utc_offset: return set("utc_offset_min", integer(offset_editor_.minutes()));
    default: break;
    }
    board_.set_clock(epoch_of(time_editor_.value()) - std::int64_t{60} * facts_.utc_offset_min);
    if (facts_.home_up) note("the hub's time will replace it", now_);
}

void Ui::set(std::string_view key, const bridge::Value& value) noexcept {
    const auto done = board_.set(key, value);
    if (!done) note(done.error().message, now_);
}

Cursor* Ui::cursor() noexcept {
    switch (place_) {
    case Place::root: return &root_;
    case Place::apps: return &app_list_;
    case Place::leds: return &led_list_;
    case Place::settings: return &settings_list_;
    case Place::diagnostics: return &diagnostics_list_;
    default: return nullptr;
    }
}

int Ui::count() const noexcept {
    if (place_ == Place::apps) return static_cast<int>(apps_.apps.size());
    if (place_ == Place::leds) return static_cast<int>(led_mode_count);
    return static_cast<int>(menu_of(place_).size());
}

bool Ui::is_editing() const noexcept {
    switch (place_) {
    case Place::nickname:
    case Place::accent:
    case Place::text_color:
    case Place::clock:
    case Place::utc_offset: return true;
    default: return false;
    }
}

// --- what happens ------------------------------------------------------------------------------------------------

void Ui::refresh() noexcept {
    app_list_.limit(static_cast<int>(apps_.apps.size()));
    tick_at_ = next_tick();
    changed_ = true;
}

void Ui::app_started(std::string_view name) noexcept {
    app_ = AppView::running;
    app_name_ = name;
    crash_.reset();
    changed_ = true;
}

void Ui::app_ended() noexcept {
    app_ = AppView::none;
    changed_ = true;
}

void Ui::app_crashed(const Crash& crash) noexcept {
    crash_ = crash;
    changed_ = true;
}

void Ui::note(std::string_view text, base::Micros now) noexcept {
    note_ = text;
    note_until_ = now + note_length;
    changed_ = true;
}

const bridge::AppEntry* Ui::find_app(std::string_view name) const noexcept {
    const auto* found = std::find_if(apps_.apps.begin(), apps_.apps.end(),
                                     [&](const bridge::AppEntry& each) { return each.name == name; });
    return found == apps_.apps.end() ? nullptr : found;
}

// --- time --------------------------------------------------------------------------------------------------------

void Ui::step(base::Micros now) noexcept {
    now_ = now;
    if (now >= note_until_) {
        note_until_ = base::never;
        changed_ = true;
    }
    if (now >= repeat_at_) {
        repeat_at_ = is_editing() ? std::max(repeat_at_ + repeat_every, now) : base::never;
        if (repeat_at_ != base::never) press(repeated_);
        changed_ = true;
    }
    if (now >= tick_at_) {
        tick_at_ = next_tick();
        changed_ = true;
    }
}

base::Micros Ui::deadline() const noexcept { return std::min({note_until_, repeat_at_, tick_at_}); }

std::optional<Civil> Ui::local_time() const noexcept {
    if (facts_.epoch_offset_us == 0) return std::nullopt;
    const std::int64_t seconds = (now_ + facts_.epoch_offset_us) / second;
    return civil_of(seconds + std::int64_t{60} * facts_.utc_offset_min);
}

/// The next moment at which a clock or an uptime that is seen changes.
base::Micros Ui::next_tick() const noexcept {
    const base::Micros every = shows_seconds(place_) ? second : 60 * second;
    return now_ + every - (now_ + facts_.epoch_offset_us) % every;
}

} // namespace firmware::runtime::ui
