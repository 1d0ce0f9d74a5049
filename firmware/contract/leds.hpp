// SPDX-License-Identifier: Apache-2.0
// What a port supplies for a chain of coloured LEDs.
#pragma once

#include <cstdint>
#include <span>

namespace firmware::contract {

struct Rgb {
    std::uint8_t r = 0;
    std::uint8_t g = 0;
    std::uint8_t b = 0;
    friend bool operator==(const Rgb&, const Rgb&) = default;
};

class Leds {
public:
    /// Sets all LEDs of the chain, the first one first. On the hardware core; neither blocks nor allocates.
    virtual void show(std::span<const Rgb> colors) noexcept = 0;

protected:
    ~Leds() = default;
};

} // namespace firmware::contract
