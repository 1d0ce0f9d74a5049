// SPDX-License-Identifier: Apache-2.0
// The end of boot, and the end of all: what the C++ library and broken expectations lead to.
#pragma once

namespace firmware::ports::mps2_an521 {

/// From now on `new` is a mistake of ours and resets the board. There is no `malloc` in the image at all.
void boot_complete() noexcept;

/// For `base::set_expect_handler`: says on the console what was expected, and resets. Any CPU.
[[noreturn]] void last_words(const char* condition, const char* file, int line) noexcept;

} // namespace firmware::ports::mps2_an521
