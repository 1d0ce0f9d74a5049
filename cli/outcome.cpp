// SPDX-License-Identifier: Apache-2.0
#include "cli/outcome.hpp"

#include "cli/terminal.hpp"

#include <cstdio>

namespace cli {

namespace {

ExitCode exit_of(base::ErrorCode code) noexcept {
    using base::ErrorCode;
    switch (code) {
    case ErrorCode::invalid_argument: return exit_usage;
    case ErrorCode::not_found: return exit_not_found;
    case ErrorCode::expired: return exit_refused;
    case ErrorCode::duplicate: return exit_refused;
    case ErrorCode::rate_limited: return exit_refused;
    case ErrorCode::refused: return exit_refused;
    case ErrorCode::busy: return exit_refused;
    case ErrorCode::invalid_state: return exit_failed;
    case ErrorCode::already_exists: return exit_failed;
    case ErrorCode::too_large: return exit_failed;
    case ErrorCode::malformed: return exit_failed;
    case ErrorCode::timeout: return exit_failed;
    case ErrorCode::full: return exit_failed;
    case ErrorCode::disconnected: return exit_failed;
    case ErrorCode::io: return exit_failed;
    case ErrorCode::unsupported: return exit_failed;
    case ErrorCode::internal: return exit_failed;
    }
    return exit_failed;
}

} // namespace

ExitCode exit_of(std::string_view error_word) noexcept {
    for (unsigned i = 0; i <= static_cast<unsigned>(base::ErrorCode::internal); ++i) {
        const auto code = static_cast<base::ErrorCode>(i);
        if (base::error_name(code) == error_word) return exit_of(code);
    }
    return exit_failed;
}

Failure failure_of(const base::Error& error) {
    return {exit_of(error.code), std::string(error.message.view()), std::string(error.hint.view())};
}

int report(const Failure& failure) {
    std::fprintf(stderr, "%s\n", printable(failure.message).c_str());
    if (!failure.hint.empty()) std::fprintf(stderr, "What to try: %s\n", printable(failure.hint).c_str());
    return failure.exit;
}

} // namespace cli
