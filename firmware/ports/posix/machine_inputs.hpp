// SPDX-License-Identifier: Apache-2.0
// The door through which the VM of a virtual board sees the machine.
#pragma once

#include "firmware/ports/posix/signals.hpp"
#include "firmware/vm/inputs.hpp"

#include <atomic>
#include <cstdint>

namespace firmware::ports::posix {

/// Real time, real chance, and the fault that stops the VM dead.
class MachineInputs final : public vm::Inputs {
public:
    MachineInputs(const UptimeClock& clock, FutexSignal& wake, bridge::Bridge& bridge,
                  contract::Storage& storage) noexcept
        : clock_(clock),
          wake_(wake),
          bridge_(bridge),
          storage_(storage) {}

    base::Micros now() noexcept override { return clock_.now(); }
    void wait_until(base::Micros deadline) noexcept override;
    void computing() noexcept override;
    std::uint32_t random() noexcept override;
    bridge::Bridge& bridge() noexcept override { return bridge_; }
    contract::Storage& storage() noexcept override { return storage_; }

    /// Any thread: the VM thread stops for good at its next call of `computing` or `wait_until`, nothing cleaned up.
    void kill() noexcept;
    bool killed() const noexcept { return killed_.load(); }

private:
    void park_if_killed() const noexcept;

    const UptimeClock& clock_;
    FutexSignal& wake_;
    bridge::Bridge& bridge_;
    contract::Storage& storage_;
    std::atomic<bool> killed_{false};
};

} // namespace firmware::ports::posix
