// SPDX-License-Identifier: Apache-2.0
// What time it is, as either core may learn it.
#pragma once

#include "base/shared_int64.hpp"

#include <atomic>
#include <cstdint>

namespace firmware::bridge {

/// Whoever set it last is believed. Neither side waits for the other, nor for one that ended in the middle.
class EpochOffset {
public:
    /// Either core.
    std::int64_t load() const noexcept {
        return (by_vm_.load(std::memory_order_acquire) ? from_vm_ : from_hardware_).load();
    }

    /// The hardware core: the hub, or a person in the menu, has said it.
    void store(std::int64_t offset_us) noexcept {
        from_hardware_.store(offset_us);
        by_vm_.store(false, std::memory_order_release);
    }
    EpochOffset& operator=(std::int64_t offset_us) noexcept {
        store(offset_us);
        return *this;
    }

    /// The VM core: Python has set its clock.
    void store_from_vm(std::int64_t offset_us) noexcept {
        from_vm_.store(offset_us);
        by_vm_.store(true, std::memory_order_release);
    }

private:
    base::SharedInt64 from_hardware_{0};
    base::SharedInt64 from_vm_{0};
    std::atomic<bool> by_vm_{false};
};

} // namespace firmware::bridge
