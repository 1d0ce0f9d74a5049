// SPDX-License-Identifier: Apache-2.0
#include "hub/core/datapoints.hpp"

#include "hub/core/declaration.hpp"
#include "hub/core/safe_json.hpp"
#include "hub/core/values.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

namespace hub::core {
namespace {

using protocol::tuya::Datapoint;
using protocol::tuya::DatapointType;

constexpr double scale_min = 1e-6;
constexpr double scale_max = 1e6;

const Json* member(const Json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() ? nullptr : &*found;
}

constexpr double below_max = 4294967296; // no datapoint is larger

bool is_scale(const Json& scale) {
    if (!scale.is_number()) return false;
    const double size = std::abs(scale.get<double>());
    return size >= scale_min && size <= scale_max;
}

bool is_bound(const Json& below) { return below.is_number() && std::abs(below.get<double>()) <= below_max; }

bool are_values(const Json& values) {
    if (!values.is_object() || values.empty() || values.size() > choices_max) return false;
    return std::all_of(values.items().begin(), values.items().end(), [](const auto& item) {
        return item.key().size() <= choice_size_max && !item.value().is_structured();
    });
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += digits[byte >> 4U];
        text += digits[byte & 0xFU];
    }
    return text;
}

/// As it is, without a mapping.
Json plain(const Datapoint& datapoint) {
    switch (datapoint.type) {
    case DatapointType::raw: return hex_of(datapoint.bytes);
    case DatapointType::boolean: return datapoint.number().value_or(0) != 0;
    case DatapointType::string: return printable(datapoint.text(), text_size_max);
    case DatapointType::value:
    case DatapointType::enumeration:
    case DatapointType::bitmap: return datapoint.number().value_or(0);
    }
    return nullptr;
}

/// Decimal places of a scale: 1 of 0.1, 0 of 10.
int digits_of(double scale) {
    constexpr int digits_max = 9;
    int digits = 0;
    double power = 1;
    while (digits < digits_max && std::abs(scale * power - std::round(scale * power)) > 1e-9 * power) {
        power *= 10;
        ++digits;
    }
    return digits;
}

Json scaled(std::int64_t number, double scale) {
    const double power = std::pow(10, digits_of(scale));
    const double result = std::round(static_cast<double>(number) * scale * power) / power;
    if (power == 1) return static_cast<std::int64_t>(result); // 32 bits times a million: far from its bounds
    return result;
}

} // namespace

bool is_datapoint_option(const Json& option) {
    if (!option.is_object()) return false;
    const Json* id = member(option, "id");
    const Json* scale = member(option, "scale");
    const Json* below = member(option, "below");
    const Json* values = member(option, "values");
    const std::size_t rules =
        (scale != nullptr ? 1U : 0U) + (below != nullptr ? 1U : 0U) + (values != nullptr ? 1U : 0U);
    return id != nullptr && id->is_number_integer() && *id >= 1 && *id <= UINT8_MAX && option.size() == 1 + rules &&
           rules <= 1 && (scale == nullptr || is_scale(*scale)) && (below == nullptr || is_bound(*below)) &&
           (values == nullptr || are_values(*values));
}

std::string misfit_of_datapoint(const Entity& entity, const Json& option) {
    if (option.contains("scale") && entity.kind != Kind::sensor) return "has a scale, which only a sensor can have";
    if (option.contains("below") && entity.kind != Kind::binary_sensor) {
        return "has a bound, which only a binary_sensor can have";
    }
    const Json* values = member(option, "values");
    if (values == nullptr) return {};
    for (const auto& [key, value] : values->items()) {
        const bool names_type = value.is_string() && lists(entity, "event_types", value.get_ref<const std::string&>());
        const bool fits =
            entity.kind == Kind::event ? value.is_null() || names_type : check_state(entity, value).has_value();
        if (!fits) return "has a value for " + printable(key, 40) + " that is none of this entity";
    }
    return {};
}

bool reads_datapoint(const Entity& entity, std::uint8_t id) {
    const Json* option = member(entity.options, "datapoint");
    return option != nullptr && option->at("id") == id;
}

Json value_of(const Entity& entity, const Datapoint& datapoint) {
    const Json& option = entity.options.at("datapoint");
    const auto number = datapoint.number();
    if (const Json* values = member(option, "values")) {
        const Json as_it_is = plain(datapoint);
        const std::string key = number ? std::to_string(*number) : as_it_is.get<std::string>();
        const Json* found = member(*values, key.c_str());
        return found == nullptr ? Json() : *found;
    }
    if (const Json* scale = member(option, "scale")) {
        return number ? scaled(*number, scale->get<double>()) : Json();
    }
    if (const Json* below = member(option, "below")) {
        return number ? Json(static_cast<double>(*number) < below->get<double>()) : Json();
    }
    return plain(datapoint);
}

} // namespace hub::core
