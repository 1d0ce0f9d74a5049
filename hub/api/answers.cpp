// SPDX-License-Identifier: Apache-2.0
#include "hub/api/answers.hpp"

namespace hub::api {

namespace {

constexpr int depth_max = 8;

// Before parsing: copying and printing a deep tree costs stack for each level.
bool too_deep(std::string_view text) noexcept {
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_text) {
            if (c == '\\') ++i;
            if (c == '"') in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > depth_max) return true;
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    return false;
}

} // namespace

unsigned status_of(base::ErrorCode code) noexcept {
    using base::ErrorCode;
    switch (code) {
    case ErrorCode::invalid_argument:
    case ErrorCode::malformed: return 400;
    case ErrorCode::refused: return 403;
    case ErrorCode::not_found: return 404;
    case ErrorCode::invalid_state:
    case ErrorCode::already_exists:
    case ErrorCode::duplicate:
    case ErrorCode::busy: return 409;
    case ErrorCode::expired: return 410;
    case ErrorCode::too_large: return 413;
    case ErrorCode::rate_limited: return 429;
    case ErrorCode::io:
    case ErrorCode::internal: return 500;
    case ErrorCode::unsupported: return 501;
    case ErrorCode::disconnected: return 503;
    case ErrorCode::timeout: return 504;
    case ErrorCode::full: return 507;
    }
    return 500;
}

base::ErrorCode code_of(std::string_view word) noexcept {
    for (unsigned i = 0; i <= static_cast<unsigned>(base::ErrorCode::internal); ++i) {
        const auto code = static_cast<base::ErrorCode>(i);
        if (base::error_name(code) == word) return code;
    }
    return base::ErrorCode::internal;
}

std::string text_of(const core::Json& json) { return json.dump(-1, ' ', false, core::Json::error_handler_t::replace); }

Answer json_answer(const core::Json& json, unsigned status) {
    Answer answer;
    answer.status = status;
    answer.body = text_of(json);
    return answer;
}

Answer error_answer(const base::Error& error) {
    return error_answer(status_of(error.code), error.code, error.message, error.hint);
}

Answer error_answer(unsigned status, base::ErrorCode code, std::string_view message, std::string_view hint) {
    return json_answer({{"code", base::error_name(code)}, {"message", message}, {"hint", hint}}, status);
}

base::Result<core::Json> parse_body(std::string_view body) {
    if (too_deep(body)) return base::fail(base::ErrorCode::malformed, "The body is nested more than 8 levels deep");
    core::Json json = core::Json::parse(body, nullptr, false);
    if (json.is_discarded()) return base::fail(base::ErrorCode::malformed, "The body is not JSON (RFC 8259)");
    return json;
}

} // namespace hub::api
