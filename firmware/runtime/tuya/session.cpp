// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/tuya/session.hpp"

#include <algorithm>

namespace firmware::runtime::tuya {

using protocol::tuya::Command;
using protocol::tuya::NetworkStatus;

Session::Session(const Parts& parts, const Kept& kept) noexcept : parts_(parts), kept_(kept), reader_(*this) {}

void Session::boot(base::Micros now) noexcept {
    now_ = boot_at_ = now;
    parts_.line.open(mcu_line);
    // A module that has never been told anything is as good as one that was reset.
    if (!parts_.network.configured()) kept_.configuring = true;
    if (kept_.configuring)
        parts_.network.open_configuration(kept_.mode);
    else
        parts_.network.join();
    for (const KeptReport& report : kept_.undelivered) reports_.take_late(report);
    begin_handshake();
    step(now);
}

void Session::step(base::Micros now) noexcept {
    now_ = now;
    deadline_ = base::never;
    if (state_ == State::asleep) return;
    if (state_ != State::restarting) read_line();
    act();
    write_line();
    if (state_ == State::asleep) deadline_ = base::never;
}

void Session::wake_at(base::Micros moment) noexcept { deadline_ = std::min(deadline_, moment); }

base::Micros Session::end_at() const noexcept {
    if (!kept_.configuring) return boot_at_ + awake_max;
    // To sleep in the middle of a write would be worse than to be cut.
    return update_until_ != base::never ? update_until_ : boot_at_ + configuration_max;
}

void Session::act() noexcept {
    if (state_ == State::restarting) return act_restarting();
    if (now_ >= end_at()) return sleep(std::nullopt);
    wake_at(end_at());
    wake_at(reader_.deadline());
    // A state may lead to the next one, which then acts at once.
    if (state_ == State::handshake) act_handshake();
    if (state_ == State::joining) act_joining();
    if (state_ == State::online) act_online();
    if (state_ == State::configuring) act_configuring();
    if (state_ == State::restarting) act_restarting();
}

void Session::begin_handshake() noexcept {
    state_ = State::handshake;
    in_flight_.reset();
    acknowledged_.reset();
    sends_ = 0;
    due_at_ = now_;
}

void Session::act_handshake() noexcept {
    if (now_ >= due_at_ && send(Command::product, {})) {
        ++diagnostics_.product_queries;
        due_at_ = now_ + answer_max;
        if (++sends_ == sends_max + 1) parts_.system.note(Note::mcu_silent, 0);
    }
    wake_at(std::max(due_at_, now_ + soon));
}

/// The status that the network's state allows to tell, at most.
std::optional<NetworkStatus> Session::true_status() const noexcept {
    switch (parts_.network.state()) {
    case NetworkState::down: return std::nullopt;
    case NetworkState::joined: return Status::configured;
    case NetworkState::addressed: return Status::connected;
    case NetworkState::ready: return Status::cloud_connected;
    }
    return std::nullopt;
}

void Session::act_joining() noexcept {
    const std::optional<Status> allowed = true_status();
    // What is no longer true is not repeated.
    if (in_flight_ && (!allowed || *in_flight_ > *allowed)) in_flight_.reset();
    if (in_flight_) return tell(*in_flight_);
    if (now_ < due_at_) return wake_at(due_at_);
    const Status next = !acknowledged_            ? Status::configured
                        : told(Status::connected) ? Status::cloud_connected
                                                  : Status::connected;
    if (!allowed || next > *allowed) return;
    in_flight_ = next;
    sends_ = 0;
    tell(next);
}

/// Sends the status in flight, or sends it again when its time has come.
void Session::tell(Status status) noexcept {
    const auto byte = static_cast<std::uint8_t>(status);
    if (sends_ > 0 && now_ < due_at_) return wake_at(due_at_);
    if (sends_ == sends_max) {
        parts_.system.note(Note::status_unanswered, byte);
        begin_handshake();
        return act_handshake();
    }
    if (!send(Command::network_status, std::span(&byte, 1))) return wake_at(now_ + soon);
    ++diagnostics_.statuses_sent;
    ++sends_;
    due_at_ = now_ + answer_max;
    wake_at(due_at_);
}

void Session::act_online() noexcept {
    watch_events();
    deliver();
    const bool is_declared = declare();
    if (is_declared && is_settled()) acknowledge();
    if (state_ != State::online) return;
    const bool busy = misheard_ || !reports_.all_delivered() || reports_.owed() != nullptr;
    if (busy) return;
    forget_delivered_kept();
    const base::Micros sleep_at = std::max({diagnostics_.online_at, acknowledged_at_, heard_at_}) + idle_max;
    if (now_ >= sleep_at) return sleep(Note::not_cut);
    wake_at(sleep_at);
}

/// An MCU that wakes the module for nothing, each time, has lost step with it.
void Session::watch_events() noexcept {
    if (diagnostics_.reports > 0) {
        if (kept_.eventless_boots > 0) forget_eventless();
        counted_eventless_ = true;
        return;
    }
    const base::Micros eventless_at = diagnostics_.online_at + eventless_after;
    if (counted_eventless_) return;
    if (now_ < eventless_at) return wake_at(eventless_at);
    counted_eventless_ = true;
    if (kept_.eventless_boots < UINT8_MAX) ++kept_.eventless_boots;
    parts_.system.save(kept_);
    if (kept_.eventless_boots >= eventless_boots_max) parts_.system.note(Note::out_of_step, kept_.eventless_boots);
}

void Session::forget_eventless() noexcept {
    kept_.eventless_boots = 0;
    parts_.system.save(kept_);
}

void Session::deliver() noexcept {
    if (parts_.network.state() != NetworkState::ready) {
        // What was on its way when the connection broke is not confirmed any more.
        reports_.send_again(base::never);
        return;
    }
    reports_.send_again(now_ - confirmation_max + 1);
    while (Report* const report = reports_.waiting()) {
        const Delivery delivery{report->serial, report->is_record(), report->late, report->time(),
                                report->datapoints()};
        // First, for it may be confirmed at once.
        report->state = Report::State::on_its_way;
        report->sent_at = now_;
        if (!parts_.publisher.publish(delivery)) {
            report->state = Report::State::waiting;
            return wake_at(now_ + soon);
        }
        ++diagnostics_.publishes;
    }
    if (const auto oldest = reports_.oldest_on_its_way()) wake_at(*oldest + confirmation_max);
}

/// Whether the home knows the entities; tells it behind the reports, which are more urgent. On most boots it knows.
bool Session::declare() noexcept {
    const std::uint32_t declaration = parts_.publisher.declaration();
    if (declared_ && kept_.declared != declaration) {
        kept_.declared = declaration;
        parts_.system.save(kept_);
    }
    if (kept_.declared == declaration) return true;
    // The next boot tries again.
    if (now_ >= diagnostics_.online_at + declare_max) return true;
    if (parts_.network.state() == NetworkState::ready && now_ >= declare_again_at_) {
        declare_again_at_ = now_ + (parts_.publisher.declare() ? confirmation_max : soon);
    }
    wake_at(std::max(declare_again_at_, now_ + soon));
    return false;
}

void Session::forget_delivered_kept() noexcept {
    if (kept_.undelivered.empty()) return;
    kept_.undelivered.clear();
    parts_.system.save(kept_);
}

base::Micros Session::quiet_at() const noexcept { return std::max(heard_at_, acknowledged_at_) + quiet; }

bool Session::is_quiet() const noexcept {
    return now_ >= quiet_at() && reader_.deadline() == base::never && out_size_ == 0 && parts_.line.idle();
}

/// Whether an acknowledgement may be sent now: every report is delivered, and no other is coming in. An
/// acknowledgement says not of what: after something that was not understood it might be taken for that one's.
bool Session::is_settled() noexcept {
    if (!reports_.all_delivered() || misheard_) return false;
    if (is_quiet()) return true;
    wake_at(std::max(quiet_at(), now_ + soon));
    return false;
}

/// One at a time: each may be the last thing that this boot does.
void Session::acknowledge() noexcept {
    forget_delivered_kept();
    for (const Issue& datapoint : issues_) send(Command::issue, {datapoint.begin(), datapoint.size()});
    issues_.clear();
    if (Report* const report = reports_.owed()) {
        constexpr std::uint8_t done = protocol::tuya::report_done;
        if (!send(report->command, std::span(&done, 1))) return wake_at(now_ + soon);
        report->owed = false;
        ++diagnostics_.acknowledged;
        acknowledged_at_ = now_;
        return wake_at(now_ + quiet);
    }
    // After the reports: this answer may cut the power too.
    constexpr auto latest = static_cast<std::uint8_t>(protocol::tuya::UpgradeAnswer::latest);
    for (std::size_t i = 0; i < upgrade_owed_.size(); ++i) {
        if (!upgrade_owed_[i]) continue;
        upgrade_owed_[i] = !send(i == 0 ? Command::module_upgrade : Command::mcu_upgrade, std::span(&latest, 1));
    }
}

void Session::act_configuring() noexcept {
    if (!told(kept_.mode)) {
        in_flight_ = kept_.mode;
        tell(kept_.mode);
        if (state_ != State::configuring) return;
    }
    if (update_until_ != base::never || !parts_.network.configured()) return;
    if (now_ < boot_at_ + hold) return wake_at(boot_at_ + hold);
    kept_.configuring = false;
    parts_.system.save(kept_);
    begin_restart();
}

bool Session::begin_update(base::Micros duration) noexcept {
    const bool in_time =
        duration >= 0 && duration < configuration_max && now_ + duration <= boot_at_ + configuration_max;
    if (state_ != State::configuring || update_until_ != base::never || !in_time) {
        parts_.system.note(Note::update_refused, 0);
        return false;
    }
    update_until_ = boot_at_ + update_max;
    return true;
}

void Session::end_update(bool restart) noexcept {
    if (update_until_ == base::never) return;
    update_until_ = base::never;
    if (restart) begin_restart();
    deadline_ = now_;
}

void Session::begin_restart() noexcept {
    state_ = State::restarting;
    due_at_ = now_ + restart_max;
}

void Session::act_restarting() noexcept {
    const bool sent = out_size_ == 0 && parts_.line.idle();
    if (!sent && now_ < due_at_) return wake_at(std::min(due_at_, now_ + soon));
    state_ = State::asleep;
    parts_.system.restart();
}

void Session::sleep(std::optional<Note> why) noexcept {
    keep_undelivered();
    if (why) parts_.system.note(*why, 0);
    state_ = State::asleep;
    out_size_ = 0; // half a frame would be worse than none
    parts_.system.sleep();
}

void Session::keep_undelivered() noexcept {
    const bool had_kept = !kept_.undelivered.empty();
    std::uint8_t count = 0;
    std::uint8_t lost = 0;
    kept_.undelivered.clear();
    for (std::size_t i = 0; i < reports_.size(); ++i) {
        const Report& report = reports_[i];
        if (report.state == Report::State::delivered) continue;
        KeptReport kept;
        kept.record = report.is_record();
        bool fits = true;
        for (const std::uint8_t byte : report.data) fits = fits && kept.data.push_back(byte);
        ++(fits && kept_.undelivered.push_back(kept) ? count : lost);
    }
    if (count > 0) parts_.system.note(Note::not_delivered, count);
    if (lost > 0) parts_.system.note(Note::lost, lost);
    if (count > 0 || had_kept) parts_.system.save(kept_);
}

void Session::delivered(std::uint16_t serial) noexcept {
    if (!reports_.delivered(serial)) return;
    if (diagnostics_.delivered_at == base::never) diagnostics_.delivered_at = now_;
    deadline_ = now_;
}

void Session::declared() noexcept {
    declared_ = true;
    deadline_ = now_;
}

} // namespace firmware::runtime::tuya
