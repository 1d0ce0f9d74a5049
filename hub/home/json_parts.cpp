// SPDX-License-Identifier: Apache-2.0
#include "hub/home/json_parts.hpp"

namespace hub::home {

using core::Json;

std::string text_at(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& object_at(const Json& object, const char* key) {
    static const Json empty = Json::object();
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_object() ? *found : empty;
}

} // namespace hub::home
