// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/core.hpp"

#include "base/expect.hpp"
#include "firmware/vm/modules/badge.hpp"
#include "firmware/vm/modules/machine.hpp"
#include "firmware/vm/mp/micropython.hpp"

#include <algorithm>
#include <atomic>

namespace firmware::vm {
namespace {

std::atomic<Core*> running_core{nullptr};

constexpr int branches_between_hooks = 1000;
constexpr base::Micros heap_period = base::from_ms(5000);
/// The hardware core need not tell when it has taken something from a queue; look again this often.
constexpr base::Micros full_poll = base::from_ms(1);

} // namespace

Core& core() noexcept { return *running_core.load(std::memory_order_relaxed); }

void set_core(Core* running) noexcept {
    Core* before = running_core.exchange(running);
    expect(running == nullptr || before == nullptr);
}

bool core_is_set() noexcept { return running_core.load(std::memory_order_relaxed) != nullptr; }

void Core::call(std::uint8_t attention, std::uint8_t instead_of) noexcept {
    std::uint8_t before = attention_.load(std::memory_order_relaxed);
    std::uint8_t after = 0;
    do {
        after = static_cast<std::uint8_t>((before & ~instead_of) | attention);
    } while (!attention_.compare_exchange_weak(before, after, std::memory_order_acq_rel));
    if (auto* wake = inputs.bridge().wake_vm; wake != nullptr) wake->notify();
    constexpr std::uint8_t ends_a_life = attention_abort | attention_stop | attention_load | attention_stop_app;
    if (cutter_ != nullptr && (attention & ends_a_life) != 0) cutter_->arm();
}

bool Core::take_calls(std::uint8_t& expected) noexcept {
    const auto left = static_cast<std::uint8_t>(expected & attention_stop);
    return attention_.compare_exchange_weak(expected, left, std::memory_order_acq_rel);
}

bool Core::aborting() const noexcept {
    const std::uint8_t calls = attention_.load(std::memory_order_relaxed);
    if ((calls & (attention_abort | attention_stop | attention_load)) != 0) return true;
    return (calls & attention_stop_app) != 0 && app_here.load(std::memory_order_relaxed);
}

bool Core::service() noexcept {
    const Away away(*this);
    heartbeat.fetch_add(1, std::memory_order_relaxed);
    const bool called = attention_.load(std::memory_order_relaxed) != 0 && hear_calls();
    if (service_edges()) look_again_ = stirred = true;
    if (service_buttons()) look_again_ = true;
    if (!inputs.bridge().home_commands.empty() || !inputs.bridge().home_news.empty()) stirred = true;
    return called;
}

bool Core::hear_calls() noexcept {
    if (aborting()) {
        mp_sched_vm_abort();
        return true;
    }
    MP_STATE_VM(vm_abort) = false; // whoever called for it has taken that back
    // An app that ended by itself needs no stop; one that is here may have been called for just now.
    const std::uint8_t heard = app_here ? attention_interrupt : attention_interrupt | attention_stop_app;
    const std::uint8_t calls = attention_.fetch_and(static_cast<std::uint8_t>(~heard));
    if ((calls & attention_interrupt) == 0 || !interruptible.load(std::memory_order_relaxed)) return false;
    mp_sched_keyboard_interrupt();
    return true;
}

bool Core::service_edges() noexcept {
    bool any = false;
    bridge::PinEdge edge;
    while (mp_sched_num_pending() < MICROPY_SCHEDULER_DEPTH && inputs.bridge().pin_edges.pop(edge)) {
        schedule_pin_edge(edge);
        any = true;
    }
    return any;
}

void Core::wait_until(base::Micros deadline) noexcept {
    // Since the caller looked, callbacks may have made ready what it waits for, or a nap may have taken its wake-up.
    if (look_again_ || MP_STATE_VM(sched_state) == MP_SCHED_PENDING || aborting()) {
        look_again_ = false;
        return;
    }
    measure_heap();
    const Away away(*this);
    if (inputs.now() < deadline) inputs.wait_until(deadline);
    heartbeat.fetch_add(1, std::memory_order_relaxed);
}

void Core::measure_heap() noexcept {
    const base::Micros now = inputs.now();
    if (now < heap_due_) return;
    heap_due_ = now + heap_period;
    gc_info_t info;
    gc_info(&info);
    inputs.bridge().heap_free = static_cast<std::uint32_t>(info.free);
}

void Core::wake_hardware() noexcept {
    const Away away(*this);
    if (auto* wake = inputs.bridge().wake_hardware; wake != nullptr) wake->notify();
}

void Core::nap(base::Micros deadline) noexcept {
    inputs.wait_until(std::min(deadline, inputs.now() + full_poll));
    look_again_ = true;
}

template <typename Queue, typename Element>
bool Core::push_within(Queue& queue, const Element& element, base::Micros patience, bool though_aborting) noexcept {
    const Away away(*this);
    auto* wake = inputs.bridge().wake_hardware;
    bool pushed = queue.push(element);
    const base::Micros deadline = inputs.now() + patience;
    while (!pushed && inputs.now() < deadline && !(though_aborting ? stopping() : aborting())) {
        if (wake != nullptr) wake->notify();
        nap(deadline);
        pushed = queue.push(element);
    }
    if (pushed && wake != nullptr) wake->notify();
    return pushed;
}

void Core::write_console(std::string_view text) noexcept {
    const Away away(*this);
    auto& bridge = inputs.bridge();
    std::size_t written = 0;
    while (written < text.size()) {
        if (bridge.console_out.push(static_cast<std::uint8_t>(text[written]))) {
            ++written;
            console_stalled_ = false;
            continue;
        }
        // Who has not read for the full time once is not waited for again before there is room.
        const base::Micros patience = console_stalled_ ? 0 : full_wait;
        if (!push_within(bridge.console_out, static_cast<std::uint8_t>(text[written]), patience)) {
            console_stalled_ = true;
            bridge.console_dropped.fetch_add(static_cast<std::uint32_t>(text.size() - written));
            return;
        }
        ++written;
    }
    if (bridge.wake_hardware != nullptr) bridge.wake_hardware->notify();
}

bool Core::send(const bridge::HomeMessage& message) noexcept {
    auto& bridge = inputs.bridge();
    const bool is_log = message.op == bridge::HomeMessage::Op::log;
    const bool is_end = message.op == bridge::HomeMessage::Op::app_stopped;
    const bool sent = push_within(bridge.home_messages, message, is_log ? 0 : full_wait, is_end);
    if (!sent && is_log) bridge.logs_dropped.fetch_add(1);
    return sent;
}

bool Core::send(const bridge::PinCommand& command) noexcept {
    const Away away(*this);
    auto& bridge = inputs.bridge();
    // Counted before the hardware core can see it: `done` must never be ahead of `sent`.
    bridge.pin_commands_sent.fetch_add(1);
    const bool sent = push_within(bridge.pin_commands, command, full_wait);
    if (!sent) bridge.pin_commands_sent.fetch_sub(1);
    return sent;
}

bool Core::send(const bridge::DisplayCommand& command) noexcept {
    const Away away(*this);
    auto& bridge = inputs.bridge();
    const base::Micros deadline = inputs.now() + full_wait;
    while (!bridge.screen_free && inputs.now() < deadline && !aborting()) nap(deadline);
    const bool sent = bridge.screen_free &&
                      push_within(bridge.display_commands, command, std::max(base::Micros{0}, deadline - inputs.now()));
    if (!sent) bridge.display_timeouts.fetch_add(1);
    return sent;
}

bool Core::send(const bridge::LedCommand& command) noexcept {
    auto& bridge = inputs.bridge();
    const bool sent = push_within(bridge.led_commands, command, full_wait);
    if (!sent) bridge.led_timeouts.fetch_add(1);
    return sent;
}

bool Core::ask(bridge::SettingRequest& question, bridge::SettingReply& answer) noexcept {
    const Away away(*this);
    auto& bridge = inputs.bridge();
    question.serial = ++questions_;
    // Answers to questions that were given up must not be in the way of this one's, and may also come later.
    while (bridge.setting_replies.pop(answer)) {
    }
    const base::Micros deadline = inputs.now() + full_wait;
    if (!push_within(bridge.setting_requests, question, full_wait)) return false;
    while (true) {
        while (bridge.setting_replies.pop(answer)) {
            if (answer.serial == question.serial) return true;
        }
        if (inputs.now() >= deadline || aborting()) return false;
        nap(deadline);
    }
}

bool Core::send(const bridge::AppEntry& entry) noexcept {
    return push_within(inputs.bridge().app_entries, entry, full_wait);
}

bridge::HomeMessage Core::message(bridge::HomeMessage::Op op) noexcept {
    bridge::HomeMessage message;
    message.op = op;
    message.at = inputs.now();
    return message;
}

void Core::log(std::uint8_t level, std::string_view text) noexcept {
    bridge::HomeMessage line = message(bridge::HomeMessage::Op::log);
    line.level = level;
    line.text = text;
    send(line);
}

bool Core::read_pin(contract::Pin pin) noexcept {
    const Away away(*this);
    auto& bridge = inputs.bridge();
    const base::Micros deadline = inputs.now() + pin_settle_wait;
    while (bridge.pin_commands_done.load(std::memory_order_acquire) != bridge.pin_commands_sent.load() &&
           inputs.now() < deadline && !aborting()) {
        nap(deadline);
    }
    return bridge.levels[pin].load(std::memory_order_acquire);
}

void Core::begin_life() noexcept {
    MP_STATE_VM(vm_abort) = false;
    state = contract::VmState::starting;
    interruptible = false;
    stirred = false;
    soft_reset_wanted = false;
    prompt_wanted = false;
    overflowed = false;
    look_again_ = false;
    ouro_vm_countdown = branches_between_hooks;
    forget_pins();
    forget_buttons();
}

} // namespace firmware::vm

extern "C" {

int ouro_vm_countdown = 0;

bool ouro_vm_hook() {
    using namespace firmware::vm;
    ouro_vm_countdown = branches_between_hooks;
    {
        const Away away(core());
        core().inputs.computing();
    }
    return core().service();
}

void ouro_vm_service() { firmware::vm::core().service(); }

void ouro_vm_wait_ms(std::int64_t timeout_ms) {
    auto& core = firmware::vm::core();
    core.wait_until(timeout_ms < 0 ? base::never : core.inputs.now() + base::from_ms(timeout_ms));
}

std::uint32_t ouro_vm_random() { return firmware::vm::core().inputs.random(); }

// MicroPython seeds by itself when `random` is first imported in the process: that must not make the first life differ.
std::uint32_t ouro_vm_seed() { return firmware::vm::core().starting() ? 0 : ouro_vm_random(); }

} // extern "C"
