// SPDX-License-Identifier: Apache-2.0
// All that flashing does outward: bytes, a rate, two lines, and time. A test's line has its own clock.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "hub/workbench/port.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace hub::workbench::flash {

/// One thread, which may wait: not that of the hub's core. Errors that end a flashing: `disconnected` when the board is
/// gone, `invalid_state` when somebody stopped it.
class Line {
public:
    virtual base::Micros now() = 0;

    /// All of it goes out, in order; returns before it has. Errors: `disconnected`, `invalid_state`.
    virtual base::Result<> write(std::span<const std::uint8_t> bytes) = 0;

    /// What has come, at least a byte; waits for it until `deadline`, and returns nothing when that has come. Errors:
    /// `disconnected`, `invalid_state`.
    virtual base::Result<std::vector<std::uint8_t>> read(base::Micros deadline) = 0;

    /// Errors: `unsupported`, `io`, `disconnected`.
    virtual base::Result<> set_baud(unsigned baud) = 0;

    /// DTR, then RTS. Errors: `unsupported` where there are no lines, `io`, `disconnected`.
    virtual base::Result<> set_lines(ControlLines lines) = 0;

protected:
    ~Line() = default;
};

/// Whether an error ends all that was to be done with this line.
inline bool is_final(const base::Error& error) noexcept {
    return error.code == base::ErrorCode::disconnected || error.code == base::ErrorCode::invalid_state;
}

} // namespace hub::workbench::flash
