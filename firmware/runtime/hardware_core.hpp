// SPDX-License-Identifier: Apache-2.0
// The hardware core: pins, guards, link and console of one board, without a thread and without a clock of its own.
#pragma once

#include "base/clock.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/bridge/bridge.hpp"
#include "firmware/contract/console.hpp"
#include "firmware/contract/gpio.hpp"
#include "firmware/contract/interpreter.hpp"
#include "firmware/runtime/command_gate.hpp"
#include "firmware/runtime/entities.hpp"
#include "firmware/runtime/face.hpp"
#include "firmware/runtime/guards.hpp"
#include "firmware/runtime/home_watch.hpp"
#include "firmware/runtime/link_endpoint.hpp"
#include "firmware/runtime/sensor.hpp"
#include "firmware/runtime/watchdog.hpp"
#include "protocol/link/frame_reader.hpp"

#include <array>
#include <bitset>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::runtime {

/// Driven by the port, on one thread: `boot` once before the VM starts, then `step` whenever bytes have arrived, the
/// bridge's `wake_hardware` was notified, `deadline` has come, or the console has room again and `wants_to_write`.
/// Never blocks and never allocates; one step is bounded, so that a VM that floods a queue can't hold it.
class HardwareCore final : private contract::PinListener, private protocol::link::FrameSink, private OutputListener {
public:
    /// What the core works on; all outlive it.
    struct Parts {
        const boards::Profile& profile;
        contract::Gpio& gpio;
        contract::Console& console;
        bridge::Bridge& bridge;
        contract::Interpreter& interpreter;
        Face* face = nullptr;     ///< null on a board without one
        Sensor* sensor = nullptr; ///< as above
    };

    HardwareCore(const Parts& parts, const Identity& identity) noexcept;
    HardwareCore(const HardwareCore&) = delete;
    HardwareCore& operator=(const HardwareCore&) = delete;

    /// Outputs to their safe levels first, then the inputs. `now` is uptime, everywhere.
    void boot(base::Micros now) noexcept;

    void step(base::Micros now) noexcept;

    /// When `step` has something to do that no event announces; may be in the past: then at once.
    base::Micros deadline() const noexcept;

    /// The console took less than it was offered.
    bool wants_to_write() const noexcept { return blocked_; }

private:
    static constexpr std::size_t console_chunk = 256;
    static constexpr unsigned reads_per_step = 8;
    static constexpr unsigned writes_per_step = 32;

    // What the port reports.
    void pin_changed(contract::Pin pin, bool level, base::Micros at) noexcept override;
    // What the console brings.
    void on_frame(std::string_view json) override;
    void on_console(std::span<const std::uint8_t> bytes) override;
    void on_up(const protocol::json::Value& message) noexcept;
    void on_reported(const protocol::json::Value& message) noexcept;
    void on_set(const protocol::json::Value& message) noexcept;
    // What the guards did.
    void output_changed(std::size_t output, bool on, base::Micros at, Cause cause) noexcept override;
    void output_refused(std::size_t output, std::string_view reason, base::Micros at) noexcept override;

    void read_console() noexcept;
    void drain_home() noexcept;
    void drain_pins() noexcept;
    void carry_out(const bridge::PinCommand& command) noexcept;
    void configure(const bridge::PinCommand& command) noexcept;
    void take(const bridge::HomeMessage& message) noexcept;
    void app_started(const bridge::HomeMessage& message) noexcept;
    void app_ended() noexcept;
    void outputs_off() noexcept;
    void declare(const bridge::HomeMessage& message) noexcept;
    void watch(const bridge::HomeMessage& message) noexcept;
    void call(const bridge::HomeMessage& message) noexcept;
    void watch_vm() noexcept;
    void write_console() noexcept;
    bool offer(std::span<const std::uint8_t>& rest) noexcept;
    bool next_console_chunk() noexcept;
    void log(std::uint8_t level, std::string_view text) noexcept { link_.log(level, text, now_); }
    void log(std::uint8_t level, std::string_view subject, std::string_view text) noexcept;

    Parts parts_;
    Identity identity_;
    Guards guards_;
    Entities entities_;
    CommandGate gate_;
    HomeWatch watched_;
    LinkEndpoint link_;
    Watchdog watchdog_;
    protocol::link::FrameReader reader_;

    base::Micros now_ = 0;
    contract::VmState vm_state_ = contract::VmState::off;
    std::bitset<contract::pin_count> rising_;
    std::bitset<contract::pin_count> falling_;

    bridge::HomeMessage message_; ///< too large for a small stack
    bool vm_has_news_ = false;

    std::array<std::uint8_t, console_chunk> chunk_{};
    std::span<const std::uint8_t> chunk_rest_; ///< lies in chunk_
    std::span<const std::uint8_t> frame_rest_; ///< lies in link_'s frame
    bool frames_turn_ = true;
    bool blocked_ = false;
    bool more_to_do_ = false;
};

} // namespace firmware::runtime
