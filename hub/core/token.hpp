// SPDX-License-Identifier: Apache-2.0
// What nobody can guess.
#pragma once

#include <string>

namespace hub::core {

/// 32 random bytes in base64url without padding: 43 characters.
std::string make_token();

} // namespace hub::core
