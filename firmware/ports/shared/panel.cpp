// SPDX-License-Identifier: Apache-2.0
// What a request does to the board.
#include "firmware/ports/shared/panel.hpp"

#include <algorithm>
#include <optional>

namespace firmware::ports {

using base::ErrorCode;
using protocol::json::Type;

namespace {

constexpr std::int64_t press_ms_default = 200;
constexpr std::int64_t press_ms_min = 20;
constexpr std::int64_t press_ms_max = 600000;
constexpr std::int64_t time_us_max = std::int64_t{1} << 53U;

struct Gauge {
    std::string_view name;
    std::int32_t min;
    std::int32_t max;
    std::optional<std::int32_t> SimulatedGauges::*value;
};

constexpr std::array gauges{
    Gauge{"battery_mv", 0, 20000, &SimulatedGauges::battery},
    Gauge{"temperature_mc", -100000, 200000, &SimulatedGauges::temperature},
    Gauge{"signal_dbm", -150, 0, &SimulatedGauges::signal},
};

} // namespace

Panel::Panel(const Parts& parts, const Info& info) noexcept : parts_(parts), info_(info) {
    release_at_.fill(base::never);
    parts_.gpio.observe(this);
    if (parts_.display != nullptr) parts_.display->observe(this);
    if (parts_.leds != nullptr) parts_.leds->observe(this);
}

Panel::~Panel() {
    parts_.gpio.observe(nullptr);
    if (parts_.display != nullptr) parts_.display->observe(nullptr);
    if (parts_.leds != nullptr) parts_.leds->observe(nullptr);
}

void Panel::add(PanelClient& client) noexcept {
    client.next_ = first_;
    first_ = &client;
}

void Panel::remove(PanelClient& client) noexcept {
    PanelClient** link = &first_;
    while (*link != &client) link = &(*link)->next_;
    *link = client.next_;
}

void Panel::level_changed(contract::Pin pin, bool level, base::Micros at) noexcept {
    for (PanelClient* client = first_; client != nullptr; client = client->next_) {
        if (client->watching_pins_) client->say_pin(pin, level, at);
    }
}

void Panel::area_drawn(const contract::Area& area) noexcept {
    for (PanelClient* client = first_; client != nullptr; client = client->next_) client->face_.area_drawn(area);
}

void Panel::leds_changed() noexcept {
    for (PanelClient* client = first_; client != nullptr; client = client->next_) client->face_.leds_changed();
}

void Panel::step() noexcept {
    const base::Micros now = parts_.clock.now();
    for (std::size_t i = 0; i < parts_.profile.inputs.size(); ++i) {
        if (now < release_at_[i]) continue;
        release_at_[i] = base::never;
        parts_.gpio.drive(parts_.profile.inputs[i].pin, std::nullopt);
    }
}

base::Micros Panel::deadline() const noexcept { return *std::min_element(release_at_.begin(), release_at_.end()); }

base::Result<> Panel::press(const Value& request) noexcept {
    const auto input = find_input(request.at(1));
    if (!input) return tl::unexpected(input.error());
    const Value length = request.at(2);
    const std::int64_t ms = length.is(Type::null) ? press_ms_default : length.integer().value_or(0);
    if (ms < press_ms_min || ms > press_ms_max) {
        return base::fail(ErrorCode::invalid_argument, "a button is pressed for 20 to 600000 ms");
    }
    parts_.gpio.drive(parts_.profile.inputs[*input].pin, parts_.profile.inputs[*input].active);
    release_at_[*input] = parts_.clock.now() + base::from_ms(ms);
    return {};
}

base::Result<> Panel::hold(const Value& request, bool pressed) noexcept {
    const auto input = find_input(request.at(1));
    if (!input) return tl::unexpected(input.error());
    release_at_[*input] = base::never;
    const boards::Input& data = parts_.profile.inputs[*input];
    parts_.gpio.drive(data.pin, pressed ? std::optional(data.active) : std::nullopt);
    return {};
}

base::Result<> Panel::set(const Value& request) noexcept {
    const auto pin = find_pin(request.at(1));
    if (!pin) return tl::unexpected(pin.error());
    const auto level = request.at(2).integer();
    if (!level || *level < 0 || *level > 1) return base::fail(ErrorCode::invalid_argument, "a level is 0 or 1");
    parts_.gpio.drive(*pin, *level == 1);
    return {};
}

base::Result<> Panel::fault(const Value& request) noexcept {
    if (!request.at(1).equals("vm_kill")) {
        return base::fail(ErrorCode::unsupported, "the board does not know this fault", "there is vm_kill");
    }
    parts_.board.kill_vm();
    return {};
}

base::Result<> Panel::gauge(const Value& request) noexcept {
    if (parts_.gauges == nullptr) return base::fail(ErrorCode::unsupported, "the board has no gauges");
    const Value value = request.at(2);
    const bool none = value.is(Type::null);
    if (request.at(1).equals("usb")) {
        const auto on = value.boolean();
        if (!on && !none) return base::fail(ErrorCode::invalid_argument, "usb is true, false or null");
        parts_.gauges->usb = on;
        return {};
    }
    for (const Gauge& each : gauges) {
        if (!request.at(1).equals(each.name)) continue;
        const auto number = value.integer();
        if (!none && (!number || *number < each.min || *number > each.max)) {
            return base::fail(ErrorCode::invalid_argument, "this is not a value that the gauge can show",
                              "give a whole number within the gauge's range, or null");
        }
        parts_.gauges->*each.value = none ? std::nullopt : std::optional(static_cast<std::int32_t>(*number));
        return {};
    }
    return base::fail(ErrorCode::not_found, "the board has no such gauge",
                      "there are battery_mv, usb, temperature_mc and signal_dbm");
}

// What a client says was under way for a while, never for less than nothing: the largest offset is the nearest one.
base::Result<> Panel::clock(const Value& request) noexcept {
    if (info_.clock_offset) return base::fail(ErrorCode::unsupported, "the board has its clients' clock already");
    const auto time = request.at(1).integer();
    if (!time || *time < 0 || *time > time_us_max) {
        return base::fail(ErrorCode::invalid_argument, "a time is a whole number of microseconds");
    }
    const base::Micros offset = *time - parts_.clock.now();
    told_offset_ = std::max(told_offset_.value_or(offset), offset);
    return {};
}

base::Result<> Panel::sensor(const Value& request) noexcept {
    const base::Micros now = parts_.clock.now();
    const Value word = request.at(1);
    if (word.equals("button")) {
        parts_.sensor->hold_button(now);
        return {};
    }
    if (word.equals("new_battery")) {
        parts_.sensor->change_battery(now);
        return {};
    }
    if (word.equals("battery")) return parts_.sensor->set_battery(request.at(2).integer().value_or(-1));
    if (!word.equals("motion") && !word.equals("door")) {
        return base::fail(ErrorCode::not_found, "a sensor has nothing of this name",
                          "there are motion, door, button, battery and new_battery");
    }
    const auto active = request.at(2).boolean();
    if (!active) return base::fail(ErrorCode::invalid_argument, "motion and door are true or false");
    return parts_.sensor->sense(word.equals("door"), *active, now);
}

base::Result<std::size_t> Panel::find_input(const Value& which) const noexcept {
    const auto pin = find_pin(which);
    if (!pin) return tl::unexpected(pin.error());
    for (std::size_t i = 0; i < parts_.profile.inputs.size(); ++i) {
        if (parts_.profile.inputs[i].pin == *pin) return i;
    }
    return base::fail(ErrorCode::invalid_argument, "this pin is not an input of the board");
}

base::Result<contract::Pin> Panel::find_pin(const Value& which) const noexcept {
    if (const auto number = which.integer(); number && *number >= 0 && *number < contract::pin_count) {
        return static_cast<contract::Pin>(*number);
    }
    for (const boards::Input& input : parts_.profile.inputs) {
        if (which.equals(input.name)) return input.pin;
    }
    for (const boards::Output& output : parts_.profile.outputs) {
        if (which.equals(output.name)) return output.pin;
    }
    return base::fail(ErrorCode::not_found, "the board has no such pin", "give a number or a name of the board's data");
}

std::string_view Panel::name_of(contract::Pin pin) const noexcept {
    for (const boards::Input& input : parts_.profile.inputs) {
        if (input.pin == pin) return input.name;
    }
    for (const boards::Output& output : parts_.profile.outputs) {
        if (output.pin == pin) return output.name;
    }
    return {};
}

} // namespace firmware::ports
