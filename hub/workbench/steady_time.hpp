// SPDX-License-Identifier: Apache-2.0
// The steady clock in the microseconds that what is without I/O counts in.
#pragma once

#include "base/clock.hpp"

#include <chrono>

namespace hub::workbench {

inline base::Micros steady_now() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// The same moment for a timer; not of `base::never`.
inline std::chrono::steady_clock::time_point steady_point(base::Micros moment) {
    return std::chrono::steady_clock::time_point(std::chrono::microseconds(moment));
}

} // namespace hub::workbench
