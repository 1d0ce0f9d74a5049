// SPDX-License-Identifier: Apache-2.0
// The discharge curve, and the round over all gauges.
#include "firmware/runtime/gauges.hpp"

#include <iterator>

namespace firmware::runtime {

using bridge::Bridge;

namespace {

/// Millivolts at 0 %, 5 %, … 100 %.
constexpr std::int32_t curve[] = {3270, 3610, 3690, 3710, 3730, 3750, 3770, 3790, 3800, 3820, 3840,
                                  3850, 3870, 3910, 3950, 3980, 4020, 4080, 4110, 4150, 4200};
constexpr std::int32_t step_percent = 5;
static_assert((std::size(curve) - 1) * step_percent == 100);

constexpr std::int32_t cell_lowest = 2500;
constexpr std::int32_t cell_highest = 4400;

template <typename T>
std::int32_t published(const std::optional<T>& reading) noexcept {
    return reading ? static_cast<std::int32_t>(*reading) : Bridge::not_available;
}

} // namespace

std::optional<std::uint8_t> battery_percent(std::int32_t millivolts) noexcept {
    if (millivolts < cell_lowest || millivolts > cell_highest) return std::nullopt;
    if (millivolts <= curve[0]) return std::uint8_t{0};
    for (std::size_t i = 1; i < std::size(curve); ++i) {
        if (millivolts >= curve[i]) continue;
        const std::int32_t above = millivolts - curve[i - 1];
        const std::int32_t part = above * step_percent / (curve[i] - curve[i - 1]);
        return static_cast<std::uint8_t>(static_cast<std::int32_t>(i - 1) * step_percent + part);
    }
    return std::uint8_t{100};
}

void Gauges::step(base::Micros now) noexcept {
    if (now < deadline_) return;
    deadline_ = now + period;
    bridge_.battery_millivolts = published(port_.battery_millivolts());
    bridge_.usb_power = published(port_.usb_power());
    bridge_.temperature_millicelsius = published(port_.temperature_millicelsius());
    bridge_.signal_dbm = published(port_.signal_dbm());
}

std::optional<std::uint8_t> Gauges::battery_percent() const noexcept {
    if (bridge_.usb_power.load() == 1) return std::nullopt;
    return runtime::battery_percent(bridge_.battery_millivolts);
}

} // namespace firmware::runtime
