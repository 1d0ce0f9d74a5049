// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/tuya/reports.hpp"

#include "protocol/tuya/datapoint.hpp"

#include <algorithm>
#include <bitset>

namespace firmware::runtime::tuya {
namespace {

using protocol::tuya::Command;
using protocol::tuya::DatapointReader;

using Ids = std::bitset<256>;

Ids ids_of(const Report& report) noexcept {
    Ids ids;
    DatapointReader datapoints(report.datapoints());
    while (const auto datapoint = datapoints.next()) ids.set(datapoint->id);
    return ids;
}

Report made(std::uint8_t command, std::span<const std::uint8_t> data) noexcept {
    Report report;
    report.command = command;
    for (const std::uint8_t byte : data) {
        if (!report.data.push_back(byte)) break; // the reader lets no longer frame through
    }
    return report;
}

} // namespace

bool Report::is_record() const noexcept {
    return command == static_cast<std::uint8_t>(Command::record) ||
           command == static_cast<std::uint8_t>(Command::fast_record);
}

std::span<const std::uint8_t> Report::datapoints() const noexcept {
    const std::span<const std::uint8_t> all(data.begin(), data.size());
    return is_record() ? all.subspan(std::min(all.size(), protocol::tuya::record_time_size)) : all;
}

std::optional<protocol::tuya::LocalTime> Report::time() const noexcept {
    if (!is_record()) return std::nullopt;
    return protocol::tuya::read_record_time({data.begin(), data.size()});
}

/// An acknowledged one goes first, then one that is only delivered: its MCU will repeat it if it must.
bool Reports::make_room() noexcept {
    if (!list_.full()) return true;
    for (const bool owing : {false, true}) {
        for (std::size_t i = 0; i < list_.size(); ++i) {
            if (list_[i].state != Report::State::delivered || list_[i].owed != owing) continue;
            list_.erase(i);
            return true;
        }
    }
    return false;
}

bool Reports::add(Report& report) noexcept {
    if (!make_room()) return false;
    report.serial = next_serial_++;
    // Nothing in it that could be delivered: the MCU must not stay awake for it.
    if (ids_of(report).none()) report.state = Report::State::delivered;
    return list_.push_back(report);
}

Report* Reports::newest_about(const Report& report) noexcept {
    const Ids wanted = ids_of(report);
    for (std::size_t i = list_.size(); i-- > 0;) {
        if (!list_[i].late && (ids_of(list_[i]) & wanted).any()) return &list_[i];
    }
    return nullptr;
}

Reports::Taken Reports::take(std::uint8_t command, std::span<const std::uint8_t> data) noexcept {
    Report report = made(command, data);
    Report* const known = newest_about(report);
    if (known != nullptr && known->command == command && std::ranges::equal(known->data, report.data)) {
        known->owed = true;
        return Taken::repeated;
    }
    report.owed = true;
    return add(report) ? Taken::fresh : Taken::refused;
}

void Reports::take_late(const KeptReport& kept) noexcept {
    const Command command = kept.record ? Command::record : Command::report;
    Report report = made(static_cast<std::uint8_t>(command), {kept.data.begin(), kept.data.size()});
    report.late = true;
    (void)add(report); // there is room for all that a boot can keep
}

Report* Reports::waiting() noexcept {
    for (Report& report : list_) {
        if (report.state == Report::State::waiting) return &report;
    }
    return nullptr;
}

void Reports::send_again(base::Micros sent_before) noexcept {
    bool again = false;
    for (Report& report : list_) {
        again = again || (report.state == Report::State::on_its_way && report.sent_at < sent_before);
        if (again && !ids_of(report).none()) report.state = Report::State::waiting;
    }
}

std::optional<base::Micros> Reports::oldest_on_its_way() const noexcept {
    std::optional<base::Micros> oldest;
    for (const Report& report : list_) {
        if (report.state == Report::State::on_its_way) oldest = std::min(oldest.value_or(base::never), report.sent_at);
    }
    return oldest;
}

bool Reports::delivered(std::uint16_t serial) noexcept {
    for (Report& report : list_) {
        if (report.serial != serial) continue;
        report.state = Report::State::delivered;
        return true;
    }
    return false;
}

bool Reports::all_delivered() const noexcept {
    return std::all_of(list_.begin(), list_.end(),
                       [](const Report& report) { return report.state == Report::State::delivered; });
}

Report* Reports::owed() noexcept {
    for (Report& report : list_) {
        if (report.owed) return &report;
    }
    return nullptr;
}

} // namespace firmware::runtime::tuya
