// SPDX-License-Identifier: Apache-2.0
// Reads JSON from people and machines that may wish us ill.
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

#include <cstddef>
#include <string_view>

namespace hub::core {

/// Nesting beyond this is refused before anything is parsed, the outermost value included.
inline constexpr int json_depth_max = 6;

/// Parses one JSON text of at most `size_max` bytes; never throws. Numbers are finite and texts valid UTF-8.
/// Errors: `too_large` (size or nesting), `malformed`.
base::Result<Json> parse_json(std::string_view text, std::size_t size_max);

/// Whether `text` is valid UTF-8 without surrogates or overlong forms.
bool is_utf8(std::string_view text) noexcept;

/// `text` with every byte that is not UTF-8, and every control character but tab and line feed, replaced by `?`,
/// cut to `size_max` bytes at a character's edge: fit for a log line.
std::string printable(std::string_view text, std::size_t size_max);

/// How many characters (code points) a valid UTF-8 text has.
std::size_t character_count(std::string_view text) noexcept;

} // namespace hub::core
