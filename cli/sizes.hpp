// SPDX-License-Identifier: Apache-2.0
// Sizes as people read them.
#pragma once

#include <string>

namespace cli {

/// "4.1 kB".
std::string size_text(double bytes);

} // namespace cli
