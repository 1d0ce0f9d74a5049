// SPDX-License-Identifier: Apache-2.0
#include "firmware/runtime/report_queue.hpp"

namespace firmware::runtime {

std::uint16_t ReportQueue::take_serial(std::uint16_t sensor_serial) noexcept {
    for (std::size_t i = 0; i < list_.size(); ++i) {
        if (list_[i].sensor_serial != sensor_serial) continue;
        const std::uint16_t serial = list_[i].serial;
        list_.erase(i);
        return serial;
    }
    if (list_.full()) return 0;
    const std::uint16_t serial = next_serial_++;
    if (next_serial_ == 0) next_serial_ = 1;
    return serial;
}

bool ReportQueue::put(const tuya::Delivery& delivery, base::Micros at) noexcept {
    const std::uint16_t serial = take_serial(delivery.serial);
    if (serial == 0) return false;
    QueuedReport report;
    report.serial = serial;
    report.sensor_serial = delivery.serial;
    report.record = delivery.record;
    report.late = delivery.late;
    report.time = delivery.time;
    for (const std::uint8_t byte : delivery.datapoints) {
        if (!report.datapoints.push_back(byte)) break; // a session takes no longer frame
    }
    report.at = at;
    return list_.push_back(report);
}

const QueuedReport* ReportQueue::say() noexcept {
    for (QueuedReport& report : list_) {
        if (!report.unsaid) continue;
        report.unsaid = false;
        return &report;
    }
    return nullptr;
}

void ReportQueue::say_again() noexcept {
    for (QueuedReport& report : list_) report.unsaid = true;
}

std::optional<std::uint16_t> ReportQueue::confirm(std::int64_t serial) noexcept {
    for (std::size_t i = 0; i < list_.size(); ++i) {
        if (list_[i].serial != serial) continue;
        const std::uint16_t sensor_serial = list_[i].sensor_serial;
        list_.erase(i);
        return sensor_serial;
    }
    return std::nullopt;
}

} // namespace firmware::runtime
