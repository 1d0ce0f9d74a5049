// SPDX-License-Identifier: Apache-2.0
// The life of the VM: started again and again on one thread or core, until the board ends.
#pragma once

#include "firmware/contract/interpreter.hpp"
#include "firmware/vm/inputs.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::vm {

/// What the board's data gives the VM.
struct Config {
    std::span<std::uint8_t> heap;   ///< the garbage-collected heap, owned by the caller for the whole life
    std::size_t stack_bytes = 0;    ///< how much C stack Python may use before RuntimeError; the thread's own is larger
    std::string_view app;           ///< starts `/pyapps/<app>/app.py` after each reset; empty: only the prompt
    std::string_view uid;           ///< machine.unique_id()
};

/// One VM per process or chip: its state is one global. `run` belongs to the VM core; the rest, from Interpreter, to
/// the hardware core.
class Session final : public contract::Interpreter {
public:
    Session(Inputs& inputs, const Config& config) noexcept;

    /// Soft resets in a loop: a fresh VM, mount the file system, the app, then the prompt (friendly or raw). Returns
    /// after `stop`. Aborts if another session is running.
    void run() noexcept;

    /// Any thread: ends `run` within 1 s, as `abort` does.
    void stop() noexcept;

    contract::VmState state() const noexcept override;
    bool interrupt() noexcept override;
    void abort() noexcept override;
    std::uint32_t heartbeat() const noexcept override;

private:
    Inputs& inputs_;
    Config config_;
};

} // namespace firmware::vm
