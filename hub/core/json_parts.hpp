// SPDX-License-Identifier: Apache-2.0
// Parts of JSON that somebody else has written: what is not there, or is something else, is empty.
#pragma once

#include "hub/core/model.hpp"

#include <string>

namespace hub::core {

/// `object` may be anything: what is no object has no parts.
std::string text_at(const Json& object, const char* key);
/// 0 for what is no number.
double number_at(const Json& object, const char* key);
/// Valid as long as `object`.
const Json& object_at(const Json& object, const char* key);

} // namespace hub::core
