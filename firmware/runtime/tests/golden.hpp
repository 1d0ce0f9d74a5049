// SPDX-License-Identifier: Apache-2.0
// Compares a picture with the one that somebody has looked at and found good.
#pragma once

#include "firmware/contract/display.hpp"

#include <gtest/gtest.h>

#include <span>
#include <string>

namespace firmware::runtime::test {

/// Whether `pixels` are those of `<folder>/<name>.png` (a path from the root of the checkout). If not, the picture and
/// one of the difference, red where they differ, are written to build/golden/. With OURO_GOLDEN=1 in the environment
/// the file is renewed instead: look at it before it is committed.
testing::AssertionResult is_golden(const std::string& folder, const std::string& name,
                                   std::span<const contract::Color> pixels, unsigned width);

} // namespace firmware::runtime::test
