// SPDX-License-Identifier: Apache-2.0
// What a port supplies for its console: the serial port with which a person and the hub speak to the board.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace firmware::contract {

/// Bytes in and out, never waiting. All calls on the hardware core.
class Console {
public:
    /// Takes what has arrived, up to `into.size()` bytes; 0 when there is nothing.
    virtual std::size_t read(std::span<std::uint8_t> into) noexcept = 0;

    /// Hands over as much as fits now and returns how much that was. The port drops, rather than keeps, what nobody
    /// reads: a board without a listener must not stop.
    virtual std::size_t write(std::span<const std::uint8_t> bytes) noexcept = 0;

protected:
    ~Console() = default;
};

} // namespace firmware::contract
