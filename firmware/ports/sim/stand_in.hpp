// SPDX-License-Identifier: Apache-2.0
// A program for tests: C++ in the place of MicroPython, on the same side of the bridge.
#pragma once

#include "firmware/ports/shared/program.hpp"

#include <atomic>
#include <functional>

namespace firmware::ports::sim {

/// What the body of a stand-in works with.
class StandInCore {
public:
    explicit StandInCore(vm::Inputs& door) noexcept : inputs(door) {}

    /// Waits on purpose, as `time.sleep_ms` does; false when the board ends, and the body must return.
    bool sleep(base::Micros length) noexcept;
    /// Computes for a moment and makes progress; false as above.
    bool compute() noexcept;
    void pin(bridge::PinCommand command) noexcept;
    void write(contract::Pin pin, bool level) noexcept;
    void tell(const bridge::HomeMessage& message) noexcept;
    void print(std::string_view text) noexcept;
    /// As the VM core does: false when there was no room within 100 ms, or a person is in an editor that long.
    bool draw(const bridge::DisplayCommand& command) noexcept;
    bool light(const bridge::LedCommand& command) noexcept;
    bool stopping() const noexcept { return stop; }

    vm::Inputs& inputs;
    std::atomic<bool> stop{false};
    std::atomic<bool> interrupted{false};
    std::atomic<std::uint32_t> aborts{0};
    std::atomic<std::uint32_t> beats{0};
    std::atomic<contract::VmState> state{contract::VmState::app};
    /// What `load_app` was asked for, until the body takes it; empty: nothing.
    base::FixedString<bridge::app_name_max> wanted;

private:
    template <typename Queue, typename Command>
    bool push_within(Queue& queue, const Command& command, const std::atomic<bool>& free) noexcept;
};

ProgramFactory stand_in(std::function<void(StandInCore&)> body);

} // namespace firmware::ports::sim
