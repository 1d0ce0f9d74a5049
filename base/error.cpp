// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

namespace base {

std::string_view error_name(ErrorCode code) noexcept {
    switch (code) {
    case ErrorCode::invalid_argument: return "invalid_argument";
    case ErrorCode::invalid_state: return "invalid_state";
    case ErrorCode::not_found: return "not_found";
    case ErrorCode::already_exists: return "already_exists";
    case ErrorCode::too_large: return "too_large";
    case ErrorCode::malformed: return "malformed";
    case ErrorCode::timeout: return "timeout";
    case ErrorCode::expired: return "expired";
    case ErrorCode::duplicate: return "duplicate";
    case ErrorCode::rate_limited: return "rate_limited";
    case ErrorCode::refused: return "refused";
    case ErrorCode::busy: return "busy";
    case ErrorCode::full: return "full";
    case ErrorCode::disconnected: return "disconnected";
    case ErrorCode::io: return "io";
    case ErrorCode::unsupported: return "unsupported";
    case ErrorCode::internal: return "internal";
    }
    return "internal";
}

} // namespace base
