// SPDX-License-Identifier: Apache-2.0
// Python literals: what we write into source text for a board, and what a board prints with repr().
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace hub::workbench {

/// `text` as a str literal. Any bytes; what is not ASCII stays as it is, control characters are escaped.
std::string text_literal(std::string_view text);

/// `bytes` as a bytes literal in triple quotes with as few escapes as raw-paste mode allows: about 1.03 bytes for each
/// random one. Also free of what acts in plain raw mode (Ctrl-A to Ctrl-E).
std::string bytes_literal(std::string_view bytes);

struct ParsedText {
    std::string text;     ///< in UTF-8
    std::size_t size = 0; ///< how many bytes of the input the literal takes
};

/// Reads the str literal that `input` begins with, as repr() writes it. Nothing when there is none, or a broken one.
std::optional<ParsedText> parse_text_literal(std::string_view input);

/// `code` with each `$0` to `$9` replaced by that element of `literals`; a `$` before anything else stays.
std::string filled(std::string_view code, std::initializer_list<std::string_view> literals);

} // namespace hub::workbench
