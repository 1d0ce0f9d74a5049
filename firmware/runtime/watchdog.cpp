// SPDX-License-Identifier: Apache-2.0
// The clock of the watchdog runs only while a VM that should move stands still.
#include "firmware/runtime/watchdog.hpp"

namespace firmware::runtime {

Watchdog::Verdict Watchdog::step(std::uint32_t heartbeat, bool runs_app, bool waits, base::Micros now) noexcept {
    next_look_ = runs_app ? now + look_every : base::never;
    const bool watched = runs_app && !waits;
    if (!watched || !armed_ || heartbeat != last_) {
        armed_ = watched;
        strikes_ = 0;
        last_ = heartbeat;
        still_since_ = now;
        return Verdict::fine;
    }
    if (now - still_since_ < patience || strikes_ == 2) return Verdict::fine;
    still_since_ = now;
    return ++strikes_ == 1 ? Verdict::stuck : Verdict::lost;
}

} // namespace firmware::runtime
