// SPDX-License-Identifier: Apache-2.0
// The life of the VM: started again and again on one thread or core, until the board ends.
#pragma once

#include "firmware/contract/interpreter.hpp"
#include "firmware/vm/core.hpp"
#include "firmware/vm/inputs.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::vm {

/// What the board's data gives the VM.
struct Config {
    std::span<std::uint8_t> heap; ///< the garbage-collected heap, owned by the caller for the whole life
    std::size_t stack_bytes = 0;  ///< how much C stack Python may use before RuntimeError; the thread's own is larger
    std::string_view app;         ///< starts `/pyapps/<app>/app.py` after each reset; empty: only the prompt
    std::string_view uid;         ///< machine.unique_id()
};

/// How much more C stack the same Python needs here than on a 32-bit microcontroller, for which `stack_bytes` is
/// given: words are twice as wide, calls keep more of them, and a sanitizer pads what it watches.
inline constexpr std::size_t stack_factor = sizeof(void*) == 4 ? 1 : 4;

/// How much more heap the same Python needs here than on a 32-bit microcontroller, for which a board's data gives it:
/// an object is words, and words are twice as wide.
inline constexpr std::size_t heap_factor = sizeof(void*) / 4;

/// The stack to give the thread that calls `run` on a host: what Python may use, and room for what lies below and above
/// it. Not all recursion is counted by MicroPython; what goes on beyond this stack is ended by the port (cut.hpp).
constexpr std::size_t thread_stack_bytes(const Config& config) noexcept {
    constexpr std::size_t room = std::size_t{128} * 1024; // the thread's data, our frames, `stack_spare`, sanitizers
    return room + config.stack_bytes * stack_factor;
}

/// One VM per process or chip: its state is one global. `run` belongs to the VM core; the rest, from Interpreter, to
/// the hardware core.
class Session final : public contract::Interpreter {
public:
    Session(Inputs& inputs, const Config& config) noexcept;

    /// Soft resets in a loop: a fresh VM, mount the file system, the app, then the prompt (friendly or raw). Returns
    /// after `stop`. Aborts if another session is running.
    void run() noexcept;

    /// Before `run`: what ends native code.
    void use(Cutter& cutter) noexcept { core_.use(cutter); }

    /// Any thread: ends `run` within 1 s, as `abort` does.
    void stop() noexcept;

    contract::VmState state() const noexcept override;
    bool interrupt() noexcept override;
    void abort() noexcept override;
    std::uint32_t heartbeat() const noexcept override;
    base::Result<> load_app(std::string_view app) noexcept override;
    void stop_app() noexcept override;
    bool is_running() const noexcept override;

private:
    using AppName = std::array<char, bridge::app_name_max + 1>;

    void live_once() noexcept;
    void choose_app() noexcept;
    /// What the next life runs if these are the calls for it; empty: nothing.
    std::string_view next_app(std::uint8_t calls, bool again) const noexcept;

    Core core_;
    Config config_;
    AppName loaded_{}; ///< written by `load_app`, and only while nothing runs and nothing is about to
    AppName app_{};    ///< what this life runs; VM core, and changed only between two lives
    bool app_was_loaded_ = false;
};

} // namespace firmware::vm
