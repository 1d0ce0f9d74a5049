// SPDX-License-Identifier: Apache-2.0
// What the program that takes blocks on a board says and hears; see BlockLink.
#pragma once

#include <cstddef>
#include <string_view>

namespace hub::workbench {

inline constexpr char block_acknowledged = 6;
inline constexpr char block_damaged = 0x15;
inline constexpr char block_exception = 0x1A;

/// How many bytes it may wait for, deaf to Ctrl-C.
inline constexpr std::size_t deaf_bytes_max = 4096 + 128;

/// What ends it, when it waits for a header: one whose flags are zero.
inline constexpr std::string_view block_end{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0Z", 15};

} // namespace hub::workbench
