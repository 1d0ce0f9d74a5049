// SPDX-License-Identifier: Apache-2.0
// A board for tests of the VM: virtual time, a hardware core of thirty lines, and one thread at a time.
#pragma once

#include "firmware/vm/flash_image.hpp"
#include "firmware/vm/session.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <string>
#include <string_view>
#include <vector>

namespace firmware::vm::tests {

/// Flash in memory; programming can only clear bits, as in NOR flash.
class MemoryFlash final : public contract::Storage {
public:
    Geometry geometry() const noexcept override { return {4096, static_cast<std::uint32_t>(bytes.size() / 4096), 256}; }
    base::Result<> read(std::uint32_t offset, std::span<std::uint8_t> into) noexcept override;
    base::Result<> program(std::uint32_t offset, std::span<const std::uint8_t> bytes) noexcept override;
    base::Result<> erase(std::uint32_t block) noexcept override;
    base::Result<> sync() noexcept override { return {}; }

    int programs = 0;
    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(4096 * 64, 0xFF);
};

/// The VM runs on a thread of its own, but only while the test waits in `run_for`, and time moves only when the VM
/// waits or computes: every run is the same run.
class LockstepBoard final : public Inputs, private contract::Signal {
public:
    struct PinChange {
        std::int64_t ms;
        int pin;
        bool level;
        bool operator==(const PinChange&) const = default;
    };

    explicit LockstepBoard(std::size_t heap_bytes = 128 * 1024);
    ~LockstepBoard();
    LockstepBoard(const LockstepBoard&) = delete;
    LockstepBoard& operator=(const LockstepBoard&) = delete;

    /// Files of the app "test"; call before `start`.
    void install(const std::map<std::string, std::string>& files);
    /// Starts the VM, with the app when one was installed. Nothing runs until `run_for`.
    void start();
    void run_for(std::int64_t ms);

    /// Puts `action` on the script, `ms` from now.
    void in(std::int64_t ms, std::function<void()> action) {
        script_.emplace(now_ + base::from_ms(ms), std::move(action));
    }
    void type(std::string_view text);
    void set_input(int pin, bool level);
    /// A debounced edge of a button of a badge.
    void press(contract::ButtonMask button) { move_button(button, true); }
    void release(contract::ButtonMask button) { move_button(button, false); }
    void command(std::string_view id, std::string_view cmd_id, const bridge::Value& value, std::int64_t ttl_ms = 5000);
    /// What the home says: a watched entity's state (unknown without one), or the answer to a call.
    void tell(std::string_view entity, std::optional<std::string_view> state, std::string_view attributes = "{}");
    void answer_call(std::int32_t number, bool ok, std::string_view reason = "");

    /// What was printed since the last call.
    std::string printed();
    /// The texts of all messages of a kind, in a short form: see lockstep_board.cpp.
    std::vector<std::string> said(bridge::HomeMessage::Op op) const;

    Session& session() { return session_; }
    std::int64_t now_ms() const { return base::to_ms(now_); }
    bool finished() const { return finished_; }

    MemoryFlash flash;
    std::vector<PinChange> outputs;         ///< every change of an output
    std::vector<bridge::PinCommand> guards; ///< as they were declared
    std::vector<bridge::HomeMessage> messages;
    std::vector<bridge::DisplayCommand> strokes;
    std::vector<bridge::LedCommand> lights;
    std::map<std::string, bridge::Value> settings;
    base::ErrorCode settings_fail = base::ErrorCode::internal; ///< what `set` answers, unless it is this
    bool hardware_stands_still = false;                        ///< takes nothing from its queues

    base::Micros now() noexcept override { return now_; }
    void wait_until(base::Micros deadline) noexcept override;
    void computing() noexcept override;
    std::uint32_t random() noexcept override { return random_ = random_ * 1664525U + 1013904223U; }
    bridge::Bridge& bridge() noexcept override { return bridge_; }
    contract::Storage& storage() noexcept override { return flash; }

private:
    void notify() noexcept override { signalled_ = true; }
    static void* run_vm(void* self);
    void hand_to_test();
    void hand_to_vm();
    void step_hardware();
    void carry_out(const bridge::PinCommand& command);
    bridge::SettingReply answer(const bridge::SettingRequest& request);
    void move_button(contract::ButtonMask button, bool down);

    bridge::Bridge bridge_;
    std::vector<std::uint8_t> heap_;
    bool installed_ = false;
    Session session_;
    base::Micros now_ = 0;
    base::Micros vm_deadline_ = 0;
    std::multimap<base::Micros, std::function<void()>> script_;
    std::string console_;
    std::map<int, bridge::PinCommand> watches_;
    std::uint32_t random_ = 1;
    bool signalled_ = false;
    bool finished_ = false;

    pthread_t thread_{};
    bool started_ = false;
    std::mutex mutex_;
    std::condition_variable turn_changed_;
    bool vms_turn_ = false;
};

bridge::Value truth(bool value);
bridge::Value text(std::string_view value);
bridge::Value whole(std::int64_t value);

} // namespace firmware::vm::tests
