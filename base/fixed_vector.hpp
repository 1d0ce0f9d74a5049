// SPDX-License-Identifier: Apache-2.0
// A list with a stated maximum, stored in place.
#pragma once

#include "base/expect.hpp"

#include <array>
#include <cstddef>

namespace base {

/// Up to `size_max` elements in insertion order, stored in place. Never allocates. Elements need a default
/// constructor; removed ones are reset to it. Not thread-safe.
template <typename T, std::size_t size_max>
class FixedVector {
public:
    static constexpr std::size_t capacity() noexcept { return size_max; }
    constexpr std::size_t size() const noexcept { return size_; }
    constexpr bool empty() const noexcept { return size_ == 0; }
    constexpr bool full() const noexcept { return size_ == size_max; }

    /// Returns false, and changes nothing, when the list is full.
    [[nodiscard]] constexpr bool push_back(const T& element) noexcept {
        if (full()) return false;
        elements_[size_++] = element;
        return true;
    }

    /// Removes the element at `index` (below `size()`) and keeps the order of the others.
    constexpr void erase(std::size_t index) noexcept {
        expect(index < size_);
        for (std::size_t i = index + 1; i < size_; ++i) elements_[i - 1] = elements_[i];
        elements_[--size_] = T{};
    }

    constexpr void clear() noexcept {
        while (size_ > 0) elements_[--size_] = T{};
    }

    constexpr T& operator[](std::size_t index) noexcept {
        expect(index < size_);
        return elements_[index];
    }
    constexpr const T& operator[](std::size_t index) const noexcept {
        expect(index < size_);
        return elements_[index];
    }
    constexpr T& back() noexcept { return (*this)[size_ - 1]; }

    constexpr T* begin() noexcept { return elements_.data(); }
    constexpr T* end() noexcept { return elements_.data() + size_; }
    constexpr const T* begin() const noexcept { return elements_.data(); }
    constexpr const T* end() const noexcept { return elements_.data() + size_; }

private:
    std::array<T, size_max> elements_{};
    std::size_t size_ = 0;
};

} // namespace base
