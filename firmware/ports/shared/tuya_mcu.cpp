// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/shared/tuya_mcu.hpp"

#include "protocol/tuya/datapoint.hpp"

#include <algorithm>
#include <array>

namespace firmware::ports {

using protocol::tuya::Command;
using protocol::tuya::DatapointReader;
using protocol::tuya::DatapointType;
using protocol::tuya::DatapointWriter;
using protocol::tuya::Frame;
using protocol::tuya::NetworkStatus;

namespace {

constexpr base::Micros byte_time = 1042; // ten bits at 9600 baud
constexpr base::Micros fast_blink = base::from_ms(250);
constexpr base::Micros slow_blink = base::from_ms(1500);

template <typename List>
void fill(List& list, std::span<const std::uint8_t> bytes) noexcept {
    list.clear();
    for (const std::uint8_t byte : bytes) (void)list.push_back(byte);
}

void write_number(DatapointWriter& writer, std::uint8_t id, DatapointType type, std::int32_t value) noexcept {
    if (type == DatapointType::value)
        writer.value(id, value);
    else if (type == DatapointType::enumeration)
        writer.enumeration(id, static_cast<std::uint8_t>(value));
    else
        writer.boolean(id, value != 0);
}

} // namespace

TuyaMcu::TuyaMcu(const TuyaProduct& product, TuyaWorld& world) noexcept
    : product_(product),
      world_(world),
      reader_(*this, protocol::tuya::frame_data_max) {}

// --- hands ---

std::uint32_t TuyaMcu::sense(bool active, base::Micros now) noexcept {
    active_ = active;
    std::array<std::uint8_t, 8> buffer{};
    DatapointWriter writer(buffer);
    write_number(writer, product_.event_id, product_.event_type, active ? product_.active_value : product_.idle_value);
    clear_at_ = active && product_.clear_after != base::never ? now + product_.clear_after : base::never;
    return sense(writer.bytes(), now);
}

std::uint32_t TuyaMcu::sense(std::span<const std::uint8_t> datapoints, base::Micros now) noexcept {
    now_ = now;
    Event event;
    event.number = next_event_++;
    event.time = time_;
    fill(event.datapoints, datapoints);
    // One that is not armed watches nothing.
    if (!armed_ || !events_.push_back(event)) {
        world_.dropped(event.number);
        return event.number;
    }
    if (powered_) prepare_reports();
    return event.number;
}

void TuyaMcu::hold_button(base::Micros now) noexcept {
    now_ = now;
    for (const Event& event : events_) world_.dropped(event.number);
    events_.clear();
    reports_.clear();
    clear_at_ = base::never;
    armed_ = false;
    failures_ = 0;
    button_at_ = now;
    button_waits_ = true;
    mode_ = mode_ == NetworkStatus::smart_config ? NetworkStatus::access_point : NetworkStatus::smart_config;
    if (!powered_) return switch_on(now);
    if (asked_product_) send_button();
}

void TuyaMcu::change_battery(base::Micros now) noexcept {
    now_ = now;
    for (const Event& event : events_) world_.dropped(event.number);
    events_.clear();
    clear_at_ = base::never;
    failures_ = 0;
    armed_ = true;
    if (powered_) switch_off(off_time, now);
}

void TuyaMcu::send_button() noexcept {
    button_waits_ = false;
    const auto mode = static_cast<std::uint8_t>(mode_);
    if (product_.sends_mode)
        say(Command::select_mode, std::span(&mode, 1));
    else
        say(Command::reset_wifi, {});
    // The module starts anew, with all the time that a configuration has.
    powered_at_ = now_;
    status_.reset();
    configuring_at_ = base::never;
    leaves_ = true;
}

// --- power ---

void TuyaMcu::switch_on(base::Micros now) noexcept {
    powered_ = true;
    powered_at_ = now;
    heard_module_ = asked_product_ = leaves_ = false;
    status_.reset();
    configuring_at_ = base::never;
    frames_sent_ = answers_heard_ = 0;
    reports_.clear();
    outgoing_.clear();
    // Half a frame of the last time is none.
    reader_.flush(base::never);
    world_.power(true, now);
}

void TuyaMcu::switch_off(base::Micros off_for, base::Micros now) noexcept {
    powered_ = false;
    off_until_ = now + off_for;
    reports_.clear();
    outgoing_.clear();
    world_.power(false, now);
}

/// Without `cloud_connected` something is wrong; after some of these it gives up.
void TuyaMcu::end_session(base::Micros now) noexcept {
    const bool failed = !online();
    failures_ = failed ? failures_ + 1 : 0;
    if (failures_ >= failures_max) {
        armed_ = false;
        for (const Event& event : events_) world_.dropped(event.number);
        events_.clear();
    }
    switch_off(failed || !events_.empty() ? off_time_after_failure : off_time, now);
}

base::Micros TuyaMcu::cut_at() const noexcept {
    if (!powered_) return base::never;
    if (product_.keeps_power && heard_module_) return base::never;
    if (!heard_module_) return powered_at_ + silence_max;
    if (configuring_at_ != base::never) return configuring_at_ + configuring_cut;
    if (!online()) return powered_at_ + unfinished_cut;
    if (outstanding() == 0) return events_.empty() ? active_at_ + idle_cut : base::never;
    base::Micros oldest = base::never;
    for (const Report& report : reports_) {
        if (report.sent) oldest = std::min(oldest, report.first_sent_at);
    }
    return std::max(oldest, active_at_) + unacknowledged_cut;
}

TuyaLed TuyaMcu::light(base::Micros now) const noexcept {
    if (button_at_ != base::never && now < button_at_ + button_shows) return TuyaLed::on;
    if (!powered_ || !status_) return TuyaLed::off;
    if (status_ == NetworkStatus::smart_config) return TuyaLed::fast;
    return status_ == NetworkStatus::access_point ? TuyaLed::slow : TuyaLed::off;
}

bool TuyaMcu::led(base::Micros now) const noexcept {
    switch (light(now)) {
    case TuyaLed::off: return false;
    case TuyaLed::on: return true;
    case TuyaLed::fast: return now / fast_blink % 2 == 0;
    case TuyaLed::slow: return now / slow_blink % 2 == 0;
    }
    return false;
}

// --- what the module says ---

void TuyaMcu::hear(std::span<const std::uint8_t> bytes, base::Micros now) noexcept {
    now_ = now;
    if (powered_) reader_.feed(bytes, now);
}

void TuyaMcu::on_bad_sum(const Frame&, std::uint8_t, std::uint8_t) {
    // The line may be noisy; a module that can't add is found by its silence.
}

void TuyaMcu::on_frame(const Frame& frame) {
    if (!powered_) return;
    heard_module_ = true;
    if (frame.version != protocol::tuya::version_low_power) return violate("a frame of the mains protocol");
    const auto command = static_cast<Command>(frame.command);
    if (leaves_ && command != Command::product) return; // what it began before the button
    if (!asked_product_ && command != Command::product && command != Command::reset_wifi &&
        command != Command::select_mode)
        return violate("speaks before it has asked for the product");
    switch (command) {
    case Command::product:
        asked_product_ = true;
        leaves_ = false;
        status_.reset(); // a module that starts anew
        say(Command::product, {reinterpret_cast<const std::uint8_t*>(product_.json.data()), product_.json.size()});
        if (button_waits_) send_button();
        return;
    case Command::network_status: return on_status(frame.data);
    case Command::report:
    case Command::record: return on_report_answer(frame);
    case Command::local_time:
        if (frame.data.size() == 8) time_ = protocol::tuya::read_record_time(frame.data);
        return;
    case Command::cached_datapoints: ++cache_answers_; return;
    case Command::issue: return on_issue(frame.data);
    case Command::reset_wifi:
    case Command::select_mode:
    case Command::wifi_test:
    case Command::signal_strength:
    case Command::module_upgrade:
    case Command::mcu_upgrade: return;
    default: violate("sends a command that it must not send");
    }
}

void TuyaMcu::on_status(std::span<const std::uint8_t> data) noexcept {
    if (data.size() != 1) return violate("tells a status that is none");
    const auto status = static_cast<NetworkStatus>(data[0]);
    const bool first_of_all = status <= NetworkStatus::configured;
    // After a repetition of which it heard none but the last, the one before may be missing: it was not acknowledged.
    if (!first_of_all && (!status_ || static_cast<int>(status) > static_cast<int>(*status_) + 1))
        violate("tells a status before the one that comes first");
    if (status_ && status < *status_) violate("takes a status back");
    const bool came_online = status == NetworkStatus::cloud_connected && !online();
    status_ = status;
    active_at_ = now_;
    say(Command::network_status, {});
    if (status >= NetworkStatus::configured)
        configuring_at_ = base::never;
    else if (configuring_at_ == base::never)
        configuring_at_ = now_;
    if (!came_online) return;
    armed_ = true;
    failures_ = 0;
    if (product_.asks_time) say(Command::local_time, {});
    constexpr std::uint8_t all = 0;
    if (product_.asks_cache) say(Command::cached_datapoints, std::span(&all, 1));
    prepare_reports();
}

void TuyaMcu::on_issue(std::span<const std::uint8_t> data) noexcept {
    DatapointReader datapoints(data);
    while (const auto datapoint = datapoints.next()) {
        if (issued_.full()) issued_.erase(0);
        (void)issued_.push_back({datapoint->id, datapoint->number().value_or(0)});
    }
}

std::int64_t TuyaMcu::issued(std::uint8_t id) const noexcept {
    for (std::size_t i = issued_.size(); i-- > 0;) {
        if (issued_[i].id == id) return issued_[i].value;
    }
    return -1;
}

void TuyaMcu::on_report_answer(const Frame& frame) noexcept {
    if (frame.data.size() != 1) return violate("answers a report with no answer");
    if (++answers_heard_ > frames_sent_) violate("acknowledges more reports than there were");
    if (!online()) violate("acknowledges a report before it told that it is connected");
    if (frame.data[0] != protocol::tuya::report_done) return;
    // What has not been said to its end is not meant.
    for (std::size_t i = 0; i < reports_.size() && reports_[i].sent && now_ >= reports_[i].said_at;) {
        active_at_ = now_;
        if (reports_[i].last) {
            const std::uint32_t event = reports_[i].event;
            world_.told(event, now_);
            for (std::size_t k = 0; k < events_.size(); ++k) {
                if (events_[k].number == event) events_.erase(k--);
            }
        }
        reports_.erase(i);
        if (!product_.first_counts_for_all) break;
    }
    if (reports_.empty() && events_.empty() && !product_.keeps_power) switch_off(off_time, now_);
}

// --- what it says ---

Command TuyaMcu::report_command() const noexcept { return product_.records ? Command::record : Command::report; }

unsigned TuyaMcu::outstanding() const noexcept {
    return static_cast<unsigned>(
        std::count_if(reports_.begin(), reports_.end(), [](const Report& report) { return report.sent; }));
}

/// Makes frames of the events that have none yet.
void TuyaMcu::prepare_reports() noexcept {
    if (!online()) return;
    for (const Event& event : events_) {
        const bool known = std::any_of(reports_.begin(), reports_.end(),
                                       [&](const Report& report) { return report.event == event.number; });
        if (known) continue;
        std::array<std::uint8_t, report_size_max> buffer{};
        DatapointWriter battery(buffer);
        if (product_.battery != TuyaBattery::none)
            write_number(battery, product_.battery_id, product_.battery_type, battery_);
        Bytes both;
        for (const std::uint8_t byte : event.datapoints) (void)both.push_back(byte);
        for (const std::uint8_t byte : battery.bytes()) (void)both.push_back(byte);
        const std::span<const std::uint8_t> alone(event.datapoints.begin(), event.datapoints.size());
        if (product_.battery == TuyaBattery::frame_before) add_report(event, battery.bytes(), false);
        if (product_.battery == TuyaBattery::same_frame)
            add_report(event, {both.begin(), both.size()}, true);
        else
            add_report(event, alone, product_.battery != TuyaBattery::frame_after);
        if (product_.battery == TuyaBattery::frame_after) add_report(event, battery.bytes(), true);
    }
    send_reports();
}

void TuyaMcu::add_report(const Event& event, std::span<const std::uint8_t> data, bool last) noexcept {
    Report report;
    report.event = event.number;
    report.last = last;
    if (product_.records) fill(report.data, protocol::tuya::write_record_time(event.time));
    for (const std::uint8_t byte : data) (void)report.data.push_back(byte);
    (void)reports_.push_back(report);
}

/// Those of the oldest event: an acknowledgement must never be taken for one of another event.
void TuyaMcu::send_reports() noexcept {
    for (Report& report : reports_) {
        if (report.event != reports_[0].event) return;
        if (product_.one_at_a_time && &report != reports_.begin()) return;
        const bool again =
            report.sent && product_.repeat_every != base::never && now_ >= report.sent_at + product_.repeat_every;
        if (report.sent && !again) continue;
        if (outgoing_.full()) return;
        if (!report.sent) report.first_sent_at = now_;
        report.sent = true;
        report.sent_at = now_;
        ++frames_sent_;
        said_at_ = std::max(said_at_, now_ + reaction) +
                   byte_time * static_cast<base::Micros>(report.data.size() + protocol::tuya::frame_overhead);
        report.said_at = said_at_;
        say(report_command(), {report.data.begin(), report.data.size()});
    }
}

void TuyaMcu::say(Command command, std::span<const std::uint8_t> data) noexcept {
    Outgoing outgoing;
    std::array<std::uint8_t, decltype(outgoing.bytes)::capacity()> buffer{};
    fill(outgoing.bytes, protocol::tuya::write_frame(
                             {protocol::tuya::version_low_power, static_cast<std::uint8_t>(command), data}, buffer));
    outgoing.due = now_ + reaction;
    (void)outgoing_.push_back(outgoing);
}

void TuyaMcu::send_due() noexcept {
    while (!outgoing_.empty() && now_ >= outgoing_[0].due) {
        const Outgoing outgoing = outgoing_[0];
        outgoing_.erase(0);
        world_.transmit({outgoing.bytes.begin(), outgoing.bytes.size()}, now_);
    }
}

// --- time ---

void TuyaMcu::step(base::Micros now) noexcept {
    now_ = now;
    reader_.flush(now);
    if (now >= clear_at_) sense(false, now);
    if (powered_) {
        if (online()) send_reports();
        send_due();
        if (now >= cut_at()) end_session(now);
    } else if (armed_ && !events_.empty() && now >= off_until_) {
        switch_on(now);
    }
}

base::Micros TuyaMcu::deadline() const noexcept {
    base::Micros next = std::min({clear_at_, cut_at(), reader_.deadline()});
    if (!outgoing_.empty()) next = std::min(next, outgoing_[0].due);
    if (!powered_ && armed_ && !events_.empty()) next = std::min(next, off_until_);
    if (powered_ && online() && product_.repeat_every != base::never) {
        for (const Report& report : reports_) {
            if (report.sent) next = std::min(next, report.sent_at + product_.repeat_every);
        }
    }
    if (button_at_ != base::never && now_ < button_at_ + button_shows) next = std::min(next, button_at_ + button_shows);
    // The next frame, when there was no room or the one before was acknowledged.
    if (powered_ && online() && !reports_.empty() && !reports_[0].sent) next = std::min(next, now_);
    return next;
}

bool TuyaMcu::keeps(std::uint32_t event) const noexcept {
    return std::any_of(events_.begin(), events_.end(), [&](const Event& known) { return known.number == event; });
}

void TuyaMcu::violate(std::string_view what) noexcept {
    ++violations_;
    violation_ = what;
}

} // namespace firmware::ports
