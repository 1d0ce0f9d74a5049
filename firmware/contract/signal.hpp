// SPDX-License-Identifier: Apache-2.0
// What a port supplies to wake a core that waits.
#pragma once

namespace firmware::contract {

/// Wakes one core. `notify` may be called from any thread, never blocks, and is never lost: one that comes just
/// before the other side waits ends that wait at once.
class Signal {
public:
    virtual void notify() noexcept = 0;

protected:
    ~Signal() = default;
};

} // namespace firmware::contract
