// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/tests/lockstep_board.hpp"

#include "base/expect.hpp"

#include <algorithm>
#include <cstring>

namespace firmware::vm::tests {
namespace {

using Op = bridge::HomeMessage::Op;

/// What a thousand branches take.
constexpr base::Micros hook_cost = 100;
constexpr std::size_t stack_bytes = 16384;

Config config_for(std::span<std::uint8_t> heap) { return {heap, stack_bytes, "", "abcd1234"}; }

std::string shown(const bridge::Value& value) {
    switch (value.type) {
    case bridge::Value::Type::none: return "none";
    case bridge::Value::Type::boolean: return value.boolean ? "true" : "false";
    case bridge::Value::Type::integer: return std::to_string(value.integer);
    case bridge::Value::Type::real: return std::to_string(value.real);
    case bridge::Value::Type::text: return std::string(value.text.view());
    }
    return "?";
}

std::string shown(const bridge::HomeMessage& message) {
    const std::string id(message.id.view());
    const std::string text(message.text.view());
    const std::string json(message.json.view());
    switch (message.op) {
    case Op::declare: return id + " " + std::string(message.name.view()) + " " + json;
    case Op::state: return id + "=" + shown(message.value);
    case Op::event: return id + ":" + text + " " + json;
    case Op::done: return std::string(message.cmd_id.view()) + (message.ok ? " ok " : " failed ") + text;
    case Op::log: return std::to_string(message.level) + " " + text;
    case Op::crash: return json + " " + text;
    case Op::watch: return std::string(message.name.view());
    case Op::call: return text + " " + std::string(message.name.view()) + " " + json;
    case Op::declared:
    case Op::app_started:
    case Op::app_stopped: return text;
    }
    return "?";
}

} // namespace

base::Result<> MemoryFlash::read(std::uint32_t offset, std::span<std::uint8_t> into) noexcept {
    std::memcpy(into.data(), bytes.data() + offset, into.size());
    return {};
}

base::Result<> MemoryFlash::program(std::uint32_t offset, std::span<const std::uint8_t> data) noexcept {
    ++programs;
    for (std::size_t i = 0; i < data.size(); ++i) bytes[offset + i] &= data[i];
    return {};
}

base::Result<> MemoryFlash::erase(std::uint32_t block) noexcept {
    std::fill_n(bytes.begin() + block * 4096, 4096, std::uint8_t{0xFF});
    return {};
}

LockstepBoard::LockstepBoard(std::size_t heap_bytes) : heap_(heap_bytes), session_(*this, config_for(heap_)) {
    bridge_.wake_vm = this;
}

LockstepBoard::~LockstepBoard() {
    if (!started_) return;
    hardware_stands_still = false;
    session_.stop();
    for (int tries = 0; !finished_ && tries < 100; ++tries) run_for(100);
    expect(finished_);
    pthread_join(thread_, nullptr);
}

void LockstepBoard::install(const std::map<std::string, std::string>& files) {
    std::vector<ImageFile> image;
    for (const auto& [name, content] : files) {
        image.push_back({name, std::span(reinterpret_cast<const std::uint8_t*>(content.data()), content.size())});
    }
    const auto installed = install_app(flash, "test", image);
    expect(installed.has_value());
    installed_ = true;
}

void LockstepBoard::start() {
    Config config = config_for(heap_);
    if (installed_) config.app = "test";
    session_.~Session();
    new (&session_) Session(*this, config);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, thread_stack_bytes(config));
    started_ = pthread_create(&thread_, &attributes, run_vm, this) == 0;
    expect(started_);
    pthread_attr_destroy(&attributes);
}

void* LockstepBoard::run_vm(void* self_in) {
    auto* self = static_cast<LockstepBoard*>(self_in);
    {
        std::unique_lock lock(self->mutex_);
        self->turn_changed_.wait(lock, [self] { return self->vms_turn_; });
    }
    self->session_.run();
    const std::lock_guard lock(self->mutex_);
    self->finished_ = true;
    self->vms_turn_ = false;
    self->turn_changed_.notify_all();
    return nullptr;
}

void LockstepBoard::hand_to_test() {
    std::unique_lock lock(mutex_);
    vms_turn_ = false;
    turn_changed_.notify_all();
    turn_changed_.wait(lock, [this] { return vms_turn_; });
}

void LockstepBoard::hand_to_vm() {
    std::unique_lock lock(mutex_);
    vms_turn_ = true;
    turn_changed_.notify_all();
    turn_changed_.wait(lock, [this] { return !vms_turn_; });
}

void LockstepBoard::wait_until(base::Micros deadline) noexcept {
    vm_deadline_ = deadline;
    hand_to_test();
}

void LockstepBoard::computing() noexcept {
    now_ += hook_cost;
    vm_deadline_ = now_;
    hand_to_test();
}

void LockstepBoard::run_for(std::int64_t ms) {
    const base::Micros end = now_ + base::from_ms(ms);
    while (true) {
        step_hardware();
        while (!script_.empty() && script_.begin()->first <= now_) {
            const auto action = script_.extract(script_.begin());
            action.mapped()();
        }
        if (finished_) return;
        const bool ready = signalled_ || vm_deadline_ <= now_;
        if (now_ >= end && (!ready || vm_deadline_ == now_)) return;
        if (ready) {
            signalled_ = false;
            hand_to_vm();
            continue;
        }
        now_ = std::min(vm_deadline_, end);
        if (!script_.empty()) now_ = std::min(now_, script_.begin()->first);
    }
}

void LockstepBoard::step_hardware() {
    if (hardware_stands_still) return;
    bridge::PinCommand pin;
    while (bridge_.pin_commands.pop(pin)) carry_out(pin);
    bridge::HomeMessage message;
    while (bridge_.home_messages.pop(message)) messages.push_back(message);
    bridge::DisplayCommand stroke;
    while (bridge_.display_commands.pop(stroke)) strokes.push_back(stroke);
    bridge::LedCommand light;
    while (bridge_.led_commands.pop(light)) lights.push_back(light);
    bridge::SettingRequest question;
    while (bridge_.setting_requests.pop(question)) {
        expect(bridge_.setting_replies.push(answer(question)));
        notify();
    }
    std::uint8_t byte = 0;
    while (bridge_.console_out.pop(byte)) console_.push_back(static_cast<char>(byte));
}

void LockstepBoard::carry_out(const bridge::PinCommand& command) {
    using PinOp = bridge::PinCommand::Op;
    const bool drives =
        command.op == PinOp::write || (command.op == PinOp::configure && command.mode != contract::PinMode::input);
    if (drives && bridge_.levels[command.pin].exchange(command.level) != command.level) {
        outputs.push_back({now_ms(), command.pin, command.level});
    }
    if (command.op == PinOp::watch) watches_[command.pin] = command;
    if (command.op == PinOp::guard) guards.push_back(command);
    bridge_.pin_commands_done.fetch_add(1);
    notify();
}

bridge::SettingReply LockstepBoard::answer(const bridge::SettingRequest& request) {
    using SettingOp = bridge::SettingRequest::Op;
    bridge::SettingReply reply;
    reply.serial = request.serial;
    reply.code = base::ErrorCode::not_found;
    const auto found = request.op == SettingOp::key_at
                           ? std::next(settings.begin(), std::min<std::ptrdiff_t>(request.index, std::ssize(settings)))
                           : settings.find(std::string(request.key.view()));
    if (request.op == SettingOp::set) {
        reply.code = settings_fail;
        reply.ok = settings_fail == base::ErrorCode::internal;
        if (reply.ok) settings[std::string(request.key.view())] = request.value;
        return reply;
    }
    if (found == settings.end()) return reply;
    reply.ok = true;
    reply.key = std::string_view(found->first);
    reply.value = found->second;
    if (request.op == SettingOp::remove) settings.erase(found);
    return reply;
}

void LockstepBoard::move_button(contract::ButtonMask button, bool down) {
    auto& held = bridge_.buttons_down;
    held = static_cast<contract::ButtonMask>(down ? held | button : held & ~button);
    if (!bridge_.button_events.push({button, down, now_})) bridge_.buttons_dropped.fetch_add(1);
    notify();
}

void LockstepBoard::type(std::string_view text) {
    for (const char c : text) {
        if (c == '\x03' && session_.interrupt()) continue;
        expect(bridge_.console_in.push(static_cast<std::uint8_t>(c)));
    }
    notify();
}

void LockstepBoard::set_input(int pin, bool level) {
    if (bridge_.levels[static_cast<std::size_t>(pin)].exchange(level) == level) return;
    const auto& watch = watches_[pin];
    if (level ? watch.rising : watch.falling) {
        if (!bridge_.pin_edges.push({static_cast<contract::Pin>(pin), level, now_})) bridge_.edges_dropped.fetch_add(1);
    }
    notify();
}

void LockstepBoard::command(std::string_view id, std::string_view cmd_id, const bridge::Value& value,
                            std::int64_t ttl_ms) {
    bridge::HomeCommand command;
    command.id = id;
    command.cmd_id = cmd_id;
    command.value = value;
    command.expires = now_ + base::from_ms(ttl_ms);
    expect(bridge_.home_commands.push(command));
    notify();
}

void LockstepBoard::tell(std::string_view entity, std::optional<std::string_view> state, std::string_view attributes) {
    bridge::HomeNews news;
    news.entity = entity;
    news.ok = state.has_value();
    news.text = state.value_or("");
    news.attributes = attributes;
    expect(bridge_.home_news.push(news));
    notify();
}

void LockstepBoard::answer_call(std::int32_t number, bool ok, std::string_view reason) {
    bridge::HomeNews news;
    news.op = bridge::HomeNews::Op::answer;
    news.number = number;
    news.ok = ok;
    news.text = reason;
    expect(bridge_.home_news.push(news));
    notify();
}

std::string LockstepBoard::printed() { return std::exchange(console_, {}); }

std::vector<std::string> LockstepBoard::said(Op op) const {
    std::vector<std::string> texts;
    for (const auto& message : messages) {
        if (message.op == op) texts.push_back(shown(message));
    }
    return texts;
}

bridge::Value truth(bool value) {
    bridge::Value made;
    made.type = bridge::Value::Type::boolean;
    made.boolean = value;
    return made;
}

bridge::Value text(std::string_view value) {
    bridge::Value made;
    made.type = bridge::Value::Type::text;
    made.text = value;
    return made;
}

bridge::Value whole(std::int64_t value) {
    bridge::Value made;
    made.type = bridge::Value::Type::integer;
    made.integer = value;
    return made;
}

} // namespace firmware::vm::tests
