// SPDX-License-Identifier: Apache-2.0
#include "hub/core/json_parts.hpp"

namespace hub::core {

std::string text_at(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number_at(const Json& object, const char* key) {
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

const Json& object_at(const Json& object, const char* key) {
    static const Json empty = Json::object();
    const auto found = object.is_object() ? object.find(key) : object.end();
    return found != object.end() && found->is_object() ? *found : empty;
}

} // namespace hub::core
