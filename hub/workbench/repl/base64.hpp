// SPDX-License-Identifier: Apache-2.0
// Bytes as text, for lines and headers that take nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hub::workbench {

/// In base64's first alphabet ("+" and "/"), with padding.
std::string base64_of(std::string_view bytes);

/// The other way; the characters in `skipped` may stand anywhere in between. Nothing if it is not base64.
std::optional<std::string> from_base64(std::string_view text, const char* skipped = "");

} // namespace hub::workbench
