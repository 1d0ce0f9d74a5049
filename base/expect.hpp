// SPDX-License-Identifier: Apache-2.0
// What happens when the program itself is wrong: say where, then stop.
#pragma once

namespace base {

/// Called once for a broken expectation; never returns. On the host it prints to stderr and aborts. A
/// device replaces it with `set_expect_handler` to record the place and reset.
[[noreturn]] void expect_failed(const char* condition, const char* file, int line) noexcept;

using ExpectHandler = void (*)(const char* condition, const char* file, int line);

/// Installs what runs before the abort; it may reset the chip and so not return. Call it once, before any
/// thread starts. Null restores the default.
void set_expect_handler(ExpectHandler handler) noexcept;

} // namespace base

/// States what must hold for the code below it to make sense. For mistakes of ours only: input from outside is
/// checked and answered with a `base::Error`.
#define expect(condition)                                                                                              \
    (static_cast<bool>(condition) ? static_cast<void>(0) : base::expect_failed(#condition, __FILE__, __LINE__))
