// SPDX-License-Identifier: Apache-2.0
// Notices a VM that no longer makes progress.
#pragma once

#include "base/clock.hpp"

#include <cstdint>

namespace firmware::runtime {

/// Compares readings of the VM's heartbeat. A VM that waits on purpose, or runs no app, is never stuck.
class Watchdog {
public:
    static constexpr base::Micros patience = base::from_ms(5000);
    static constexpr base::Micros look_every = base::from_ms(1000);

    enum class Verdict : std::uint8_t {
        fine,
        stuck, ///< has been still for `patience`: abort it
        lost,  ///< still stuck `patience` after the abort; said once
    };

    /// `runs_app`: the VM runs an app; `waits`: it waits on purpose.
    Verdict step(std::uint32_t heartbeat, bool runs_app, bool waits, base::Micros now) noexcept;

    /// The next look; a VM is found stuck between `patience` and `look_every` more.
    base::Micros deadline() const noexcept { return next_look_; }

private:
    std::uint32_t last_ = 0;
    bool armed_ = false;
    unsigned strikes_ = 0;
    base::Micros next_look_ = base::never;
    base::Micros still_since_ = 0;
};

} // namespace firmware::runtime
