// SPDX-License-Identifier: Apache-2.0
// A 64-bit number that one thread writes and any read, on chips whose atomics have 32 bits.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace base {

/// Exactly one thread may store; any thread may load, and gets a number that was stored, never halves of two. A store
/// never waits, and one that is cut short, because its thread ends there, has not happened. A load is repeated while
/// stores overtake it.
class SharedInt64 {
public:
    constexpr explicit SharedInt64(std::int64_t value = 0) noexcept
        : slots_{Slot{low_of(value), high_of(value)}, Slot{0, 0}} {}

    /// Writer only.
    void store(std::int64_t value) noexcept {
        const std::uint32_t next = stores_.load(std::memory_order_relaxed) + 1;
        // Who sees the new halves below also sees that the stores before them have ended.
        std::atomic_thread_fence(std::memory_order_release);
        Slot& slot = slots_[next % slots_.size()];
        slot.low.store(low_of(value), std::memory_order_relaxed);
        slot.high.store(high_of(value), std::memory_order_relaxed);
        stores_.store(next, std::memory_order_release);
    }

    std::int64_t load() const noexcept {
        while (true) {
            const std::uint32_t before = stores_.load(std::memory_order_acquire);
            const Slot& slot = slots_[before % slots_.size()];
            const std::uint32_t low = slot.low.load(std::memory_order_relaxed);
            const std::uint32_t high = slot.high.load(std::memory_order_relaxed);
            std::atomic_thread_fence(std::memory_order_acquire);
            // The slot is written again only after the other one was published.
            if (stores_.load(std::memory_order_relaxed) == before) {
                return static_cast<std::int64_t>((std::uint64_t{high} << 32U) | low);
            }
        }
    }

private:
    struct Slot {
        std::atomic<std::uint32_t> low;
        std::atomic<std::uint32_t> high;
    };

    static constexpr std::uint32_t low_of(std::int64_t value) noexcept { return static_cast<std::uint32_t>(value); }
    static constexpr std::uint32_t high_of(std::int64_t value) noexcept {
        return static_cast<std::uint32_t>(static_cast<std::uint64_t>(value) >> 32U);
    }

    std::atomic<std::uint32_t> stores_{0};
    std::array<Slot, 2> slots_;
};

} // namespace base
