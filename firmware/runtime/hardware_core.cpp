// SPDX-License-Identifier: Apache-2.0
// One step: what arrived, what Python wants, what is due, what is to be said.
#include "firmware/runtime/hardware_core.hpp"

#include "protocol/json/value.hpp"

#include <algorithm>

namespace firmware::runtime {

using contract::VmState;

namespace {

enum Level : std::uint8_t { info = 1, warning = 2, error = 3 };
constexpr std::uint8_t ctrl_c = 0x03;

} // namespace

HardwareCore::HardwareCore(const Parts& parts, const Identity& identity) noexcept
    : parts_(parts),
      identity_(identity),
      guards_(parts.profile, parts.gpio, *this),
      watched_(parts.bridge),
      link_(identity_, entities_, guards_, watched_),
      reader_(*this) {
    parts.bridge.screen_width = parts.profile.screen.width;
    parts.bridge.screen_height = parts.profile.screen.height;
    parts.bridge.led_count = parts.profile.led_count;
}

void HardwareCore::boot(base::Micros now) noexcept {
    now_ = now;
    guards_.boot(now);
    for (const boards::Input& input : parts_.profile.inputs) {
        // A pin that the chip does not have is a mistake in the board's data, found before it ships.
        expect(parts_.gpio.configure(input.pin, contract::PinMode::input, input.pull, false).has_value());
        parts_.bridge.levels[input.pin] = parts_.gpio.read(input.pin);
    }
    parts_.gpio.listen(this);
    if (parts_.face != nullptr) parts_.face->boot(now);
    link_.boot(now);
    if (parts_.sensor != nullptr) parts_.sensor->boot({link_, entities_, parts_.bridge}, now);
}

void HardwareCore::step(base::Micros now) noexcept {
    now_ = now;
    more_to_do_ = false;
    guards_.step(now);
    drain_pins();
    read_console();
    reader_.flush(now);
    vm_has_news_ = watched_.step() || vm_has_news_;
    drain_home();
    watch_vm();
    if (parts_.face != nullptr) parts_.face->step(now);
    link_.note_heap_free(parts_.bridge.heap_free);
    link_.step(now);
    if (parts_.sensor != nullptr) parts_.sensor->step(now);
    parts_.bridge.home_up = link_.is_up();
    const bridge::Bridge& bridge = parts_.bridge;
    link_.note_counters({bridge.frames_shown, bridge.edges_dropped, bridge.buttons_dropped, bridge.logs_dropped,
                         bridge.console_dropped, bridge.display_timeouts, bridge.led_timeouts});
    link_.count_dropped_elsewhere(bridge.edges_dropped + bridge.logs_dropped + watched_.dropped());
    write_console();
    if (vm_has_news_) {
        vm_has_news_ = false;
        parts_.bridge.wake_vm->notify();
    }
}

base::Micros HardwareCore::deadline() const noexcept {
    if (more_to_do_) return now_;
    const base::Micros face = parts_.face != nullptr ? parts_.face->deadline() : base::never;
    const base::Micros sensor = parts_.sensor != nullptr ? parts_.sensor->deadline() : base::never;
    return std::min({guards_.deadline(), link_.deadline(), watchdog_.deadline(), reader_.deadline(), face, sensor});
}

// --- pins -------------------------------------------------------------------------------------------------------

void HardwareCore::pin_changed(contract::Pin pin, bool level, base::Micros at) noexcept {
    parts_.bridge.levels[pin] = level;
    if (parts_.face != nullptr) parts_.face->pin_changed(pin, at);
    if (!(level ? rising_ : falling_).test(pin)) return;
    if (!parts_.bridge.pin_edges.push({pin, level, at})) ++parts_.bridge.edges_dropped;
    parts_.bridge.wake_vm->notify();
}

void HardwareCore::drain_pins() noexcept {
    bridge::PinCommand command;
    // At most a queue's worth: what is pushed meanwhile comes with the next step.
    for (std::size_t i = 0; i < parts_.bridge.pin_commands.capacity(); ++i) {
        if (!parts_.bridge.pin_commands.pop(command)) return;
        if (command.pin < contract::pin_count) carry_out(command);
        ++parts_.bridge.pin_commands_done;
        vm_has_news_ = true;
    }
    more_to_do_ = true;
}

void HardwareCore::carry_out(const bridge::PinCommand& command) noexcept {
    const contract::Pin pin = command.pin;
    switch (command.op) {
    case bridge::PinCommand::Op::configure: configure(command); break;
    case bridge::PinCommand::Op::write:
        if (guards_.owns(pin)) {
            guards_.command(pin, command.level, now_);
        } else {
            parts_.gpio.write(pin, command.level);
        }
        break;
    case bridge::PinCommand::Op::watch:
        rising_.set(pin, command.rising);
        falling_.set(pin, command.falling);
        break;
    case bridge::PinCommand::Op::guard:
        if (!guards_.tighten(pin, command.level, command.max_on_ms, command.min_off_ms, now_)) {
            log(warning, "a guard was refused: the board has another safe level for this pin, or no room for it");
        }
        break;
    }
    parts_.bridge.levels[pin] = parts_.gpio.read(pin);
}

void HardwareCore::configure(const bridge::PinCommand& command) noexcept {
    if (guards_.owns(command.pin)) {
        if (command.mode == contract::PinMode::output) return guards_.command(command.pin, command.level, now_);
        return log(warning, "a guarded output can't become an input or open drain; it stays as it is");
    }
    const auto done = parts_.gpio.configure(command.pin, command.mode, command.pull, command.level);
    if (!done) log(warning, "a pin could not be set up: ", done.error().message);
}

void HardwareCore::output_changed(std::size_t output, bool, base::Micros at, Cause cause) noexcept {
    // The level is read back for every pin command; a cut or a stop changes it without one.
    const contract::Pin pin = guards_.pin(output);
    parts_.bridge.levels[pin] = parts_.gpio.read(pin);
    link_.output_changed(output, at, cause);
}

void HardwareCore::output_refused(std::size_t output, std::string_view reason, base::Micros at) noexcept {
    base::FixedString<bridge::value_text_max> text("guard: ");
    text.append(guards_.name(output));
    text.append(" stays off: ");
    text.append(reason);
    link_.log(warning, text, at);
}

// --- console and link: in -----------------------------------------------------------------------------------------

void HardwareCore::read_console() noexcept {
    std::array<std::uint8_t, console_chunk> bytes{};
    for (unsigned i = 0; i < reads_per_step; ++i) {
        const std::size_t size = parts_.console.read(bytes);
        if (size == 0) return;
        reader_.feed({bytes.data(), size}, now_);
    }
    more_to_do_ = true;
}

void HardwareCore::on_console(std::span<const std::uint8_t> bytes) {
    for (const std::uint8_t byte : bytes) {
        if (byte == ctrl_c && parts_.interpreter.interrupt()) continue;
        // A full queue drops, as a UART does; reading goes on, or Ctrl-C could not get through.
        if (!parts_.bridge.console_in.push(byte)) ++parts_.bridge.console_dropped;
    }
    vm_has_news_ = true;
}

void HardwareCore::on_frame(std::string_view json) {
    const auto message = protocol::json::parse(json);
    if (!message) return;
    const auto word = message->at(0);
    if (word.equals("who")) {
        link_.heard_who(now_);
    } else if (word.equals("up")) {
        on_up(*message);
    } else if (word.equals("reported")) {
        on_reported(*message);
    } else if (word.equals("set")) {
        on_set(*message);
    } else if (word.equals("ha")) {
        watched_.heard_state(*message);
    } else if (word.equals("answer")) {
        watched_.heard_answer(*message);
    }
}

void HardwareCore::on_up(const protocol::json::Value& message) noexcept {
    link_.heard_up(now_);
    link_.heard_home(message.at(2).boolean().value_or(false));
    const auto epoch_ms = message.at(1).integer();
    // From 2000 to 2200: anything else is a hub that does not know the time.
    if (epoch_ms && *epoch_ms > 946684800000 && *epoch_ms < 7258118400000) {
        parts_.bridge.epoch_offset_us = base::from_ms(*epoch_ms) - now_;
    }
}

void HardwareCore::on_reported(const protocol::json::Value& message) noexcept {
    const auto serial = message.at(1).integer();
    const auto known = serial ? link_.heard_reported(*serial) : std::nullopt;
    if (known && parts_.sensor != nullptr) parts_.sensor->reported(*known);
}

void HardwareCore::on_set(const protocol::json::Value& message) noexcept {
    auto& queue = parts_.bridge.home_commands;
    const CommandGate::Verdict verdict = gate_.check(message, entities_, now_, queue.size() == queue.capacity());
    if (!verdict.answerable) return log(warning, "a command without a valid cmd_id was ignored");
    if (verdict.refusal) return link_.done(verdict.command.cmd_id, false, base::error_name(*verdict.refusal));
    expect(queue.push(verdict.command)); // the gate has seen that there is room, and nobody else pushes
    vm_has_news_ = true;
}

// --- what the app tells the home -----------------------------------------------------------------------------------

void HardwareCore::drain_home() noexcept {
    for (std::size_t i = 0; i < parts_.bridge.home_messages.capacity(); ++i) {
        if (!parts_.bridge.home_messages.pop(message_)) return;
        vm_has_news_ = true;
        take(message_);
        write_console(); // at once, so that two values in a row are both said while the port has room
    }
    more_to_do_ = true;
}

void HardwareCore::take(const bridge::HomeMessage& message) noexcept {
    using Op = bridge::HomeMessage::Op;
    switch (message.op) {
    case Op::declare: return declare(message);
    case Op::declared: return link_.declared();
    case Op::state: {
        const std::size_t index = entities_.find(message.id);
        if (index == Entities::none) return;
        Entity& entity = entities_[index];
        entity.value = message.value;
        entity.value_at = message.at;
        entity.unsaid = true;
        return link_.state_changed();
    }
    case Op::event:
        if (entities_.find(message.id) == Entities::none) return;
        if (!message.json.empty() && (message.json.truncated() || !is_plain_object(message.json, 4))) {
            return log(error, message.id, ": the event's data is not a JSON object of 480 bytes");
        }
        return link_.event(message);
    case Op::done: return link_.done(message.cmd_id, message.ok, message.text);
    case Op::log: return link_.log(message.level, message.text, message.at);
    case Op::crash:
        link_.crash(message);
        if (parts_.face != nullptr) parts_.face->app_crashed(message, now_);
        return app_ended();
    case Op::app_started: return app_started(message);
    case Op::app_stopped: return app_ended();
    case Op::watch: return watch(message);
    case Op::call: return call(message);
    }
}

void HardwareCore::declare(const bridge::HomeMessage& message) noexcept {
    const auto declared = entities_.declare(message);
    if (!declared) log(error, "an entity was refused: ", declared.error().message);
}

void HardwareCore::watch(const bridge::HomeMessage& message) noexcept {
    const auto added = watched_.add(message.name);
    if (!added) return log(error, "not watched: ", added.error().message);
    link_.watch_changed();
}

void HardwareCore::call(const bridge::HomeMessage& message) noexcept {
    if (!message.json.empty() && (message.json.truncated() || !is_plain_object(message.json, 4))) {
        return log(error, message.text, ": the data of the call is not a JSON object of 480 bytes");
    }
    link_.call(message);
}

void HardwareCore::app_started(const bridge::HomeMessage& message) noexcept {
    entities_.clear();
    gate_.forget_rates();
    if (watched_.size() > 0) link_.watch_changed();
    watched_.clear();
    guards_.forget_app(message.at, now_);
    link_.outputs_renumbered();
    link_.app_started(message.text, now_);
    if (parts_.face != nullptr) parts_.face->app_started(message.text, now_);
}

void HardwareCore::app_ended() noexcept {
    outputs_off();
    if (link_.declaring()) link_.declared(); // there is nothing more to wait for
    if (parts_.face != nullptr) parts_.face->app_ended(now_);
}

void HardwareCore::outputs_off() noexcept {
    drain_pins(); // its last wishes come before the end, or one of them would switch something on again
    guards_.all_safe(now_);
}

void HardwareCore::log(std::uint8_t level, std::string_view subject, std::string_view text) noexcept {
    base::FixedString<bridge::value_text_max> line(subject);
    line.append(text);
    link_.log(level, line, now_);
}

// --- the life of the VM ---------------------------------------------------------------------------------------------

void HardwareCore::watch_vm() noexcept {
    const VmState state = parts_.interpreter.state();
    if (state != vm_state_) {
        vm_state_ = state;
        if (state == VmState::starting) outputs_off();
        if (state == VmState::repl || state == VmState::off) app_ended();
    }
    const auto verdict =
        watchdog_.step(parts_.interpreter.heartbeat(), state == VmState::app, parts_.bridge.vm_waits.load(), now_);
    switch (verdict) {
    case Watchdog::Verdict::fine: return;
    case Watchdog::Verdict::stuck:
        guards_.all_safe(now_);
        log(error, "watchdog: Python makes no progress; outputs are safe and the app starts again");
        return parts_.interpreter.abort();
    case Watchdog::Verdict::lost:
        guards_.all_safe(now_);
        return log(error, "watchdog: the VM does not answer; outputs are safe; restart the board");
    }
}

// --- console and link: out ------------------------------------------------------------------------------------------

// A frame and a piece of console text in turn; a frame is never broken up, and neither side can hold up the other.
void HardwareCore::write_console() noexcept {
    blocked_ = false;
    for (unsigned i = 0; i < writes_per_step; ++i) {
        if (!offer(frame_rest_) || !offer(chunk_rest_)) return;
        frames_turn_ = !frames_turn_;
        if (frames_turn_) {
            frame_rest_ = link_.next(now_);
            if (frame_rest_.empty() && !next_console_chunk()) return;
        } else if (!next_console_chunk()) {
            frame_rest_ = link_.next(now_);
            if (frame_rest_.empty()) return;
        }
    }
    more_to_do_ = true;
}

// False when the port had no room for all of it.
bool HardwareCore::offer(std::span<const std::uint8_t>& rest) noexcept {
    while (!rest.empty()) {
        const std::size_t taken = std::min(parts_.console.write(rest), rest.size());
        rest = rest.subspan(taken);
        if (taken == 0) {
            blocked_ = true;
            return false;
        }
    }
    return true;
}

bool HardwareCore::next_console_chunk() noexcept {
    std::size_t size = 0;
    while (size < chunk_.size() && parts_.bridge.console_out.pop(chunk_[size])) ++size;
    chunk_rest_ = {chunk_.data(), size};
    if (size > 0) vm_has_news_ = true;
    return size > 0;
}

} // namespace firmware::runtime
