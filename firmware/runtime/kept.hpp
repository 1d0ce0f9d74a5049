// SPDX-License-Identifier: Apache-2.0
// The newest few of something: when there is no room the oldest goes.
#pragma once

#include "base/expect.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace firmware::runtime {

/// First in, first out, at most `size_max` elements, stored in place. Adding to a full one drops the oldest and
/// counts it. Not thread-safe.
template <typename T, std::size_t size_max>
class Kept {
public:
    bool empty() const noexcept { return size_ == 0; }
    std::size_t size() const noexcept { return size_; }
    std::uint32_t dropped() const noexcept { return dropped_; }

    /// Room for a new element at the end, to be filled by the caller; its old content is undefined.
    T& add() noexcept {
        if (size_ == size_max) {
            pop();
            ++dropped_;
        }
        return elements_[(first_ + size_++) % size_max];
    }

    T& front() noexcept {
        expect(size_ > 0);
        return elements_[first_];
    }

    void pop() noexcept {
        expect(size_ > 0);
        first_ = (first_ + 1) % size_max;
        --size_;
    }

private:
    std::array<T, size_max> elements_{};
    std::size_t first_ = 0;
    std::size_t size_ = 0;
    std::uint32_t dropped_ = 0;
};

} // namespace firmware::runtime
