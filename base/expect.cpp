// SPDX-License-Identifier: Apache-2.0
#include "base/expect.hpp"

#include <cstdio>
#include <cstdlib>

namespace base {
namespace {

ExpectHandler installed_handler = nullptr;

} // namespace

void set_expect_handler(ExpectHandler handler) noexcept { installed_handler = handler; }

void expect_failed(const char* condition, const char* file, int line) noexcept {
    if (installed_handler != nullptr) installed_handler(condition, file, line);
#ifdef __unix__ // elsewhere the handler was to say it
    std::fprintf(stderr, "%s:%d: expected %s\n", file, line, condition);
#endif
    std::abort();
}

} // namespace base
