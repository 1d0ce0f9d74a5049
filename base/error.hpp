// SPDX-License-Identifier: Apache-2.0
// What an expected failure says: a stable code, what happened, and what to try.
#pragma once

#include "base/fixed_string.hpp"

#include <cstdint>
#include <string_view>

namespace base {

/// The kinds of failure a caller can tell apart. `error_name` gives the stable word that the CLI, HTTP and Python show.
enum class ErrorCode : std::uint8_t {
    invalid_argument, ///< the caller's input breaks a stated rule
    invalid_state,    ///< right call, wrong moment
    not_found,        ///< no such board, entity, file, pin
    already_exists,   ///< would overwrite what is there
    too_large,        ///< beyond a stated maximum
    malformed,        ///< bytes that are not what they claim to be
    timeout,          ///< no answer in the stated time
    expired,          ///< a command older than its time to live
    duplicate,        ///< a command that was already executed
    rate_limited,     ///< more often than declared
    refused,          ///< not allowed: role, guard, retained flag
    busy,             ///< somebody else holds it
    full,             ///< a bounded queue, disk or heap has no room
    disconnected,     ///< the other side is gone
    io,               ///< the operating system or the hardware said no
    unsupported,      ///< this board, broker or version can't
    internal,         ///< ours: please report
};

/// The stable lower-case word of a code, e.g. `not_found`.
std::string_view error_name(ErrorCode code) noexcept;

/// A failure to hand to the caller. `message` says what happened, and to what; `hint` what to try (may be empty).
struct Error {
    ErrorCode code = ErrorCode::internal;
    FixedString<192> message;
    FixedString<192> hint;
};

} // namespace base
