// SPDX-License-Identifier: Apache-2.0
// Parts of JSON that somebody else has written: what is not there, or is something else, is empty.
#pragma once

#include "hub/core/model.hpp"

#include <string>

namespace hub::home {

std::string text_at(const core::Json& object, const char* key);
/// Valid as long as `object`.
const core::Json& object_at(const core::Json& object, const char* key);

} // namespace hub::home
