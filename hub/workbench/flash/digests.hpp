// SPDX-License-Identifier: Apache-2.0
// The digests that bootloaders and images use, and their compression.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace hub::workbench::flash {

std::array<std::uint8_t, 16> md5_of(std::span<const std::uint8_t> bytes);
std::array<std::uint8_t, 32> sha256_of(std::span<const std::uint8_t> bytes);

/// One zlib stream, from 64 KiB on as small as can be: a megabyte takes a third of a second.
std::vector<std::uint8_t> deflated(std::span<const std::uint8_t> bytes);

} // namespace hub::workbench::flash
