// SPDX-License-Identifier: Apache-2.0
#include "cli/sizes.hpp"

#include <array>
#include <cstdio>

namespace cli {

std::string size_text(double bytes) {
    static constexpr std::array units{" B", " kB", " MB", " GB"};
    std::size_t unit = 0;
    while (bytes >= 1000 && unit + 1 < units.size()) {
        bytes /= 1000;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f%s" : "%.1f%s", bytes, units.at(unit));
    return text.data();
}

} // namespace cli
