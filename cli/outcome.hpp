// SPDX-License-Identifier: Apache-2.0
// How a command ends: its exit code, and what it says when it fails.
#pragma once

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <string>
#include <string_view>

namespace cli {

/// The exit codes that `ouro --help` documents; scripts rely on them.
enum ExitCode : int {
    exit_ok = 0,
    exit_failed = 1,
    exit_usage = 2,
    exit_no_hub = 3,
    exit_not_found = 4,
    exit_refused = 5,
};

struct Failure {
    ExitCode exit = exit_failed;
    std::string message; ///< what happened, and to what
    std::string hint;    ///< what to try; may be empty
};

template <typename T = void>
using Outcome = tl::expected<T, Failure>;

inline tl::unexpected<Failure> fail(ExitCode exit, std::string message, std::string hint = {}) {
    return tl::unexpected<Failure>(Failure{exit, std::move(message), std::move(hint)});
}

/// The exit code for a stable error word such as "busy", as the hub and the boards say it; `exit_failed` for other
/// words.
ExitCode exit_of(std::string_view error_word) noexcept;

/// An error of ours or of the hub's code.
Failure failure_of(const base::Error& error);

/// Prints both parts to stderr, made safe for the terminal, and returns the exit code.
int report(const Failure& failure);

} // namespace cli
