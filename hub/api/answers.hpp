// SPDX-License-Identifier: Apache-2.0
// How results and failures become HTTP answers.
#pragma once

#include "base/result.hpp"
#include "hub/api/request.hpp"
#include "hub/core/model.hpp"

namespace hub::api {

/// The HTTP status of a failure: the only place that knows.
unsigned status_of(base::ErrorCode code) noexcept;

/// The code of a stable word such as `not_found`; `internal` for a word that is none.
base::ErrorCode code_of(std::string_view word) noexcept;

/// The JSON text of a value. Bytes that are not UTF-8 become U+FFFD.
std::string text_of(const core::Json& json);

Answer json_answer(const core::Json& json, unsigned status = 200);
Answer error_answer(const base::Error& error);
/// For what HTTP tells apart and `base::ErrorCode` does not: 401, 405, 408, 415, 421, 431.
Answer error_answer(unsigned status, base::ErrorCode code, std::string_view message, std::string_view hint);

/// Parses a body as JSON nested at most 8 deep. Error: `malformed`.
base::Result<core::Json> parse_body(std::string_view body);

} // namespace hub::api
