// SPDX-License-Identifier: Apache-2.0
// The session's half of the conversation: what each frame of the MCU means, and the way out.
#include "firmware/runtime/tuya/session.hpp"

#include <algorithm>
#include <cstring>

namespace firmware::runtime::tuya {

using protocol::tuya::Command;
using protocol::tuya::Datapoint;
using protocol::tuya::DatapointReader;
using protocol::tuya::DatapointWriter;
using protocol::tuya::Frame;
using protocol::tuya::NetworkStatus;
using protocol::tuya::UpgradeAnswer;

void Session::read_line() noexcept {
    std::array<std::uint8_t, 128> bytes{};
    // Bounded, whatever the line does; what is left is there in the next step.
    for (unsigned reads = 0; reads < 8; ++reads) {
        const std::size_t count = parts_.line.read(bytes);
        if (count == 0) break;
        heard_at_ = now_;
        reader_.feed(std::span(bytes).first(count), now_);
        if (count == bytes.size() && reads == 7) wake_at(now_);
    }
    reader_.flush(now_);
    const bool garbage = reader_.skipped() != skipped_before_;
    skipped_before_ = reader_.skipped();
    // From the moment on in which the MCU may believe that reports are welcome.
    if (garbage && (state_ == State::online || in_flight_ == Status::cloud_connected)) mishear();
}

/// Something was said that nobody understood; it may have been a report. Only when it is said again, and clearly, may
/// anything be acknowledged. An MCU that does not repeat cuts the power in the end, and tells all again.
void Session::mishear() noexcept {
    if (!misheard_) parts_.system.note(Note::line_garbled, 0);
    misheard_ = true;
    misheard_at_ = now_;
}

void Session::on_bad_sum(const Frame&, std::uint8_t, std::uint8_t) {
    // The MCU repeats what matters; the reader counts.
}

void Session::on_frame(const Frame& frame) {
    if (state_ == State::restarting || state_ == State::asleep) return;
    if (frame.version != protocol::tuya::version_low_power) {
        ++diagnostics_.foreign_frames;
        if (!noted_foreign_) parts_.system.note(Note::mains_protocol, frame.version);
        noted_foreign_ = true;
        return;
    }
    ++diagnostics_.frames;
    switch (static_cast<Command>(frame.command)) {
    case Command::product: return on_product(frame.data);
    case Command::network_status: return on_status_answer();
    case Command::reset_wifi: return on_reset(frame.command, std::nullopt);
    case Command::select_mode:
        if (frame.data.size() == 1 && frame.data[0] <= 1)
            return on_reset(frame.command, static_cast<NetworkStatus>(frame.data[0]));
        return on_reset(frame.command, std::nullopt);
    case Command::report:
    case Command::record:
    case Command::fast_report:
    case Command::fast_record: return on_report(frame.command, frame.data);
    case Command::local_time:
        send(frame.command, protocol::tuya::write_time_answer(parts_.network.local_time()));
        return;
    case Command::wifi_test:
    case Command::signal_strength:
        send(frame.command, protocol::tuya::write_signal_answer(parts_.network.signal_percent()));
        return;
    case Command::module_upgrade: return on_upgrade_question(Upgrade::module);
    case Command::mcu_upgrade: return on_upgrade_question(Upgrade::mcu);
    case Command::cached_datapoints: return on_cache_question(frame.data);
    case Command::issue:             // some MCUs echo it
    case Command::mcu_upgrade_start: // answers to what this module never asks
    case Command::mcu_upgrade_block: return;
    }
    ++diagnostics_.unknown_commands;
    parts_.system.note(Note::unknown_command, frame.command);
}

void Session::on_product(std::span<const std::uint8_t> data) noexcept {
    if (const auto product = protocol::tuya::read_product(data))
        diagnostics_.product = *product;
    else
        parts_.system.note(Note::bad_product, 0);
    if (state_ != State::handshake) return;
    state_ = kept_.configuring ? State::configuring : State::joining;
    sends_ = 0;
    due_at_ = now_;
}

void Session::on_status_answer() noexcept {
    if (!in_flight_) return;
    acknowledged_ = in_flight_;
    in_flight_.reset();
    // Answers to repetitions may follow, and must not be taken for answers to the next status.
    due_at_ = sends_ > 1 ? now_ + quiet : now_;
    sends_ = 0;
    if (state_ != State::joining || acknowledged_ != Status::cloud_connected) return;
    state_ = State::online;
    diagnostics_.online_at = now_;
}

void Session::on_report(std::uint8_t command, std::span<const std::uint8_t> data) noexcept {
    const std::size_t time_size = command == static_cast<std::uint8_t>(Command::record) ||
                                          command == static_cast<std::uint8_t>(Command::fast_record)
                                      ? protocol::tuya::record_time_size
                                      : 0;
    DatapointReader datapoints(data.subspan(std::min(time_size, data.size())));
    while (datapoints.next()) {
    }
    if (datapoints.truncated() || datapoints.skipped() > 0) {
        ++diagnostics_.damaged;
        parts_.system.note(Note::report_damaged, command);
    }
    if (now_ >= misheard_at_ + quiet) misheard_ = misheard_ && diagnostics_.refused > 0;
    switch (reports_.take(command, data)) {
    case Reports::Taken::fresh: ++diagnostics_.reports; return;
    case Reports::Taken::repeated: ++diagnostics_.repeated; return;
    case Reports::Taken::refused:
        ++diagnostics_.refused;
        parts_.system.note(Note::report_refused, command);
        misheard_ = true; // to the end: nothing that is acknowledged could be told from what was refused
        return;
    }
}

/// The button. Nobody can say which mode the MCU is in, so that each press without one means the other.
void Session::on_reset(std::uint8_t command, std::optional<Status> mode) noexcept {
    const Status other =
        kept_.configuring && kept_.mode == Status::smart_config ? Status::access_point : Status::smart_config;
    if (update_until_ != base::never) return; // a write that is cut may leave a module that does not start
    kept_ = Kept{};
    kept_.configuring = true;
    kept_.mode = mode.value_or(other);
    parts_.network.forget();
    parts_.system.save(kept_);
    parts_.system.note(Note::reset_pressed, static_cast<std::uint8_t>(kept_.mode));
    out_size_ = 0;
    send(command, {});
    begin_restart();
}

/// `latest` makes the MCU cut the power: not while anything is to be done.
void Session::on_upgrade_question(Upgrade which) noexcept {
    const bool updating = update_until_ != base::never;
    const auto answer = static_cast<std::uint8_t>(updating ? UpgradeAnswer::updating : UpgradeAnswer::checking);
    send(which == Upgrade::module ? Command::module_upgrade : Command::mcu_upgrade, std::span(&answer, 1));
    upgrade_owed_[static_cast<std::size_t>(which)] = true;
}

/// Those that were asked for, or all. An MCU that gets no answer stays awake.
void Session::on_cache_question(std::span<const std::uint8_t> data) noexcept {
    const auto asked = data.subspan(std::min<std::size_t>(data.size(), 1));
    std::array<std::uint8_t, 2 + issues_max * Issue::capacity()> answer{1, 0};
    std::size_t size = 2;
    for (std::size_t i = 0; i < issues_.size();) {
        const Issue& issue = issues_[i];
        if (!asked.empty() && std::find(asked.begin(), asked.end(), issue[0]) == asked.end()) {
            ++i;
            continue;
        }
        std::copy(issue.begin(), issue.end(), answer.begin() + static_cast<std::ptrdiff_t>(size));
        size += issue.size();
        ++answer[1];
        issues_.erase(i);
    }
    send(Command::cached_datapoints, std::span(answer).first(size));
}

bool Session::issue(const Datapoint& datapoint) noexcept {
    std::array<std::uint8_t, Issue::capacity()> buffer{};
    const auto bytes = DatapointWriter(buffer).put(datapoint).bytes();
    Issue issue;
    for (const std::uint8_t byte : bytes) (void)issue.push_back(byte);
    deadline_ = now_;
    return !bytes.empty() && issues_.push_back(issue);
}

bool Session::send(Command command, std::span<const std::uint8_t> data) noexcept {
    return send(static_cast<std::uint8_t>(command), data);
}

bool Session::send(std::uint8_t command, std::span<const std::uint8_t> data) noexcept {
    const auto room = std::span(out_).subspan(out_size_);
    const auto bytes = protocol::tuya::write_frame({protocol::tuya::version_low_power, command, data}, room);
    out_size_ += bytes.size();
    return !bytes.empty();
}

void Session::write_line() noexcept {
    if (out_size_ == 0) return;
    const std::size_t written = parts_.line.write(std::span(out_).first(out_size_));
    out_size_ -= written;
    std::memmove(out_.data(), out_.data() + written, out_size_);
    if (out_size_ > 0) wake_at(now_ + soon);
}

} // namespace firmware::runtime::tuya
