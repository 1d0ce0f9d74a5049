// SPDX-License-Identifier: Apache-2.0
#include "hub/core/values.hpp"

#include "hub/core/declaration.hpp"
#include "hub/core/safe_json.hpp"

#include <cmath>
#include <initializer_list>

namespace hub::core {
namespace {

base::Result<Json> refuse(const Entity& entity, std::string_view expected) {
    return base::fail(base::ErrorCode::invalid_argument,
                      entity.id + ": a " + std::string(kind_name(entity.kind)) + " takes " + std::string(expected));
}

base::Result<Json> one_of(const Entity& entity, const Json& value, std::initializer_list<std::string_view> words) {
    std::string expected;
    for (const std::string_view word : words) {
        if (value.is_string() && value.get_ref<const std::string&>() == word) return value;
        expected += expected.empty() ? std::string(word) : ", " + std::string(word);
    }
    return refuse(entity, expected);
}

base::Result<Json> flag(const Entity& entity, const Json& value) {
    return value.is_boolean() ? base::Result<Json>(value) : refuse(entity, "true or false");
}

base::Result<Json> ranged_number(const Entity& entity, const Json& value) {
    const double low = number_option(entity, "min", 1);
    const double high = number_option(entity, "max", 100);
    if (!value.is_number() || !(value.get<double>() >= low && value.get<double>() <= high)) {
        return refuse(entity, "a number from " + Json(low).dump() + " to " + Json(high).dump());
    }
    return value;
}

base::Result<Json> choice(const Entity& entity, const Json& value) {
    if (value.is_string() && lists(entity, "options", value.get_ref<const std::string&>())) return value;
    return refuse(entity, "one of its options");
}

base::Result<Json> ranged_text(const Entity& entity, const Json& value) {
    if (value.is_string()) {
        const auto& text = value.get_ref<const std::string&>();
        const auto length = static_cast<double>(character_count(text));
        if (text.size() <= text_size_max && is_utf8(text) && length >= number_option(entity, "min", 0) &&
            length <= number_option(entity, "max", 255)) {
            return value;
        }
    }
    return refuse(entity, "a text of its length, at most 255 bytes");
}

base::Result<Json> reading(const Entity& entity, const Json& value) {
    if (value.is_number() && std::isfinite(value.get<double>())) return value;
    if (is_numeric(entity)) return refuse(entity, "a number");
    if (!value.is_string() || value.get_ref<const std::string&>().size() > text_size_max) {
        return refuse(entity, "a number or a text of at most 255 bytes");
    }
    return value;
}

} // namespace

base::Result<Json> check_state(const Entity& entity, const Json& value) {
    if (!has_state(entity.kind)) return refuse(entity, "no value");
    if (value.is_null()) return value;
    switch (entity.kind) {
    case Kind::binary_sensor:
    case Kind::switch_:
    case Kind::light: return flag(entity, value);
    case Kind::lock: return one_of(entity, value, {"LOCKED", "UNLOCKED", "LOCKING", "UNLOCKING", "JAMMED"});
    case Kind::cover: return one_of(entity, value, {"open", "opening", "closed", "closing", "stopped"});
    case Kind::number: return ranged_number(entity, value);
    case Kind::select: return choice(entity, value);
    case Kind::text: return ranged_text(entity, value);
    case Kind::sensor: return reading(entity, value);
    case Kind::button:
    case Kind::event: break;
    }
    return refuse(entity, "no value");
}

base::Result<Json> check_command(const Entity& entity, const Json& value) {
    switch (entity.kind) {
    case Kind::switch_:
    case Kind::light: return flag(entity, value);
    case Kind::lock: return one_of(entity, value, {"LOCK", "UNLOCK"});
    case Kind::button: return one_of(entity, value, {"PRESS"});
    case Kind::cover: return one_of(entity, value, {"OPEN", "CLOSE", "STOP"});
    case Kind::number: return ranged_number(entity, value);
    case Kind::select: return choice(entity, value);
    case Kind::text: return ranged_text(entity, value);
    case Kind::sensor:
    case Kind::binary_sensor:
    case Kind::event: break;
    }
    return refuse(entity, "no commands");
}

} // namespace hub::core
