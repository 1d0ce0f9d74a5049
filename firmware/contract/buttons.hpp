// SPDX-License-Identifier: Apache-2.0
// The nine buttons of a badge, as bits. The only table of them: C++, Python and the documents go by it.
#pragma once

#include <cstdint>

namespace firmware::contract {

/// Any number of buttons at once.
using ButtonMask = std::uint16_t;

namespace button {

inline constexpr ButtonMask a = 0x001;
inline constexpr ButtonMask b = 0x002;
inline constexpr ButtonMask up = 0x004;
inline constexpr ButtonMask down = 0x008;
inline constexpr ButtonMask left = 0x010;
inline constexpr ButtonMask right = 0x020;
inline constexpr ButtonMask select = 0x040;
inline constexpr ButtonMask start = 0x080;
inline constexpr ButtonMask stick = 0x100;
inline constexpr ButtonMask all = 0x1FF;

} // namespace button

} // namespace firmware::contract
