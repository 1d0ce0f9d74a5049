// SPDX-License-Identifier: Apache-2.0
// Virtual time, and the baton that lets exactly one of two threads run.
#pragma once

#include "base/clock.hpp"
#include "firmware/contract/signal.hpp"
#include "firmware/ports/shared/vm_thread.hpp"
#include "firmware/vm/inputs.hpp"

#include <cstdint>
#include <functional>
#include <semaphore>

namespace firmware::ports::sim {

/// Time that moves only when somebody moves it.
class VirtualClock final : public base::Clock {
public:
    base::Micros now() const noexcept override { return now_; }
    void move_to(base::Micros moment) noexcept { now_ = moment; }

private:
    base::Micros now_ = 0;
};

class FlagSignal final : public contract::Signal {
public:
    void notify() noexcept override { set = true; }
    bool set = false; ///< read and written by whoever holds the baton
};

/// The VM core in virtual time. Its thread runs only inside `let_vm_run`; that returns when the VM waits, or has
/// computed up to something that the hardware core has to do.
class Lockstep final : public vm::Inputs {
public:
    /// What one call of `computing` costs.
    static constexpr base::Micros computing_cost = 100;
    /// What every wait costs at least, so that a program that polls moves time.
    static constexpr base::Micros wait_cost = 1;

    /// `next_event` says when somebody other than the VM has something to do; asked on either thread.
    Lockstep(VirtualClock& clock, bridge::Bridge& bridge, contract::Storage& storage, std::uint32_t seed,
             std::function<base::Micros()> next_event);

    /// Starts the thread; it waits for the first `let_vm_run`.
    void start(Program& program);

    /// When the VM wants to run again.
    base::Micros vm_deadline() const noexcept;
    void let_vm_run() noexcept;

    /// The VM never runs again, where it stands.
    void kill() noexcept { killed_ = true; }
    /// Runs the VM to its end, with nobody at the other side of the bridge, and joins its thread.
    void finish(Program& program) noexcept;

    base::Micros now() noexcept override { return clock_.now(); }
    void wait_until(base::Micros deadline) noexcept override;
    void computing() noexcept override;
    std::uint32_t random() noexcept override;
    bridge::Bridge& bridge() noexcept override { return bridge_; }
    contract::Storage& storage() noexcept override { return storage_; }

    FlagSignal wake_vm;
    FlagSignal wake_hardware;

private:
    class Gate;

    void pass_baton() noexcept;

    VirtualClock& clock_;
    bridge::Bridge& bridge_;
    contract::Storage& storage_;
    std::uint32_t random_;
    std::function<base::Micros()> next_event_;
    VmThread thread_;
    std::unique_ptr<Program> gated_; ///< the program, which begins with waiting for the baton
    std::binary_semaphore vm_turn_{0};
    std::binary_semaphore world_turn_{0};
    base::Micros wake_at_ = 0;
    bool waits_ = false; ///< a notification ends it
    bool killed_ = false;
    bool finishing_ = false;
    bool ended_ = true;
};

} // namespace firmware::ports::sim
