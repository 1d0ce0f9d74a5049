// SPDX-License-Identifier: Apache-2.0
// The smallest thing that is an interpreter to the hardware core.
#include "firmware/ports/sim/stand_in.hpp"

#include "base/expect.hpp"

#include <utility>

namespace firmware::ports::sim {

namespace {

class StandIn final : public Program, private contract::Interpreter {
public:
    StandIn(vm::Inputs& inputs, std::function<void(StandInCore&)> body) : core_(inputs), body_(std::move(body)) {}

    void run() noexcept override {
        body_(core_);
        core_.state = contract::VmState::off;
    }
    void stop() noexcept override { core_.stop = true; }
    contract::Interpreter& interpreter() noexcept override { return *this; }
    std::size_t stack_bytes() const noexcept override { return std::size_t{1024} * 1024; }

private:
    contract::VmState state() const noexcept override { return core_.state; }
    bool interrupt() noexcept override {
        core_.interrupted = true;
        return true;
    }
    void abort() noexcept override { ++core_.aborts; }
    std::uint32_t heartbeat() const noexcept override { return core_.beats; }
    base::Result<> load_app(std::string_view app) noexcept override {
        if (is_running()) return base::fail(base::ErrorCode::busy, "an app is running");
        core_.wanted = app;
        core_.inputs.bridge().wake_vm->notify();
        return {};
    }
    void stop_app() noexcept override { ++core_.aborts; }
    bool is_running() const noexcept override { return core_.state == contract::VmState::app || !core_.wanted.empty(); }

    StandInCore core_;
    std::function<void(StandInCore&)> body_;
};

} // namespace

bool StandInCore::sleep(base::Micros length) noexcept {
    const base::Micros end = length == base::never ? base::never : inputs.now() + length;
    while (!stop && inputs.now() < end) inputs.wait_until(end);
    ++beats;
    return !stop;
}

bool StandInCore::compute() noexcept {
    ++beats;
    inputs.computing();
    return !stop;
}

void StandInCore::pin(bridge::PinCommand command) noexcept {
    ++inputs.bridge().pin_commands_sent;
    expect(inputs.bridge().pin_commands.push(command));
    inputs.bridge().wake_hardware->notify();
}

void StandInCore::write(contract::Pin number, bool level) noexcept {
    bridge::PinCommand command;
    command.pin = number;
    command.level = level;
    pin(command);
}

void StandInCore::tell(const bridge::HomeMessage& message) noexcept {
    expect(inputs.bridge().home_messages.push(message));
    inputs.bridge().wake_hardware->notify();
}

void StandInCore::print(std::string_view text) noexcept {
    for (const char byte : text) expect(inputs.bridge().console_out.push(static_cast<std::uint8_t>(byte)));
    inputs.bridge().wake_hardware->notify();
}

template <typename Queue, typename Command>
bool StandInCore::push_within(Queue& queue, const Command& command, const std::atomic<bool>& free) noexcept {
    const base::Micros deadline = inputs.now() + base::from_ms(100);
    while (!free || !queue.push(command)) {
        if (stop || inputs.now() >= deadline) return false;
        inputs.wait_until(deadline);
    }
    inputs.bridge().wake_hardware->notify();
    return true;
}

bool StandInCore::draw(const bridge::DisplayCommand& command) noexcept {
    bridge::Bridge& bridge = inputs.bridge();
    const bool done = push_within(bridge.display_commands, command, bridge.screen_free);
    if (!done) ++bridge.display_timeouts;
    return done;
}

bool StandInCore::light(const bridge::LedCommand& command) noexcept {
    bridge::Bridge& bridge = inputs.bridge();
    const std::atomic<bool> always{true};
    const bool done = push_within(bridge.led_commands, command, always);
    if (!done) ++bridge.led_timeouts;
    return done;
}

ProgramFactory stand_in(std::function<void(StandInCore&)> body) {
    return [body = std::move(body)](vm::Inputs& inputs) { return std::make_unique<StandIn>(inputs, body); };
}

} // namespace firmware::ports::sim
