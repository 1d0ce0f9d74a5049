// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/tuya/module.hpp"

#include "base/expect.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace firmware::runtime::tuya {

namespace {

enum Level : std::uint8_t { info = 1, warning = 2, error = 3 };

struct NoteText {
    Level level;
    std::string_view text;
    bool has_detail;
};

constexpr NoteText text_of(Note note) noexcept {
    switch (note) {
    case Note::mcu_silent: return {warning, "the MCU does not answer; asking on", false};
    case Note::mains_protocol: return {warning, "the MCU speaks the mains protocol, version", true};
    case Note::unknown_command: return {warning, "the MCU sent an unknown command,", true};
    case Note::bad_product: return {warning, "the MCU does not say which product it is", false};
    case Note::status_unanswered: return {warning, "the MCU did not acknowledge network status", true};
    case Note::report_refused: return {warning, "a report was refused: too many are on their way", false};
    case Note::report_damaged: return {warning, "a report was damaged; what could be read of it was kept", false};
    case Note::line_garbled: return {warning, "the line was garbled; waiting for the MCU to repeat itself", false};
    case Note::not_delivered: return {warning, "reports kept for the next boot, not acknowledged:", true};
    case Note::lost: return {error, "reports lost, for there was no room to keep them:", true};
    case Note::not_cut: return {info, "nothing more to do, and the MCU left the power on: asleep", false};
    case Note::reset_pressed: return {info, "the button was held; to be configured in mode", true};
    case Note::update_refused: return {warning, "an update was refused: the power would be cut before its end", false};
    case Note::out_of_step: return {error, "the MCU wakes the module for nothing; boots without an event:", true};
    }
    return {error, "", true};
}

} // namespace

// --- life ---------------------------------------------------------------------------------------------------------

void Module::attach(const Sensor::Home& home) noexcept {
    home_.emplace(home);
    gauges_.emplace(parts_.gauges, home.bridge);
    store_.boot();
}

void Module::power(bool on, base::Micros now) noexcept {
    now_ = now;
    end_session();
    powered_ = on;
    if (on) store_.boot(); // what is in memory only, is not there any more
    starts_at_ = on ? now + parts_.start_time : base::never;
}

void Module::step(base::Micros now) noexcept {
    now_ = now;
    be_configured();
    keep_declaration();
    gauges_->step(now);
    store_.step(now);
    // A restart waits for what it must not lose.
    if (now >= starts_at_ && (store_.saved() || store_.failed())) start_session();
    if (session_) step_session();
}

void Module::start_session() noexcept {
    starts_at_ = base::never;
    session_.emplace(Session::Parts{parts_.line, *this, *this, *this}, store_.record().kept);
    session_->boot(now_);
}

void Module::step_session() noexcept {
    if (declared_after_ && home_->link.declarations() != *declared_after_) {
        declared_after_.reset();
        session_->declared();
    }
    session_->step(now_);
    if (const auto& product = session_->diagnostics().product; !product.id.empty()) home_->link.note_product(product);
    if (leaving_) {
        end_session();
        starts_at_ = now_ + parts_.start_time;
    }
}

void Module::end_session() noexcept {
    session_.reset();
    joined_ = false;
    configurable_ = false;
    leaving_ = false;
    declared_after_.reset();
    home_->link.forget_reports();
}

base::Micros Module::deadline() const noexcept {
    if (session_ && declared_after_ && home_->link.declarations() != *declared_after_) return now_;
    const base::Micros session = session_ ? session_->deadline() : base::never;
    // Until the store has saved or failed it says when it goes on.
    const base::Micros start = store_.saved() || store_.failed() ? starts_at_ : base::never;
    return std::min({session, start, store_.deadline(), gauges_->deadline()});
}

void Module::reported(std::uint16_t serial) noexcept {
    if (session_) session_->delivered(serial);
}

bool Module::listens() const noexcept {
    return session_ && session_->state() != Session::State::asleep && session_->state() != Session::State::restarting;
}

std::string_view Module::state_name() const noexcept {
    if (!powered_) return "off";
    if (!session_) return "starting";
    switch (session_->state()) {
    case Session::State::handshake: return "handshake";
    case Session::State::joining: return "joining";
    case Session::State::online: return "online";
    case Session::State::configuring: return "configuring";
    case Session::State::restarting: return "restarting";
    case Session::State::asleep: return "asleep";
    }
    return "";
}

// --- Network ------------------------------------------------------------------------------------------------------

void Module::be_configured() noexcept {
    const KeptRecord& record = store_.record();
    if (record.configured || !home_->link.is_up() || (record.kept.configuring && !configurable_)) return;
    KeptRecord configured = record;
    configured.configured = true;
    save_record(configured);
}

void Module::open_configuration(protocol::tuya::NetworkStatus) noexcept { configurable_ = true; }

void Module::forget() noexcept {
    // The session saves right after this, and that it is to be configured.
    KeptRecord forgotten = store_.record();
    forgotten.configured = false;
    forgotten.kept.configuring = true;
    save_record(forgotten);
    joined_ = false;
}

NetworkState Module::state() const noexcept {
    if (!joined_) return NetworkState::down;
    if (home_->link.home_connected()) return NetworkState::ready;
    return home_->link.is_up() ? NetworkState::addressed : NetworkState::joined;
}

/// 0 at -100 dBm, 100 at -50 dBm. A wire has no weak spots.
std::optional<std::uint8_t> Module::signal_percent() const noexcept {
    if (state() == NetworkState::down) return std::nullopt;
    const std::int32_t dbm = parts_.gauges.signal_dbm().value_or(-50);
    return static_cast<std::uint8_t>(std::clamp<std::int32_t>(2 * (dbm + 100), 0, 100));
}

/// UTC: the hub tells no time zone.
std::optional<protocol::tuya::LocalTime> Module::local_time() const noexcept {
    const std::int64_t offset = home_->bridge.epoch_offset_us.load();
    if (offset == 0) return std::nullopt;
    return protocol::tuya::local_time_of((now_ + offset) / 1000000);
}

// --- Publisher ----------------------------------------------------------------------------------------------------

bool Module::publish(const Delivery& delivery) noexcept { return home_->link.report(delivery, now_); }

std::uint32_t Module::declaration() const noexcept {
    // Before an app has declared anything ever, it is that of no entities, which is not 0.
    const std::uint32_t kept = store_.record().declaration;
    return kept != 0 ? kept : home_->entities.fingerprint();
}

/// What the app declares is known again only when Python has started: an event's boot can't wait for that.
void Module::keep_declaration() noexcept {
    if (home_->link.declaring() || home_->entities.size() == 0) return;
    const std::uint32_t fingerprint = home_->entities.fingerprint();
    if (fingerprint == store_.record().declaration) return;
    KeptRecord record = store_.record();
    record.declaration = fingerprint;
    save_record(record);
}

/// The hub has it when the line has taken it: a serial line loses nothing, and a hub that comes later asks.
bool Module::declare() noexcept {
    if (!home_->link.declare()) return false;
    declared_after_ = home_->link.declarations();
    return true;
}

// --- System -------------------------------------------------------------------------------------------------------

void Module::save(const Kept& kept) noexcept {
    KeptRecord record = store_.record();
    record.kept = kept;
    save_record(record);
}

void Module::restart() noexcept { leaving_ = true; }

/// The radio is off: nothing more is said of what had been published.
void Module::sleep() noexcept {
    joined_ = false;
    home_->link.forget_reports();
}

void Module::note(Note note, std::uint8_t detail) noexcept {
    const NoteText said = text_of(note);
    base::FixedString<bridge::value_text_max> line("sensor: ");
    line.append(said.text);
    if (said.has_detail) {
        std::array<char, 4> digits{};
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), unsigned{detail});
        line.push_back(' ');
        line.append({digits.data(), static_cast<std::size_t>(end.ptr - digits.data())});
    }
    home_->link.log(said.level, line, now_);
}

} // namespace firmware::runtime::tuya
