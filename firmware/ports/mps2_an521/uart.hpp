// SPDX-License-Identifier: Apache-2.0
// A serial port: received by interrupt, so that nothing is lost while the hardware core is busy.
#pragma once

#include "base/clock.hpp"
#include "base/ring.hpp"
#include "firmware/contract/console.hpp"
#include "firmware/contract/signal.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::ports::mps2_an521 {

/// On the hardware core, and in its interrupts where it says so.
class Uart final : public contract::Console {
public:
    /// After `patience` without room to send, output is dropped until there is some; `never`: it waits.
    Uart(std::uintptr_t address, const base::Clock& clock, contract::Signal& wake, base::Micros patience) noexcept
        : address_(address),
          clock_(clock),
          wake_(wake),
          patience_(patience) {}

    void open() noexcept;

    /// In each turn of its loop the core sends so much at most: an emulator may need 10 us for a byte.
    static constexpr std::size_t bytes_per_turn = 256;
    void begin_turn() noexcept { left_in_turn_ = bytes_per_turn; }

    std::size_t read(std::span<std::uint8_t> into) noexcept override;
    std::size_t write(std::span<const std::uint8_t> bytes) noexcept override;

    /// When a write that found no room is to be tried again, to be dropped; `never` if none did. Room is announced by
    /// waking the core.
    base::Micros deadline() const noexcept {
        return stalled_since_ < 0 || patience_ == base::never ? base::never : stalled_since_ + patience_;
    }
    bool has_arrived() const noexcept { return !arrived_.empty(); }

    /// From the interrupts.
    void received() noexcept;
    void sent() noexcept;

    /// Sends whatever happens, and waits for it: the last words before a reset.
    static void shout(std::uintptr_t address, std::string_view text) noexcept;

private:
    volatile std::uint32_t& at(std::uintptr_t offset) const noexcept;

    std::uintptr_t address_;
    const base::Clock& clock_;
    contract::Signal& wake_;
    base::Micros patience_;
    base::Ring<std::uint8_t, 2048> arrived_; ///< interrupt → thread
    std::atomic<bool> holds_back_{false};    ///< a byte waits at the port, because `arrived_` was full
    std::size_t left_in_turn_ = bytes_per_turn;
    base::Micros stalled_since_ = -1; ///< below 0: it is not
};

} // namespace firmware::ports::mps2_an521
