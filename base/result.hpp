// SPDX-License-Identifier: Apache-2.0
// The return type of everything that may fail for a reason outside the program.
#pragma once

#include "base/error.hpp"

#include <tl/expected.hpp>

#include <string_view>

namespace base {

/// Either a `T` or an `Error`. Never ignore one: the compiler warns.
template <typename T = void>
using Result = tl::expected<T, Error>;

/// Makes the failure side of any `Result`.
inline tl::unexpected<Error> fail(ErrorCode code, std::string_view message, std::string_view hint = {}) noexcept {
    return tl::unexpected<Error>(Error{code, message, hint});
}

} // namespace base
