// SPDX-License-Identifier: Apache-2.0
// The menu: which screen is seen, and what the keys do on it.
#pragma once

#include "base/clock.hpp"
#include "firmware/bridge/face_messages.hpp"
#include "firmware/runtime/canvas.hpp"
#include "firmware/runtime/ui/editors.hpp"
#include "firmware/runtime/ui/facts.hpp"
#include "firmware/runtime/ui/icons.hpp"
#include "firmware/runtime/ui/painter.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace firmware::runtime::ui {

/// Every screen that a person can go to.
enum class Place : std::uint8_t {
    idle,
    root,
    apps,
    leds,
    settings,
    diagnostics,
    development,
    about,
    nickname,
    accent,
    text_color,
    clock,
    utc_offset,
    ui_test,
    bridge,
    memory,
    sensors,
    wifi,
    sao,
};

/// What ended an app, for a person.
struct Crash {
    base::FixedString<bridge::app_name_max> app;
    base::FixedString<96> file;
    std::int64_t line = 0;
    base::FixedString<200> message;
};

/// The row that is selected, and the first one that is seen.
struct Cursor {
    int selected = 0;
    int top = 0;

    void move(int by, int count) noexcept;
    /// Keeps it on the list when that has become shorter.
    void limit(int count) noexcept;
};

/// Deterministic, and without input or output: the same keys at the same times over the same facts give the same
/// pictures. On the hardware core.
class Ui {
public:
    static constexpr base::Micros repeat_after = base::from_ms(300);
    static constexpr base::Micros repeat_every = base::from_ms(60);
    static constexpr base::Micros note_length = base::from_ms(3000);

    /// All outlive this. After a change of `facts` or `apps` call `refresh`.
    Ui(Board& board, const Facts& facts, const AppList& apps) noexcept : board_(board), facts_(facts), apps_(apps) {}

    void key(const bridge::ButtonEvent& event) noexcept;
    /// B and START have been held together: leaves the one screen that no single key leaves.
    void leave_held() noexcept;
    void refresh() noexcept;

    // --- the life of an app ---
    void app_started(std::string_view name) noexcept;
    void app_ended() noexcept;
    void app_crashed(const Crash& crash) noexcept;
    /// What `start_app` promised does not come.
    bool is_starting() const noexcept { return app_ == AppView::starting; }

    /// Words at the bottom of the screen, for 3 s or until a key is pressed; cut after 38 characters.
    void note(std::string_view text, base::Micros now) noexcept;

    // --- time and picture ---
    void step(base::Micros now) noexcept;
    /// Repeated keys, notes that end, clocks that tick.
    base::Micros deadline() const noexcept;
    /// Something has changed since the last `draw`.
    bool wants_drawing() const noexcept { return changed_; }
    void draw(Canvas& canvas) noexcept;

    Place place() const noexcept { return place_; }
    /// A person is in an editor: nobody else may have the screen.
    bool is_editing() const noexcept;

private:
    enum class AppView : std::uint8_t { none, starting, running };

    // Keys, by the kind of screen.
    void press(contract::ButtonMask button) noexcept;
    void grid_key(contract::ButtonMask button) noexcept;
    void list_key(contract::ButtonMask button) noexcept;
    void editor_key(contract::ButtonMask button) noexcept;
    Edit editor_outcome(contract::ButtonMask button) noexcept;
    void enter(Place place) noexcept;
    void go_back() noexcept;
    void choose() noexcept;
    void start_selected_app() noexcept;
    void choose_led_mode() noexcept;
    void take_edited() noexcept;
    void set(std::string_view key, const bridge::Value& value) noexcept;

    Cursor* cursor() noexcept;
    int count() const noexcept;
    std::optional<Civil> local_time() const noexcept;
    base::Micros next_tick() const noexcept;
    const bridge::AppEntry* find_app(std::string_view name) const noexcept;

    // Pictures: ui_draw.cpp …
    void title(Painter& painter, std::string_view title) const noexcept;
    void draw_place(Painter& painter) noexcept;
    void draw_idle(Painter& painter) const noexcept;
    void draw_status(Painter& painter) const noexcept;
    void draw_grid(Painter& painter) const noexcept;
    void draw_apps(Painter& painter) const noexcept;
    void draw_no_apps(Painter& painter) const noexcept;
    void draw_app_details(Painter& painter, const bridge::AppEntry& app, int x) const noexcept;
    void draw_leds(Painter& painter) const noexcept;
    void draw_settings(Painter& painter) const noexcept;
    void draw_diagnostics(Painter& painter) const noexcept;
    template <typename RowAt>
    void draw_list(Painter& painter, const Cursor& cursor, int count, int width, RowAt row_at) const noexcept;
    // … and ui_pages.cpp
    void draw_nickname(Painter& painter) const noexcept;
    void draw_colors(Painter& painter) const noexcept;
    void draw_clock(Painter& painter) const noexcept;
    void draw_utc_offset(Painter& painter) const noexcept;
    void draw_ui_test(Painter& painter) const noexcept;
    void draw_bridge(Painter& painter) const noexcept;
    void draw_memory(Painter& painter) const noexcept;
    void draw_sensors(Painter& painter) const noexcept;
    void draw_lack(Painter& painter, std::string_view name, std::string_view why) const noexcept;
    void draw_development(Painter& painter) const noexcept;
    void draw_about(Painter& painter) const noexcept;
    void draw_app_view(Painter& painter) const noexcept;
    void draw_crash(Painter& painter) const noexcept;

    Board& board_;
    const Facts& facts_;
    const AppList& apps_;

    Place place_ = Place::idle;
    Cursor root_;
    Cursor app_list_;
    Cursor led_list_;
    Cursor settings_list_;
    Cursor diagnostics_list_;
    TextEditor text_editor_;
    TimeEditor time_editor_;
    ColorPicker color_picker_;
    OffsetEditor offset_editor_;

    AppView app_ = AppView::none;
    base::FixedString<bridge::app_name_max> app_name_;
    std::optional<Crash> crash_;
    base::FixedString<38> note_;

    base::Micros now_ = 0;
    base::Micros note_until_ = base::never;
    base::Micros repeat_at_ = base::never;
    base::Micros tick_at_ = 0;
    contract::ButtonMask repeated_ = 0;
    bool changed_ = true;
};

/// The rows of the menu's own lists, and where they lead.
struct MenuEntry {
    Place place;
    std::string_view label;
    const Icon* icon; ///< of the root's entries
};
std::span<const MenuEntry> menu_of(Place place) noexcept;

} // namespace firmware::runtime::ui
