// SPDX-License-Identifier: Apache-2.0
#include "firmware/ports/mps2_an521/uart.hpp"

#include "firmware/ports/mps2_an521/cpu.hpp"

#include <algorithm>

namespace firmware::ports::mps2_an521 {
namespace {

constexpr std::uint32_t baud = 115'200;
constexpr std::uint32_t always = uart::tx_enable | uart::rx_enable;

} // namespace

volatile std::uint32_t& Uart::at(std::uintptr_t offset) const noexcept { return reg(address_ + offset); }

void Uart::open() noexcept {
    at(uart::divider) = clock_hz / baud;
    at(uart::control) = always | uart::rx_interrupt;
}

std::size_t Uart::read(std::span<std::uint8_t> into) noexcept {
    std::size_t size = 0;
    while (size < into.size() && arrived_.pop(into[size])) ++size;
    if (size > 0 && holds_back_.load(std::memory_order_relaxed)) {
        const InterruptsHeld held;
        received();
    }
    return size;
}

std::size_t Uart::write(std::span<const std::uint8_t> bytes) noexcept {
    std::size_t size = 0;
    const std::size_t most = std::min(bytes.size(), left_in_turn_);
    for (; size < most && (at(uart::state) & uart::tx_full) == 0; ++size) at(uart::data) = bytes[size];
    left_in_turn_ -= size;
    if (size > 0 || bytes.empty()) {
        stalled_since_ = -1;
        return size;
    }
    if (left_in_turn_ == 0) {
        wake_.notify(); // for the next turn
        return 0;
    }
    const base::Micros now = clock_.now();
    if (stalled_since_ < 0) stalled_since_ = now;
    if (now - stalled_since_ >= patience_) return bytes.size();
    const InterruptsHeld held;
    at(uart::control) = at(uart::control) | uart::tx_interrupt;
    if ((at(uart::state) & uart::tx_full) == 0) wake_.notify(); // meanwhile, and before it was to tell
    return 0;
}

void Uart::received() noexcept {
    at(uart::interrupts) = 2; // before looking: a byte that comes meanwhile asks again
    bool full = false;
    while ((at(uart::state) & uart::rx_full) != 0) {
        full = arrived_.size() == arrived_.capacity();
        if (full) break; // what waits is taken when there is room; until then the port holds back its other end
        [[maybe_unused]] const bool pushed = arrived_.push(static_cast<std::uint8_t>(at(uart::data)));
    }
    holds_back_.store(full, std::memory_order_relaxed);
    wake_.notify();
}

void Uart::sent() noexcept {
    at(uart::control) = at(uart::control) & ~uart::tx_interrupt;
    at(uart::interrupts) = 1;
    wake_.notify();
}

void Uart::shout(std::uintptr_t address, std::string_view text) noexcept {
    constexpr unsigned tries = 1'000'000;
    for (const char letter : text) {
        for (unsigned i = 0; i < tries && (reg(address + uart::state) & uart::tx_full) != 0; ++i) {
        }
        reg(address + uart::data) = static_cast<std::uint8_t>(letter);
    }
}

} // namespace firmware::ports::mps2_an521
