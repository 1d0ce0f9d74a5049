// SPDX-License-Identifier: Apache-2.0
// Pins without a chip: outputs hold a level, inputs are driven from outside, pulls decide where nobody does.
#pragma once

#include "base/clock.hpp"
#include "firmware/contract/gpio.hpp"

#include <array>
#include <optional>

namespace firmware::ports {

/// Sees every level change of every pin, inputs and outputs alike, at the moment it happens.
class LevelObserver {
public:
    virtual void level_changed(contract::Pin pin, bool level, base::Micros at) noexcept = 0;

protected:
    ~LevelObserver() = default;
};

/// All calls on the hardware core.
class SimulatedGpio final : public contract::Gpio {
public:
    explicit SimulatedGpio(const base::Clock& clock) noexcept : clock_(clock) {}

    base::Result<> configure(contract::Pin pin, contract::PinMode mode, contract::Pull pull,
                             bool level) noexcept override;
    void write(contract::Pin pin, bool level) noexcept override;
    bool read(contract::Pin pin) const noexcept override;
    void listen(contract::PinListener* listener) noexcept override { listener_ = listener; }

    /// One observer; null takes it away.
    void observe(LevelObserver* observer) noexcept { observer_ = observer; }

    /// The outside world drives the pin, or lets go of it with nullopt. An output that drives itself wins.
    void drive(contract::Pin pin, std::optional<bool> level) noexcept;

private:
    struct State {
        contract::PinMode mode = contract::PinMode::input;
        contract::Pull pull = contract::Pull::none;
        bool output = false;
        std::optional<bool> driven;
        bool seen = false; ///< the level that was last reported
    };

    static bool level_of(const State& pin) noexcept;
    void report(contract::Pin pin) noexcept;

    const base::Clock& clock_;
    contract::PinListener* listener_ = nullptr;
    LevelObserver* observer_ = nullptr;
    std::array<State, contract::pin_count> pins_{};
};

} // namespace firmware::ports
