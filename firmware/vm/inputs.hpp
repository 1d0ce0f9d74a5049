// SPDX-License-Identifier: Apache-2.0
// The one door through which anything from outside reaches Python.
#pragma once

#include "base/clock.hpp"
#include "firmware/bridge/bridge.hpp"
#include "firmware/contract/storage.hpp"

#include <cstdint>

namespace firmware::vm {

/// Time, chance, queues and flash as Python sees them. One implementation uses the machine, another virtual time;
/// with a recorded one a run can be replayed exactly. Called on the VM core only.
class Inputs {
public:
    /// Uptime.
    virtual base::Micros now() noexcept = 0;

    /// Blocks the VM core until something arrives for it on the bridge, somebody calls for its attention (interrupt,
    /// abort), or `deadline`. May return early for no reason. What counts is `Bridge::wake_vm->notify()` since the last
    /// wait: bytes that nobody reads must not end every wait anew.
    virtual void wait_until(base::Micros deadline) noexcept = 0;

    /// Called while Python computes, about every 1,000 bytecodes at branches. Virtual time charges the work here and
    /// lets the hardware core run; a real machine does nothing.
    virtual void computing() noexcept = 0;

    virtual std::uint32_t random() noexcept = 0;

    virtual bridge::Bridge& bridge() noexcept = 0;
    virtual contract::Storage& storage() noexcept = 0;

protected:
    ~Inputs() = default;
};

} // namespace firmware::vm
