// SPDX-License-Identifier: Apache-2.0
// Bytes as text, for lines and headers that take nothing else.
#pragma once

#include <string>
#include <string_view>

namespace hub::workbench {

/// In base64's first alphabet ("+" and "/"), with padding.
std::string base64_of(std::string_view bytes);

} // namespace hub::workbench
