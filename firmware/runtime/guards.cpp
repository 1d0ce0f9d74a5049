// SPDX-License-Identifier: Apache-2.0
// The rules themselves; see the header for their meaning.
#include "firmware/runtime/guards.hpp"

#include <algorithm>
#include <charconv>

namespace firmware::runtime {

std::string_view cause_name(Cause cause) noexcept {
    switch (cause) {
    case Cause::app: return "app";
    case Cause::guard: return "guard";
    case Cause::safe: return "safe";
    }
    return "safe";
}

Guards::Guards(const boards::Profile& profile, contract::Gpio& gpio, OutputListener& listener) noexcept
    : profile_(profile),
      gpio_(gpio),
      listener_(listener) {
    set_from_board();
}

void Guards::set_from_board() noexcept {
    for (std::size_t i = 0; i < profile_.outputs.size(); ++i) {
        const boards::Output& data = profile_.outputs[i];
        if (i == outputs_.size()) expect(outputs_.push_back(Output{}));
        Output& output = outputs_[i];
        output.name = data.name;
        output.pin = data.pin;
        output.safe = data.safe;
        output.from_board = true;
        output.interlock = data.interlock;
        output.max_on_ms = data.max_on_ms;
        output.min_off_ms = data.min_off_ms;
        output.tightened_at = -1;
    }
}

void Guards::boot(base::Micros now) noexcept {
    for (Output& output : outputs_) {
        // A pin that the chip does not have is a mistake in the board's data, found before it ships.
        expect(gpio_.configure(output.pin, contract::PinMode::output, contract::Pull::none, output.safe).has_value());
        output.off_since = now;
        listener_.output_changed(index_of(output), false, now, Cause::safe);
    }
}

void Guards::all_safe(base::Micros now) noexcept {
    for (Output& output : outputs_) {
        if (output.on) switch_off(output, now, Cause::safe);
    }
}

void Guards::command(contract::Pin pin, bool level, base::Micros now) noexcept {
    const std::size_t index = find(pin);
    if (index == none) return;
    step(now); // what is due comes first, or a command at the limit could slip past it
    Output& output = outputs_[index];
    if (level == output.safe) {
        output.locked_out = false;
        if (output.on) switch_off(output, now, Cause::app);
        return;
    }
    if (output.on) return;
    const std::string_view reason = why_not(output, now);
    if (reason.empty()) return switch_on(output, now);
    if (now - output.refused_at < base::from_ms(1000)) return;
    output.refused_at = now;
    listener_.output_refused(index, reason, now);
}

std::string_view Guards::why_not(const Output& output, base::Micros now) const noexcept {
    if (output.locked_out) return "its time was up; switch it off first";
    if (now - output.off_since < base::from_ms(output.min_off_ms)) return "it has not been off for min_off yet";
    const auto excludes = [&](const Output& other) { return other.on && other.interlock == output.interlock; };
    if (output.interlock != 0 && std::any_of(outputs_.begin(), outputs_.end(), excludes)) {
        return "another output of its interlock group is on";
    }
    return {};
}

bool Guards::tighten(contract::Pin pin, bool safe, std::uint32_t max_on_ms, std::uint32_t min_off_ms,
                     base::Micros now) noexcept {
    if (!owns(pin) && !add(pin, safe, now)) return false;
    Output& output = outputs_[find(pin)];
    if (output.safe != safe) return false;
    const auto shorter = [](std::uint32_t a, std::uint32_t b) { return a == 0 || b == 0 ? a + b : std::min(a, b); };
    output.max_on_ms = shorter(output.max_on_ms, max_on_ms);
    output.min_off_ms = std::max(output.min_off_ms, min_off_ms);
    output.tightened_at = now;
    step(now);
    return true;
}

bool Guards::add(contract::Pin pin, bool safe, base::Micros now) noexcept {
    if (outputs_.full()) return false;
    if (!gpio_.configure(pin, contract::PinMode::output, contract::Pull::none, safe)) return false;
    char digits[4] = {};
    const auto end = std::to_chars(digits, digits + sizeof digits, pin).ptr;
    Output output;
    output.name = "pin_";
    output.name.append({digits, static_cast<std::size_t>(end - digits)});
    output.pin = pin;
    output.safe = safe;
    output.off_since = now;
    expect(outputs_.push_back(output));
    listener_.output_changed(outputs_.size() - 1, false, now, Cause::safe);
    return true;
}

void Guards::forget_app(base::Micros started, base::Micros now) noexcept {
    for (std::size_t i = outputs_.size(); i-- > 0;) {
        Output& output = outputs_[i];
        if (output.tightened_at >= started) continue;
        if (!output.from_board) {
            if (output.on) switch_off(output, now, Cause::safe);
            outputs_.erase(i);
        } else if (output.tightened_at >= 0) {
            output.max_on_ms = profile_.outputs[i].max_on_ms;
            output.min_off_ms = profile_.outputs[i].min_off_ms;
            output.tightened_at = -1;
        }
    }
}

void Guards::step(base::Micros now) noexcept {
    for (Output& output : outputs_) {
        if (!output.on || output.max_on_ms == 0) continue;
        if (now - output.on_since < base::from_ms(output.max_on_ms)) continue;
        output.locked_out = true;
        switch_off(output, now, Cause::guard);
    }
}

base::Micros Guards::deadline() const noexcept {
    base::Micros next = base::never;
    for (const Output& output : outputs_) {
        if (output.on && output.max_on_ms != 0)
            next = std::min(next, output.on_since + base::from_ms(output.max_on_ms));
    }
    return next;
}

std::size_t Guards::find(contract::Pin pin) const noexcept {
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
        if (outputs_[i].pin == pin) return i;
    }
    return none;
}

void Guards::switch_on(Output& output, base::Micros now) noexcept {
    gpio_.write(output.pin, !output.safe);
    output.on = true;
    output.on_since = now;
    listener_.output_changed(index_of(output), true, now, Cause::app);
}

void Guards::switch_off(Output& output, base::Micros now, Cause cause) noexcept {
    gpio_.write(output.pin, output.safe);
    output.on = false;
    output.off_since = now;
    listener_.output_changed(index_of(output), false, now, cause);
}

} // namespace firmware::runtime
