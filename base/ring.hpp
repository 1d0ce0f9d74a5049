// SPDX-License-Identifier: Apache-2.0
// The queue between two threads: bounded, lock-free, one writer and one reader.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace base {

/// First in, first out, at most `depth` elements. Exactly one thread may push and exactly one may pop; neither
/// ever waits. Each side keeps its own copy of the other's position, so that a busy queue does not bounce a
/// cache line for every element.
template <typename T, std::size_t depth>
class Ring {
    static_assert(depth > 0);

public:
    static constexpr std::size_t capacity() noexcept { return depth; }

    /// Writer only. False when full: the element is not queued, and the caller applies its policy.
    [[nodiscard]] bool push(const T& element) noexcept {
        const std::uint32_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_seen_ == depth) {
            head_seen_ = head_.load(std::memory_order_acquire);
            if (tail - head_seen_ == depth) return false;
        }
        slots_[tail % slot_count] = element;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }

    /// Reader only. False when empty; `element` is then unchanged.
    [[nodiscard]] bool pop(T& element) noexcept {
        const std::uint32_t head = head_.load(std::memory_order_relaxed);
        if (head == tail_seen_) {
            tail_seen_ = tail_.load(std::memory_order_acquire);
            if (head == tail_seen_) return false;
        }
        element = slots_[head % slot_count];
        head_.store(head + 1, std::memory_order_release);
        return true;
    }

    /// Either side; from the other side's point of view the answer may already be old.
    std::size_t size() const noexcept {
        return tail_.load(std::memory_order_acquire) - head_.load(std::memory_order_acquire);
    }
    bool empty() const noexcept { return size() == 0; }

private:
    // A power of two, so that positions may wrap around 2^32 without a jump.
    static constexpr std::size_t slots_for(std::size_t wanted) noexcept {
        std::size_t slots = 1;
        while (slots < wanted) slots *= 2;
        return slots;
    }
    static constexpr std::size_t slot_count = slots_for(depth);
    static constexpr std::size_t cache_line = 64;

    alignas(cache_line) std::atomic<std::uint32_t> head_{0};
    std::uint32_t tail_seen_ = 0;
    alignas(cache_line) std::atomic<std::uint32_t> tail_{0};
    std::uint32_t head_seen_ = 0;
    alignas(cache_line) std::array<T, slot_count> slots_{};
};

} // namespace base
