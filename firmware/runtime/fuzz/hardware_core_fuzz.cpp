// SPDX-License-Identifier: Apache-2.0
// Any bytes at the console, an app that does whatever it is told, and a VM that may die: outputs keep their limits,
// only commands that the protocol allows reach Python, and what the board says is the link's grammar.
#include "base/expect.hpp"
#include "firmware/runtime/fuzz/no_python.hpp"
#include "firmware/runtime/fuzz/script.hpp"
#include "firmware/runtime/hardware_core.hpp"
#include "firmware/runtime/tests/test_board.hpp"
#include "protocol/json/value.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace firmware::runtime {
namespace {

using base::from_ms;
using bridge::EntityKind;
using bridge::HomeMessage;
using bridge::PinCommand;
using fuzz::Script;

constexpr contract::Pin door = test::outputs[0].pin;
constexpr contract::Pin line = test::outputs[1].pin;
constexpr contract::Pin lamp = test::outputs[2].pin;
constexpr contract::Pin call = test::inputs[0].pin;
constexpr contract::Pin pins[] = {door, line, lamp, call, 0, 5, 63, 200};

/// An entity of any kind; the input declares it.
constexpr std::string_view other = "other";

struct Declared {
    std::string_view id;
    EntityKind kind;
    std::string_view options;
};
constexpr Declared declared[] = {
    {"door", EntityKind::lock, "{}"},
    {"line", EntityKind::switch_, "{}"},
    {"ring", EntityKind::event, R"({"event_types":["ring"]})"},
    {"open", EntityKind::button, "{}"},
    {"level", EntityKind::number, R"({"min":-1,"max":10.5})"},
    {"mode", EntityKind::select, R"({"options":["day","night"]})"},
    {"note", EntityKind::text, "{}"},
    {"blind", EntityKind::cover, "{}"},
    {"heap", EntityKind::sensor, R"({"unit_of_measurement":"kB"})"},
};

/// The outputs' limits once more, told by nothing but the levels at the pins.
class LimitsWitness {
public:
    void booted(base::Micros now) { since_.fill(now); }

    void level(contract::Pin pin, bool level, base::Micros now) {
        for (std::size_t i = 0; i < on_.size(); ++i) {
            const boards::Output& output = test::outputs[i];
            const bool on = level != output.safe;
            if (output.pin != pin || on == on_[i]) continue;
            if (on) expect(now - since_[i] >= from_ms(output.min_off_ms));
            on_[i] = on;
            since_[i] = now;
        }
    }
    void check(base::Micros now) const {
        for (std::size_t i = 0; i < on_.size(); ++i) {
            const base::Micros max_on = from_ms(test::outputs[i].max_on_ms);
            expect(!on_[i] || max_on == 0 || now - since_[i] < max_on);
        }
        expect(!(on_[1] && on_[2])); // the interlock of line and lamp
    }
    bool all_safe() const {
        return std::none_of(on_.begin(), on_.end(), [](bool on) { return on; });
    }

private:
    std::array<bool, std::size(test::outputs)> on_{};
    std::array<base::Micros, std::size(test::outputs)> since_{};
};

constexpr char instruction = '\xFF';

/// Up to the next instruction.
std::string_view text_of(Script& script, std::size_t size_max) {
    return script.text(std::min(script.rest().find(instruction), size_max));
}

/// Reads what the board says: every frame is whole, and nothing but the app's own prints lies beside them.
class Hub final : public protocol::link::FrameSink {
public:
    void hear(std::span<const std::uint8_t> bytes) {
        reader_.feed(bytes, 0);
        expect(reader_.broken() == 0);
    }

private:
    void on_frame(std::string_view json) override {
        const auto message = protocol::json::parse(json);
        expect(message.has_value() && message->at(0).is(protocol::json::Type::text));
    }
    void on_console(std::span<const std::uint8_t> bytes) override {
        expect(std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t byte) { return byte == '.'; }));
    }

    protocol::link::FrameReader reader_{*this};
};

class Board final : contract::Gpio, contract::Console, fuzz::NoPython {
public:
    Board() {
        bridge_.wake_hardware = this;
        bridge_.wake_vm = this;
        core_.boot(now_);
        witness_.booted(now_);
    }

    void play(Script script) {
        start_app();
        while (!script.ended()) {
            const std::string_view bytes = text_of(script, SIZE_MAX);
            type(bytes);
            if (script.byte() == static_cast<std::uint8_t>(instruction)) obey(script);
        }
        wait(from_ms(2000));
    }

private:
    // --- the world ---
    void type(std::string_view bytes) {
        input_ += bytes;
        frames_sent_ += static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\x1E'));
        while (!input_.empty()) step();
    }

    void obey(Script& script) {
        switch (script.byte() % 9) {
        case 0: return type("\xFF");
        case 1: {
            const base::Micros root = script.byte();
            return wait(from_ms(root * root));
        }
        case 2: return pin_command(script);
        case 3: return end_app();
        case 4: return start_app();
        case 5: state_ = static_cast<contract::VmState>(script.byte() % 4); return step();
        case 6: return tell(script);
        case 7: room_ = script.byte(); return step();
        case 8:
            if (listener_ != nullptr) listener_->pin_changed(call, script.byte() % 2 == 0, now_);
            return step();
        }
    }

    void wait(base::Micros length) {
        const base::Micros end = now_ + length;
        while (now_ < end) {
            now_ = std::max(now_, std::min(end, core_.deadline()));
            step();
        }
    }

    /// Until nothing is to be done at this moment.
    void step() {
        unsigned steps = 0;
        do {
            python_spoke_ = false;
            core_.step(now_);
            witness_.check(now_);
            take_commands();
            expect(++steps < 1000);
        } while (python_spoke_ || core_.deadline() <= now_);
        frames_before_ = frames_sent_;
    }

    // --- the app ---
    void push(const HomeMessage& message) {
        expect(bridge_.home_messages.push(message));
        step();
    }
    HomeMessage message(HomeMessage::Op op) const {
        HomeMessage result;
        result.op = op;
        result.at = now_;
        return result;
    }

    void start_app() {
        state_ = contract::VmState::app;
        HomeMessage started = message(HomeMessage::Op::app_started);
        started.text = "app";
        accepted_.clear();
        push(started);
        for (const Declared& each : declared) {
            HomeMessage declare = message(HomeMessage::Op::declare);
            declare.id = each.id;
            declare.kind = each.kind;
            declare.name = each.id;
            declare.json = each.options;
            push(declare);
        }
        push(message(HomeMessage::Op::declared));
    }

    void end_app() {
        expect(bridge_.home_messages.push(message(HomeMessage::Op::app_stopped)));
        core_.step(now_);
        expect(witness_.all_safe());
        step();
    }

    void pin_command(Script& script) {
        PinCommand command;
        const std::uint8_t what = script.byte();
        command.op = static_cast<PinCommand::Op>(what % 4);
        command.pin = pins[what / 4 % std::size(pins)];
        const std::uint8_t how = script.byte();
        command.level = how % 2 == 1;
        command.mode = static_cast<contract::PinMode>(how / 2 % 3);
        command.rising = how / 8 % 2 == 1;
        command.falling = how / 16 % 2 == 1;
        command.max_on_ms = std::uint32_t{script.byte()} * 10;
        command.min_off_ms = std::uint32_t{script.byte()} * 10;
        send(command);
        step();
    }
    void send(const PinCommand& command) {
        expect(bridge_.pin_commands.push(command));
        ++bridge_.pin_commands_sent;
        python_spoke_ = true;
    }
    void write(contract::Pin pin, bool on, bool safe) {
        PinCommand command;
        command.pin = pin;
        command.level = on != safe;
        send(command);
    }

    void tell(Script& script) {
        HomeMessage told = message(static_cast<HomeMessage::Op>(script.byte() % 7));
        told.kind = static_cast<EntityKind>(script.byte() % 11);
        told.level = script.byte();
        told.id = told.op == HomeMessage::Op::declare ? other : declared[script.byte() % std::size(declared)].id;
        told.name = "name";
        told.value.type = static_cast<bridge::Value::Type>(script.byte() % 5);
        told.value.integer = script.byte() - 128;
        told.value.real = told.value.integer / 7.0;
        told.cmd_id = "x";
        const std::string_view text = text_of(script, 500);
        told.json = text;
        told.text = text;
        told.value.text = text;
        expect(bridge_.console_out.push('.') || room_ < 255);
        push(told);
    }

    // --- what reaches Python ---
    void take_commands() {
        bridge::HomeCommand command;
        while (bridge_.home_commands.pop(command)) {
            check(command);
            const std::string_view id = command.id;
            if (id == "door") write(door, command.value.text.view() == "UNLOCK", test::outputs[0].safe);
            if (id == "line") write(line, command.value.boolean, test::outputs[1].safe);
            if (id == "open") write(lamp, true, test::outputs[2].safe);
            HomeMessage done = message(HomeMessage::Op::done);
            done.cmd_id = command.cmd_id;
            done.ok = true;
            expect(bridge_.home_messages.push(done));
            python_spoke_ = true;
        }
        bridge::PinEdge edge;
        while (bridge_.pin_edges.pop(edge)) expect(edge.pin == call);
        std::uint8_t byte = 0;
        while (bridge_.console_in.pop(byte)) {
        }
    }

    void check(const bridge::HomeCommand& command) {
        expect(protocol::link::is_cmd_id(command.cmd_id));
        expect(command.expires > now_ && command.expires <= now_ + from_ms(61000));
        expect(fits(command));
        const std::string cmd_id(command.cmd_id.view());
        const auto before = executed_.find(cmd_id);
        expect(before == executed_.end() || frames_sent_ - before->second > CommandGate::remembered_ids);
        executed_[cmd_id] = frames_before_;
        auto& times = accepted_[std::string(command.id.view())];
        times.push_back(now_);
        const std::size_t fifth = CommandGate::commands_per_second;
        expect(times.size() <= fifth || now_ - times[times.size() - 1 - fifth] >= from_ms(1000));
    }

    static bool fits(const bridge::HomeCommand& command) {
        using Type = bridge::Value::Type;
        const bridge::Value& value = command.value;
        const std::string_view id = command.id;
        const auto is = [&](std::string_view word) { return value.type == Type::text && value.text == word; };
        if (id == "door") return is("LOCK") || is("UNLOCK");
        if (id == "line") return value.type == Type::boolean;
        if (id == "open") return is("PRESS");
        if (id == "level") {
            const bool number = value.type == Type::integer || value.type == Type::real;
            return number && value.real >= -1 && value.real <= 10.5;
        }
        if (id == "mode") return is("day") || is("night");
        if (id == "note") return value.type == Type::text;
        if (id == other) return true;
        return id == "blind" && (is("OPEN") || is("CLOSE") || is("STOP"));
    }

    // --- the port ---
    base::Result<> configure(contract::Pin pin, contract::PinMode, contract::Pull, bool level) noexcept override {
        expect(pin < contract::pin_count);
        put(pin, level);
        return {};
    }
    void write(contract::Pin pin, bool level) noexcept override { put(pin, level); }
    void put(contract::Pin pin, bool level) {
        levels_[pin] = level;
        witness_.level(pin, level, now_);
    }
    bool read(contract::Pin pin) const noexcept override { return levels_[pin]; }
    void listen(contract::PinListener* listener) noexcept override { listener_ = listener; }

    std::size_t read(std::span<std::uint8_t> into) noexcept override {
        const std::size_t size = std::min(into.size(), input_.size());
        std::copy_n(input_.begin(), size, into.begin());
        input_.erase(0, size);
        return size;
    }
    std::size_t write(std::span<const std::uint8_t> bytes) noexcept override {
        const std::size_t size = std::min<std::size_t>(bytes.size(), room_);
        hub_.hear(bytes.first(size));
        return size;
    }

    contract::VmState state() const noexcept override { return state_; }
    bool interrupt() noexcept override { return state_ == contract::VmState::app; }
    void abort() noexcept override { state_ = contract::VmState::starting; }

    base::Micros now_ = 0;
    LimitsWitness witness_;
    std::array<bool, contract::pin_count> levels_{};
    contract::PinListener* listener_ = nullptr;
    std::string input_;
    std::size_t frames_sent_ = 0;
    std::size_t frames_before_ = 0;
    std::size_t room_ = 255;
    bool python_spoke_ = false;
    contract::VmState state_ = contract::VmState::off;
    Hub hub_;
    std::map<std::string, std::size_t> executed_; ///< how many frames had begun before it
    std::map<std::string, std::vector<base::Micros>> accepted_;
    bridge::Bridge bridge_;
    HardwareCore core_{{test::profile, *this, *this, bridge_, *this}, {"a1b2c3d4", "Test", "test", "0.1.0", 1}};
};

} // namespace
} // namespace firmware::runtime

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    firmware::runtime::Board().play({data, size});
    return 0;
}
