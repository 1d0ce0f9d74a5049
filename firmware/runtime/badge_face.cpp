// SPDX-License-Identifier: Apache-2.0
// One step: keys, what Python wants, what is due, and then at most one new picture.
#include "firmware/runtime/badge_face.hpp"

#include "protocol/json/value.hpp"

#include <algorithm>
#include <array>

namespace firmware::runtime {

namespace button = contract::button;
using bridge::Value;

namespace {

constexpr contract::ButtonMask stop_keys = button::b | button::start;

std::optional<std::int32_t> measured(const std::atomic<std::int32_t>& gauge) noexcept {
    const std::int32_t value = gauge;
    if (value == bridge::Bridge::not_available) return std::nullopt;
    return value;
}

} // namespace

BadgeFace::BadgeFace(const Parts& parts) noexcept
    : parts_(parts),
      screen_(parts.display, parts.frame_memory, parts.profile.screen.width, parts.profile.screen.height),
      buttons_(parts.profile, parts.gpio, *this),
      leds_(parts.leds, parts.profile.led_count, parts.seed, parts.uid),
      settings_(parts.settings),
      gauges_(parts.gauges, parts.bridge),
      ui_(*this, facts_, apps_) {
    facts_.uid = parts.uid;
    facts_.board = parts.profile.title;
    facts_.heap_bytes = parts.profile.heap_bytes;
    facts_.flash_bytes = parts.profile.flash_bytes;
}

void BadgeFace::boot(base::Micros now) noexcept {
    now_ = now;
    settings_.boot();
    buttons_.boot();
    leds_.set_mode(facts_.led_mode, now);
    apply_settings();
    publish();
}

void BadgeFace::step(base::Micros now) noexcept {
    now_ = now;
    more_to_do_ = false;
    buttons_.step(now);
    watch_stop_keys();
    answer_settings();
    take_apps();
    take_leds();
    take_drawing();
    settings_.step(now);
    gauges_.step(now);
    leds_.step(now);
    look_around();
    ui_.step(now);
    draw_menu();
    screen_.step(now);
    publish();
    if (vm_has_news_) parts_.bridge.wake_vm->notify();
    vm_has_news_ = false;
}

base::Micros BadgeFace::deadline() const noexcept {
    if (more_to_do_) return now_;
    const base::Micros menu = python_has_screen_ ? base::never : std::min(ui_.deadline(), look_at_);
    return std::min({buttons_.deadline(), stop_at_, give_up_at_, settings_.deadline(), gauges_.deadline(),
                     leds_.deadline(), screen_.deadline(), menu});
}

// --- keys --------------------------------------------------------------------------------------------------------

bool BadgeFace::keys_are_pythons() const noexcept { return !ui_.is_editing() && (python_has_screen_ || !app_.empty()); }

void BadgeFace::button_changed(const bridge::ButtonEvent& event) noexcept {
    facts_.down = buttons_.down();
    parts_.bridge.buttons_down = buttons_.down();
    const bool is_stop_key = (event.button & stop_keys) != 0;
    if (is_stop_key) {
        const bool both = (buttons_.down() & stop_keys) == stop_keys;
        stop_at_ = both ? event.at + stop_hold : base::never;
    }
    const bool pythons = event.pressed ? keys_are_pythons() : (pythons_keys_ & event.button) != 0;
    if (!pythons) return ui_.key(event);
    pythons_keys_ =
        static_cast<contract::ButtonMask>(event.pressed ? pythons_keys_ | event.button : pythons_keys_ & ~event.button);
    if (!parts_.bridge.button_events.push(event)) ++parts_.bridge.buttons_dropped;
    vm_has_news_ = true;
}

void BadgeFace::watch_stop_keys() noexcept {
    if (now_ >= stop_at_) {
        stop_at_ = base::never;
        stop_keys_held();
    }
    if (now_ >= give_up_at_) {
        give_up_at_ = base::never;
        if (parts_.interpreter.is_running()) give_up_python();
    }
}

void BadgeFace::stop_keys_held() noexcept {
    if (parts_.interpreter.is_running()) {
        stopped_by_hand_ = true;
        give_up_at_ = now_ + stop_patience;
        return parts_.interpreter.stop_app();
    }
    if (!python_has_screen_) return ui_.leave_held();
    forget_commands();
    take_face_back(now_);
    ui_.note("the screen is the menu's again", now_);
}

// The VM is dead, or stands where nothing can end it: the person must have the menu all the same.
void BadgeFace::give_up_python() noexcept {
    stopped_by_hand_ = false;
    app_.clear();
    forget_commands();
    take_face_back(now_);
    ui_.app_ended();
    ui_.note("Python is lost: restart the board", now_);
}

void BadgeFace::take_face_back(base::Micros now) noexcept {
    python_has_screen_ = false;
    show_waits_ = false;
    leds_.give_back(now);
}

// --- what a person asks for --------------------------------------------------------------------------------------

void BadgeFace::want_apps() noexcept {
    parts_.bridge.apps_wanted = true;
    vm_has_news_ = true;
}

base::Result<> BadgeFace::set(std::string_view key, const Value& value) noexcept {
    auto done = settings_.set(key, value);
    if (done) apply_settings();
    return done;
}

void BadgeFace::set_clock(std::int64_t epoch_seconds) noexcept {
    parts_.bridge.epoch_offset_us = epoch_seconds * 1'000'000 - now_;
    look_at_ = now_;
}

void BadgeFace::apply_settings() noexcept {
    facts_.nickname = settings_.text_or("nickname", "badge");
    facts_.accent = static_cast<contract::Color>(settings_.integer_or("accent", colors::green));
    facts_.text_color = static_cast<contract::Color>(settings_.integer_or("text_color", colors::white));
    facts_.utc_offset_min = settings_.integer_or("utc_offset_min", 0);
    facts_.led_mode = find_led_mode(settings_.text_or("led_mode", {})).value_or(LedMode::accent_pulse);
    leds_.set_accent(facts_.accent);
    if (leds_.mode() != facts_.led_mode) leds_.set_mode(facts_.led_mode, now_);
    ui_.refresh();
}

// --- what waits on the bridge ------------------------------------------------------------------------------------

// At most a queue's worth, or up to the end of a picture; what is pushed meanwhile comes with the next step.
void BadgeFace::take_drawing() noexcept {
    if (show_waits_ && !take_show()) return;
    if (!parts_.bridge.screen_free) return;
    bridge::DisplayCommand command;
    for (std::size_t i = 0; i < parts_.bridge.display_commands.capacity(); ++i) {
        if (!parts_.bridge.display_commands.pop(command)) return;
        vm_has_news_ = true;
        if (!python_has_screen_) screen_.canvas().clear(colors::black); // nothing of the menu's shines through
        python_has_screen_ = true;
        if (command.op != bridge::DisplayCommand::Op::show) {
            screen_.canvas().draw(command);
            continue;
        }
        show_waits_ = true;
        if (!take_show()) return;
        break;
    }
    more_to_do_ = true;
}

bool BadgeFace::take_show() noexcept {
    if (screen_.deadline() != base::never) return false; // comes again when the last picture has been sent
    show_waits_ = false;
    screen_.show();
    return true;
}

void BadgeFace::take_leds() noexcept {
    bridge::LedCommand command;
    for (std::size_t i = 0; i < parts_.bridge.led_commands.capacity(); ++i) {
        if (!parts_.bridge.led_commands.pop(command)) return;
        leds_.command(command, now_);
        vm_has_news_ = true;
    }
    more_to_do_ = true;
}

void BadgeFace::take_apps() noexcept {
    bridge::AppEntry entry;
    for (std::size_t i = 0; i < parts_.bridge.app_entries.capacity(); ++i) {
        if (!parts_.bridge.app_entries.pop(entry)) return;
        take_app(entry);
        vm_has_news_ = true;
    }
    more_to_do_ = true;
}

// The new list grows over the old one, which is seen until then.
void BadgeFace::take_app(const bridge::AppEntry& entry) noexcept {
    auto& apps = apps_.apps;
    switch (entry.op) {
    case bridge::AppEntry::Op::begin:
        apps_listed_ = 0;
        apps_.left_out = 0;
        apps_.problem = entry.problem;
        return;
    case bridge::AppEntry::Op::entry:
        if (apps_listed_ < apps.size()) {
            apps[apps_listed_++] = entry;
        } else if (apps.push_back(entry)) {
            ++apps_listed_;
        } else {
            ++apps_.left_out;
        }
        break;
    case bridge::AppEntry::Op::end:
        while (apps.size() > apps_listed_) apps.erase(apps.size() - 1);
        apps_.known = true;
        break;
    }
    ui_.refresh();
}

void BadgeFace::answer_settings() noexcept {
    bridge::SettingRequest request;
    for (std::size_t i = 0; i < parts_.bridge.setting_requests.capacity(); ++i) {
        if (!parts_.bridge.setting_requests.pop(request)) return;
        // Without room the answers before it were not asked for by this life of the VM, which has to take them first.
        (void)parts_.bridge.setting_replies.push(answer(request));
        vm_has_news_ = true;
    }
    more_to_do_ = true;
}

bridge::SettingReply BadgeFace::answer(const bridge::SettingRequest& request) noexcept {
    using Op = bridge::SettingRequest::Op;
    bridge::SettingReply reply;
    reply.serial = request.serial;
    base::Result<> done;
    switch (request.op) {
    case Op::get:
        if (const Value* value = settings_.get(request.key); value != nullptr) {
            reply.value = *value;
        } else {
            done = base::fail(base::ErrorCode::not_found, "there is no such setting");
        }
        break;
    case Op::set: done = set(request.key, request.value); break;
    case Op::remove:
        done = settings_.remove(request.key);
        if (done) apply_settings();
        break;
    case Op::key_at:
        if (request.index < settings_.size()) {
            reply.key = settings_[request.index].key;
        } else {
            done = base::fail(base::ErrorCode::not_found, "there are fewer settings");
        }
        break;
    }
    reply.ok = done.has_value();
    if (!done) {
        reply.code = done.error().code;
        reply.reason = done.error().message.view();
    }
    return reply;
}

// --- apps --------------------------------------------------------------------------------------------------------

void BadgeFace::app_started(std::string_view app, base::Micros) noexcept {
    app_ = app;
    ui_.app_started(app);
}

void BadgeFace::app_ended(base::Micros now) noexcept {
    // With a message behind this one, the next app may already be drawing.
    if (parts_.bridge.home_messages.size() == 0) forget_commands();
    take_face_back(now);
    const bool next_begins = ui_.is_starting() && parts_.interpreter.is_running(); // it was the prompt that ended
    if (!next_begins) ui_.app_ended();
    if (stopped_by_hand_ && !app_.empty()) {
        base::FixedString<64> words = app_.view();
        words.append(" was stopped");
        ui_.note(words, now);
    }
    stopped_by_hand_ = false;
    give_up_at_ = base::never;
    app_.clear();
}

void BadgeFace::app_crashed(const bridge::HomeMessage& message, base::Micros) noexcept {
    ui::Crash crash;
    crash.app = app_;
    std::array<char, bridge::json_max> text{};
    if (const auto json = protocol::json::parse(message.json)) {
        if (const auto file = json->find("file").text(text)) crash.file = *file;
        crash.line = json->find("line").integer().value_or(0);
        if (const auto words = json->find("message").text(text)) crash.message = *words;
    }
    ui_.app_crashed(crash);
}

void BadgeFace::forget_commands() noexcept {
    bridge::DisplayCommand stroke;
    for (std::size_t i = 0; i < parts_.bridge.display_commands.capacity(); ++i) {
        if (!parts_.bridge.display_commands.pop(stroke)) break;
        vm_has_news_ = true;
    }
    bridge::LedCommand light;
    for (std::size_t i = 0; i < parts_.bridge.led_commands.capacity(); ++i) {
        if (!parts_.bridge.led_commands.pop(light)) break;
        vm_has_news_ = true;
    }
}

// --- the menu ----------------------------------------------------------------------------------------------------

void BadgeFace::look_around() noexcept {
    if (now_ < look_at_) return;
    look_at_ = now_ + look_every;
    const bridge::Bridge& bridge = parts_.bridge;
    const ui::Facts before = facts_;
    facts_.epoch_offset_us = bridge.epoch_offset_us.load();
    facts_.home_up = bridge.home_up;
    facts_.settings_failed = settings_.failed();
    facts_.battery_millivolts = measured(bridge.battery_millivolts);
    facts_.battery_percent = gauges_.battery_percent();
    facts_.usb_power = std::nullopt;
    if (const auto usb = measured(bridge.usb_power)) facts_.usb_power = *usb != 0;
    facts_.temperature_millicelsius = measured(bridge.temperature_millicelsius);
    facts_.signal_dbm = measured(bridge.signal_dbm);
    facts_.heap_free = bridge.heap_free;
    facts_.counters = {bridge.frames_shown,  bridge.display_timeouts, bridge.led_timeouts,   bridge.buttons_dropped,
                       bridge.edges_dropped, bridge.logs_dropped,     bridge.console_dropped};
    if (facts_ != before) ui_.refresh();
    // A start that came to nothing, seen neither by a message nor by a change of state.
    const contract::VmState vm = parts_.interpreter.state();
    const bool idle = vm == contract::VmState::repl || vm == contract::VmState::off;
    if (ui_.is_starting() && idle && !parts_.interpreter.is_running()) ui_.app_ended();
}

void BadgeFace::draw_menu() noexcept {
    if (python_has_screen_ || !ui_.wants_drawing() || screen_.deadline() != base::never) return;
    ui_.draw(screen_.canvas());
    screen_.show();
}

void BadgeFace::publish() noexcept {
    bridge::Bridge& bridge = parts_.bridge;
    bridge.buttons_down = buttons_.down();
    bridge.screen_free = !ui_.is_editing();
    bridge.frames_shown = screen_.frames_shown();
}

} // namespace firmware::runtime
