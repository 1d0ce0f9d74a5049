// SPDX-License-Identifier: Apache-2.0
#include "hub/core/declaration.hpp"

#include "hub/core/datapoints.hpp"
#include "hub/core/device_classes.hpp"
#include "hub/core/safe_json.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hub::core {
namespace {

using base::ErrorCode;

// Which kinds have an option, as bits.
using Kinds = unsigned;
constexpr Kinds bit(Kind kind) noexcept { return 1U << static_cast<unsigned>(kind); }
constexpr Kinds any_kind = ~0U;
constexpr Kinds timed_kinds = bit(Kind::sensor) | bit(Kind::binary_sensor);
constexpr Kinds measured_kinds = bit(Kind::sensor) | bit(Kind::number);
constexpr Kinds main_command_kinds =
    bit(Kind::lock) | bit(Kind::button) | bit(Kind::switch_) | bit(Kind::light) | bit(Kind::cover);

enum class Shape : std::uint8_t { text, flag, number, positive, precision, texts, topic_and_payload, datapoint };

struct OptionRule {
    std::string_view key;
    Kinds kinds;
    Shape shape;
    std::string_view words; ///< if not empty: the only texts allowed, each between spaces
};

constexpr std::array option_rules{
    OptionRule{"device_class", any_kind, Shape::text, ""},
    OptionRule{"icon", any_kind, Shape::text, ""},
    OptionRule{"entity_category", any_kind, Shape::text, " config diagnostic "},
    OptionRule{"enabled_by_default", any_kind, Shape::flag, ""},
    OptionRule{"expire_after", timed_kinds, Shape::positive, ""},
    OptionRule{"force_update", timed_kinds, Shape::flag, ""},
    OptionRule{"off_delay", bit(Kind::binary_sensor), Shape::positive, ""},
    OptionRule{"unit_of_measurement", measured_kinds, Shape::text, ""},
    OptionRule{"state_class", bit(Kind::sensor), Shape::text, " measurement total total_increasing "},
    OptionRule{"suggested_display_precision", bit(Kind::sensor), Shape::precision, ""},
    OptionRule{"options", bit(Kind::sensor) | bit(Kind::select), Shape::texts, ""},
    OptionRule{"event_types", bit(Kind::event), Shape::texts, ""},
    OptionRule{"min", bit(Kind::number) | bit(Kind::text), Shape::number, ""},
    OptionRule{"max", bit(Kind::number) | bit(Kind::text), Shape::number, ""},
    OptionRule{"step", bit(Kind::number), Shape::positive, ""},
    OptionRule{"mode", bit(Kind::number), Shape::text, " auto box slider "},
    OptionRule{"mode", bit(Kind::text), Shape::text, " text password "},
    OptionRule{"datapoint", timed_kinds | bit(Kind::event), Shape::datapoint, ""},
    OptionRule{"mqtt_publish", bit(Kind::event), Shape::topic_and_payload, ""},
    OptionRule{"mqtt_command", main_command_kinds, Shape::topic_and_payload, ""},
};

const OptionRule* rule_for(Kind kind, std::string_view key) {
    const auto* found = std::find_if(option_rules.begin(), option_rules.end(), [&](const OptionRule& rule) {
        return rule.key == key && (rule.kinds & bit(kind)) != 0;
    });
    return found == option_rules.end() ? nullptr : found;
}

bool is_plain_text(const Json& value, std::size_t size_max) {
    if (!value.is_string()) return false;
    const auto& text = value.get_ref<const std::string&>();
    const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; };
    return !text.empty() && text.size() <= size_max && std::none_of(text.begin(), text.end(), is_control);
}

bool is_number_between(const Json& value, double low, double high) {
    return value.is_number() && value.get<double>() >= low && value.get<double>() <= high;
}

bool are_distinct_texts(const Json& value) {
    if (!value.is_array() || value.empty() || value.size() > choices_max) return false;
    for (auto it = value.begin(); it != value.end(); ++it) {
        if (!is_plain_text(*it, choice_size_max) || std::find(value.begin(), it, *it) != it) return false;
    }
    return true;
}

bool is_topic_and_payload(const Json& value) {
    return value.is_array() && value.size() == 2 && value[0].is_string() &&
           is_further_topic(value[0].get_ref<const std::string&>(), "homeassistant") &&
           is_plain_text(value[1], text_size_max);
}

bool has_shape(const Json& value, const OptionRule& rule) {
    switch (rule.shape) {
    case Shape::text:
        return is_plain_text(value, name_size_max) &&
               (rule.words.empty() || rule.words.find(" " + value.get<std::string>() + " ") != std::string_view::npos);
    case Shape::flag: return value.is_boolean();
    case Shape::number: return is_number_between(value, -1e15, 1e15);
    case Shape::positive: return is_number_between(value, 1e-9, 1e9);
    case Shape::precision: return value.is_number_integer() && is_number_between(value, 0, 6);
    case Shape::texts: return are_distinct_texts(value);
    case Shape::topic_and_payload: return is_topic_and_payload(value);
    case Shape::datapoint: return is_datapoint_option(value);
    }
    return false;
}

/// Leaves out what Home Assistant would reject the whole entity for, and says why.
class Options {
public:
    Options(Entity& entity, std::vector<Remark>& remarks) : entity_(entity), remarks_(remarks) {}

    void take(const Json& declared) {
        for (const auto& [key, value] : declared.items()) {
            const OptionRule* rule = rule_for(entity_.kind, key);
            if (rule == nullptr) {
                complain(printable(key, 40), "is not an option of a " + std::string(kind_name(entity_.kind)));
            } else if (!has_shape(value, *rule)) {
                reject(key, "has a value that is not allowed for it");
            } else {
                entity_.options[key] = value;
            }
        }
    }

    void make_consistent() {
        check_device_class();
        check_unit();
        check_state_class();
        check_category();
        check_range();
        check_expiry();
        check_datapoint();
    }

private:
    void check_device_class() {
        const std::string device_class = text_option(entity_, "device_class");
        if (device_class.empty() || is_device_class(entity_.kind, device_class)) return;
        const bool is_new = is_device_class(entity_.kind, device_class, Release::v2026_8);
        drop("device_class",
             "\"" + device_class + "\" is not known to " +
                 (is_new ? "older ones" : "any for a " + std::string(kind_name(entity_.kind))),
             is_new ? "2024.3" : "all");
    }

    void check_unit() {
        const std::string unit = canonical_unit(text_option(entity_, "unit_of_measurement"));
        if (!unit.empty()) entity_.options["unit_of_measurement"] = unit;
        const std::string device_class = text_option(entity_, "device_class");
        const bool measures = entity_.kind == Kind::sensor || entity_.kind == Kind::number;
        if (!measures || device_class.empty() || unit_fits(device_class, unit, Release::v2024_3)) return;
        if (unit_fits(device_class, unit)) {
            remarks_.push_back({entity_.id, "unit_of_measurement",
                                "\"" + unit + "\" came later than 2024.3, which complains about it", "2024.3", false,
                                false});
            return;
        }
        drop("device_class",
             "\"" + device_class + "\" does not go with " +
                 (unit.empty() ? std::string("no unit") : "the unit \"" + unit + "\""),
             "2025.7 and later");
    }

    void check_state_class() {
        const std::string state_class = text_option(entity_, "state_class");
        const std::string device_class = text_option(entity_, "device_class");
        if (state_class.empty() || state_class_fits(device_class, state_class)) return;
        entity_.options.erase("state_class");
        complain("state_class", "\"" + state_class + "\" does not go with device_class \"" + device_class + "\"");
    }

    void check_category() {
        const bool only_reports =
            entity_.kind == Kind::sensor || entity_.kind == Kind::binary_sensor || entity_.kind == Kind::event;
        if (only_reports && text_option(entity_, "entity_category") == "config") {
            drop("entity_category", "\"config\" is for what can be set");
        }
    }

    void check_range() {
        const bool is_text = entity_.kind == Kind::text;
        if (!is_text && entity_.kind != Kind::number) return;
        const double low = number_option(entity_, "min", is_text ? 0 : 1);
        const double high = number_option(entity_, "max", is_text ? 255 : 100);
        const bool text_fits = low >= 0 && high <= 255 && low == std::floor(low) && high == std::floor(high);
        if (low < high && (!is_text || text_fits)) return;
        drop("min", "and max are no range");
        entity_.options.erase("max");
    }

    void check_expiry() {
        const double seconds = number_option(entity_, "expire_after", 1);
        if (seconds < 1 || seconds != std::floor(seconds)) drop("expire_after", "is a whole number of seconds");
    }

    void check_datapoint() {
        const auto option = entity_.options.find("datapoint");
        if (option == entity_.options.end()) return;
        const std::string misfit = misfit_of_datapoint(entity_, *option);
        if (misfit.empty()) return;
        entity_.options.erase(option);
        complain("datapoint", misfit);
    }

    /// Home Assistant would reject the entity for it.
    void reject(std::string_view key, const std::string& why, const char* releases = "all") {
        remarks_.push_back({entity_.id, std::string(key), why, releases});
    }

    void drop(std::string_view key, const std::string& why, const char* releases = "all") {
        entity_.options.erase(std::string(key));
        reject(key, why, releases);
    }

    /// Home Assistant would ignore it, or warn.
    void complain(std::string_view key, const std::string& why) {
        remarks_.push_back({entity_.id, std::string(key), why, "all", false});
    }

    Entity& entity_;
    std::vector<Remark>& remarks_;
};

base::Result<> check_needed(const Entity& entity, std::vector<Remark>& remarks) {
    if (entity.kind == Kind::event && !entity.options.contains("event_types")) {
        return base::fail(ErrorCode::invalid_argument, entity.id + ": an event needs event_types",
                          "list its types, e.g. [\"ring\"]");
    }
    if (entity.kind == Kind::select && !entity.options.contains("options")) {
        return base::fail(ErrorCode::invalid_argument, entity.id + ": a select needs options", "list its choices");
    }
    if (text_option(entity, "device_class") == "doorbell" && !lists(entity, "event_types", "ring")) {
        remarks.push_back(
            {entity.id, "event_types", "of a doorbell have no type \"ring\"", "2027.4 and later", true, false});
    }
    return {};
}

} // namespace

std::string Remark::text() const {
    std::string line = entity.empty() ? std::string("an entity") : entity;
    line += ": " + (option.empty() ? std::string() : option + " ") + problem;
    if (releases != "all") line += " (Home Assistant " + releases + ")";
    return left_out ? line + "; left out" : line;
}

Json json_of(const Remark& remark) {
    return {{"entity", remark.entity},     {"option", remark.option},     {"problem", remark.problem},
            {"releases", remark.releases}, {"rejected", remark.rejected}, {"left_out", remark.left_out}};
}

base::Result<Entity> check_entity(const Json& element, std::vector<Remark>& remarks) {
    const bool shaped = element.is_array() && element.size() >= 3 && element[0].is_string() && element[1].is_string() &&
                        element[2].is_string() && (element.size() == 3 || element[3].is_object());
    if (!shaped) return base::fail(ErrorCode::malformed, "an entity is [id,kind,name,{options}]");
    Entity entity;
    entity.id = element[0].get<std::string>();
    if (!protocol::link::is_entity_id(entity.id)) {
        return base::fail(ErrorCode::invalid_argument, "not an entity id: " + printable(entity.id, 40),
                          "use a to z, 0 to 9 and _, at most 32");
    }
    const auto kind = protocol::link::kind_from(element[1].get_ref<const std::string&>());
    if (!kind) {
        return base::fail(ErrorCode::invalid_argument,
                          entity.id + ": no such kind: " + printable(element[1].get<std::string>(), 40));
    }
    entity.kind = *kind;
    if (!is_plain_text(element[2], name_size_max)) {
        return base::fail(ErrorCode::invalid_argument, entity.id + ": its name must have 1 to 64 bytes");
    }
    entity.name = element[2].get<std::string>();
    Options options(entity, remarks);
    if (element.size() > 3) options.take(element[3]);
    options.make_consistent();
    if (auto needed = check_needed(entity, remarks); !needed) return tl::unexpected(needed.error());
    return entity;
}

std::vector<Entity> check_declaration(const Json& elements, std::vector<Remark>& remarks) {
    std::vector<Entity> entities;
    const auto leave_out = [&](const std::string& id, std::string_view why) {
        if (remarks.size() < remarks_max) remarks.push_back({id, "", std::string(why), "all"});
    };
    for (const Json& element : elements) {
        std::vector<Remark> found;
        auto entity = check_entity(element, found);
        for (Remark& remark : found) {
            if (remarks.size() < remarks_max) remarks.push_back(std::move(remark));
        }
        if (!entity) {
            leave_out("", entity.error().message.view());
        } else if (entities.size() == entities_max) {
            leave_out(entity->id, "a board has at most 32 entities");
        } else if (std::any_of(entities.begin(), entities.end(), [&](const auto& e) { return e.id == entity->id; })) {
            leave_out(entity->id, "declared twice, this is the second");
        } else {
            entities.push_back(std::move(*entity));
        }
    }
    return entities;
}

bool is_further_topic(std::string_view topic, std::string_view discovery_prefix) noexcept {
    if (topic.empty() || topic.size() > 200 || topic.front() == '$' || !is_utf8(topic)) return false;
    const auto is_forbidden = [](char byte) {
        return byte == '+' || byte == '#' || static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F;
    };
    if (std::any_of(topic.begin(), topic.end(), is_forbidden)) return false;
    const std::string_view first_level = topic.substr(0, topic.find('/'));
    const bool below_prefix = topic == discovery_prefix || (topic.starts_with(discovery_prefix) &&
                                                            topic.substr(discovery_prefix.size()).starts_with('/'));
    return first_level != "ouro" && !below_prefix;
}

bool is_numeric(const Entity& entity) {
    if (entity.kind == Kind::number) return true;
    if (entity.kind != Kind::sensor) return false;
    const std::string device_class = text_option(entity, "device_class");
    if (is_textual_class(device_class)) return false;
    return !device_class.empty() || entity.options.contains("unit_of_measurement") ||
           entity.options.contains("state_class");
}

std::string text_option(const Entity& entity, std::string_view key) {
    const auto found = entity.options.find(std::string(key));
    return found != entity.options.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double number_option(const Entity& entity, std::string_view key, double otherwise) {
    const auto found = entity.options.find(std::string(key));
    return found != entity.options.end() && found->is_number() ? found->get<double>() : otherwise;
}

bool lists(const Entity& entity, std::string_view key, std::string_view word) {
    const auto found = entity.options.find(std::string(key));
    if (found == entity.options.end() || !found->is_array()) return false;
    return std::any_of(found->begin(), found->end(), [&](const Json& item) {
        return item.is_string() && item.get_ref<const std::string&>() == word;
    });
}

} // namespace hub::core
