// SPDX-License-Identifier: Apache-2.0
// A board of two relays and a lamp, and pins that remember.
#pragma once

#include "firmware/boards/profile.hpp"
#include "firmware/contract/gpio.hpp"

#include <array>
#include <vector>

namespace firmware::runtime::test {

inline constexpr boards::Input inputs[] = {{"call", 4, contract::Pull::up, false, 0}};
inline constexpr boards::Output outputs[] = {
    {"door", 13, false, 1000, 200, 0}, // cut after 1 s, then off for 0.2 s
    {"line", 12, true, 0, 0, 1},       // on at level 0
    {"lamp", 2, false, 0, 0, 1},       // never on together with the line
};
inline constexpr boards::Profile profile{"test", "Test board", 0, 0, 0, 0, 0, inputs, outputs, {}, 0};

class FakeGpio final : public contract::Gpio {
public:
    base::Result<> configure(contract::Pin pin, contract::PinMode, contract::Pull, bool level) noexcept override {
        levels[pin] = level;
        configured.push_back(pin);
        return {};
    }
    void write(contract::Pin pin, bool level) noexcept override { levels[pin] = level; }
    bool read(contract::Pin pin) const noexcept override { return levels[pin]; }
    void listen(contract::PinListener* heard) noexcept override { listener = heard; }

    std::array<bool, contract::pin_count> levels{};
    std::vector<contract::Pin> configured;
    contract::PinListener* listener = nullptr;
};

} // namespace firmware::runtime::test
