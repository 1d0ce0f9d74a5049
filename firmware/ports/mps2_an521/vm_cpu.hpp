// SPDX-License-Identifier: Apache-2.0
// The VM's CPU: its door to the board, its session, and the ways in which it is cut off.
#pragma once

#include "firmware/boards/profile.hpp"
#include "firmware/ports/mps2_an521/clock.hpp"
#include "firmware/ports/mps2_an521/signals.hpp"
#include "firmware/vm/cut.hpp"
#include "firmware/vm/inputs.hpp"
#include "firmware/vm/session.hpp"

#include <atomic>
#include <cstdint>
#include <string_view>

namespace firmware::ports::mps2_an521 {

/// Python's inputs on this chip. On the VM core.
class ChipInputs final : public vm::Inputs {
public:
    ChipInputs(const Clock& clock, WakeSignal& wake, bridge::Bridge& bridge, contract::Storage& storage,
               std::uint64_t seed) noexcept
        : clock_(clock),
          wake_(wake),
          bridge_(bridge),
          storage_(storage),
          random_(seed) {}

    base::Micros now() noexcept override { return clock_.now(); }
    void wait_until(base::Micros deadline) noexcept override;
    void computing() noexcept override { park_if_killed(); }
    std::uint32_t random() noexcept override;
    bridge::Bridge& bridge() noexcept override { return bridge_; }
    contract::Storage& storage() noexcept override { return storage_; }

    /// Either core: the VM core stops for good at its next call of `computing` or `wait_until`, nothing cleaned up.
    void kill() noexcept;

private:
    void park_if_killed() const noexcept;

    const Clock& clock_;
    WakeSignal& wake_;
    bridge::Bridge& bridge_;
    contract::Storage& storage_;
    std::uint64_t random_;
    std::atomic<bool> killed_{false};
};

/// Ends native code that is overdue: while armed, the hardware core rings, and CPU 1 looks whether it may leave what it
/// does.
class CutBell final : public vm::Cutter {
public:
    explicit CutBell(WakeSignal& wake_hardware) noexcept : wake_hardware_(wake_hardware) {}

    void arm() noexcept override;

    /// On the hardware core: rings when it is time.
    void step(base::Micros now) noexcept;
    base::Micros deadline() const noexcept;

    /// On the VM core, in the doorbell's interrupt.
    void rung() noexcept;

private:
    WakeSignal& wake_hardware_;
    std::atomic<bool> armed_{false};
    base::Micros due_ = base::never; ///< the hardware core's
};

/// Heap and settings for the session; the heap is this CPU's own.
vm::Config vm_config(const boards::Profile& profile, std::string_view app, std::string_view uid) noexcept;

/// What CPU 1 runs when it is let go, and what cuts it. On the hardware core, once, before that.
void set_session(vm::Session& session, CutBell& bell) noexcept;

} // namespace firmware::ports::mps2_an521
