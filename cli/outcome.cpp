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
    case ErrorCode::expired:
    case ErrorCode::duplicate:
    case ErrorCode::rate_limited:
    case ErrorCode::refused:
    case ErrorCode::busy: return exit_refused;
    case ErrorCode::invalid_state:
    case ErrorCode::already_exists:
    case ErrorCode::too_large:
    case ErrorCode::malformed:
    case ErrorCode::timeout:
    case ErrorCode::full:
    case ErrorCode::disconnected:
    case ErrorCode::io:
    case ErrorCode::unsupported:
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
