// SPDX-License-Identifier: Apache-2.0
// Finds words on a screen, so that a test can ask what a person would read.
#pragma once

#include "firmware/contract/display.hpp"

#include <span>
#include <string_view>

namespace firmware::ports::sim {

/// Whether `words` stand anywhere on the picture in the board's font, at any of its sizes, in one colour on others.
bool shows_text(std::span<const contract::Color> pixels, int width, std::string_view words);

} // namespace firmware::ports::sim
