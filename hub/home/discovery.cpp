// SPDX-License-Identifier: Apache-2.0
#include "hub/home/discovery.hpp"

#include "hub/core/declaration.hpp"
#include "hub/home/topics.hpp"

#include <array>
#include <cctype>

namespace hub::home {
namespace {

using core::Json;
using core::Kind;

/// Options that Home Assistant takes under the same name. What is ours or is said elsewhere is not among them.
constexpr std::array passed_options{
    "device_class",
    "icon",
    "entity_category",
    "enabled_by_default",
    "expire_after",
    "force_update",
    "off_delay",
    "state_class",
    "suggested_display_precision",
    "unit_of_measurement",
    "event_types",
    "min",
    "max",
    "step",
    "mode",
};

Json origin() { return {{"name", "Ouroboard"}, {"sw_version", OURO_VERSION}}; }

Json availability(const std::string& topic) {
    return {{"topic", topic}, {"payload_available", "online"}, {"payload_not_available", "offline"}};
}

/// As Home Assistant makes entity ids of names: small letters, digits and single underscores.
std::string slug(std::string_view text) {
    std::string result;
    for (const char byte : text) {
        const auto letter = static_cast<unsigned char>(byte);
        if (letter < 0x80 && std::isalnum(letter) != 0) {
            result += static_cast<char>(std::tolower(letter));
        } else if (!result.empty() && result.back() != '_') {
            result += '_';
        }
    }
    while (result.ends_with('_')) result.pop_back();
    return result;
}

void add_identity(Json& config, const core::Board& board, const core::Entity& entity) {
    const std::string name = slug(board.name);
    const std::string object_id = (name.empty() ? board.uid : name) + "_" + entity.id;
    config["unique_id"] = unique_id(board.uid, entity.id);
    config["object_id"] = slug(object_id); // up to 2026.3; its successor needs the domain in front
    config["default_entity_id"] = std::string(kind_name(entity.kind)) + "." + slug(object_id);
    config["name"] = entity.name;
}

void add_topics(Json& config, const core::Board& board, const core::Entity& entity) {
    config["qos"] = 1;
    if (entity.kind == Kind::event) {
        config["state_topic"] = entity_topic(board.uid, entity.id, "event");
    } else if (has_state(entity.kind)) {
        config["state_topic"] = entity_topic(board.uid, entity.id, "state");
    }
    if (takes_commands(entity.kind)) {
        config["command_topic"] = entity_topic(board.uid, entity.id, "set");
        config["retain"] = false;
        if (has_state(entity.kind)) config["optimistic"] = false;
    }
}

void add_words(Json& config, const core::Entity& entity) {
    switch (entity.kind) {
    case Kind::binary_sensor:
    case Kind::switch_:
    case Kind::light: config.update({{"payload_on", "ON"}, {"payload_off", "OFF"}}); break;
    case Kind::button: config["payload_press"] = "PRESS"; break;
    case Kind::lock:
        config.update({{"payload_lock", "LOCK"},
                       {"payload_unlock", "UNLOCK"},
                       {"state_locked", "LOCKED"},
                       {"state_unlocked", "UNLOCKED"},
                       {"state_locking", "LOCKING"},
                       {"state_unlocking", "UNLOCKING"},
                       {"state_jammed", "JAMMED"}});
        break;
    case Kind::cover:
        config.update({{"payload_open", "OPEN"},
                       {"payload_close", "CLOSE"},
                       {"payload_stop", "STOP"},
                       {"state_open", "open"},
                       {"state_opening", "opening"},
                       {"state_closed", "closed"},
                       {"state_closing", "closing"},
                       {"state_stopped", "stopped"}});
        break;
    case Kind::select: config["options"] = entity.options.value("options", Json::array()); break;
    case Kind::sensor:
    case Kind::event:
    case Kind::number:
    case Kind::text: break;
    }
}

void add_options(Json& config, const core::Entity& entity) {
    for (const char* key : passed_options) {
        if (entity.options.contains(key)) config[key] = entity.options[key];
    }
    // Its list of options is not known to 2024.3, and without the list newer ones refuse the class.
    if (entity.kind == Kind::sensor && config.value("device_class", "") == "enum") config.erase("device_class");
    // These kinds know no optimistic mode.
    if (entity.kind == Kind::text) config.erase("optimistic");
}

} // namespace

Json device_of(const core::Board& board) {
    Json block = {{"identifiers", Json::array({"ouro_" + board.uid})},
                  {"name", board.name},
                  {"manufacturer", "Ouroboard"},
                  {"model", board.profile.empty() ? std::string("board") : board.profile},
                  {"via_device", "ouro_hub"}};
    if (!board.version.empty()) block["sw_version"] = board.version;
    return block;
}

DiscoveryMessage describe(const core::Board& board, const core::Entity& entity, std::string_view prefix,
                          Speaker speaker) {
    Json config = {{"origin", origin()}, {"device", device_of(board)}, {"availability_mode", "all"}};
    if (speaker == Speaker::hub) config["availability"].push_back(availability(hub_status_topic));
    config["availability"].push_back(availability(board_topic(board.uid, "status")));
    add_identity(config, board, entity);
    add_topics(config, board, entity);
    add_words(config, entity);
    add_options(config, entity);
    return {config_topic(prefix, entity.kind, board.uid, entity.id), std::move(config)};
}

std::vector<DiscoveryMessage> describe_health(const core::Board& board, std::string_view prefix, Speaker speaker) {
    struct Figure {
        const char* word;
        const char* name;
        Json options;
    };
    std::vector<Figure> figures{
        {"heap",
         "Free heap",
         {{"device_class", "data_size"}, {"unit_of_measurement", "B"}, {"state_class", "measurement"}}},
        {"uptime", "Uptime", {{"device_class", "duration"}, {"unit_of_measurement", "s"}}},
        {"crash", "Last crash", {{"icon", "mdi:alert-circle-outline"}}},
    };
    if (speaker == Speaker::board) {
        figures.push_back(
            {"rssi",
             "WiFi signal",
             {{"device_class", "signal_strength"}, {"unit_of_measurement", "dBm"}, {"state_class", "measurement"}}});
    }
    std::vector<DiscoveryMessage> messages;
    for (const Figure& figure : figures) {
        const core::Entity entity{health_id(figure.word), Kind::sensor, figure.name, figure.options};
        Json config = {{"origin", origin()}, {"device", device_of(board)}, {"availability_mode", "all"}};
        config["availability"] =
            Json::array({availability(hub_status_topic), availability(board_topic(board.uid, "status"))});
        add_identity(config, board, entity);
        config["qos"] = 1;
        config["state_topic"] = board_topic(board.uid, "health");
        config["value_template"] = "{{ value_json." + std::string(figure.word) + " }}";
        config["entity_category"] = "diagnostic";
        config["enabled_by_default"] = false;
        config.update(figure.options);
        messages.push_back({config_topic(prefix, Kind::sensor, board.uid, entity.id), std::move(config)});
    }
    return messages;
}

DiscoveryMessage describe_device(const core::Board& board, std::string_view prefix, Speaker speaker) {
    Json availabilities = Json::array();
    if (speaker == Speaker::hub) availabilities.push_back(availability(hub_status_topic));
    availabilities.push_back(availability(board_topic(board.uid, "status")));
    Json document = {{"origin", origin()},
                     {"device", device_of(board)},
                     {"availability_mode", "all"},
                     {"availability", availabilities},
                     {"qos", 1},
                     {"components", Json::object()}};
    const auto add = [&](Kind kind, const std::string& id, Json config) {
        for (const char* shared : {"origin", "device", "availability_mode", "qos"}) config.erase(shared);
        if (config["availability"] == document["availability"]) config.erase("availability");
        config["platform"] = kind_name(kind);
        // The kind is in the key: an entity that changes it goes, and another one comes.
        document["components"][std::string(kind_name(kind)) + "_" + id] = std::move(config);
    };
    for (const core::Entity& entity : board.entities) {
        add(entity.kind, entity.id, describe(board, entity, prefix, speaker).config);
    }
    for (DiscoveryMessage& health : describe_health(board, prefix, speaker)) {
        const auto id = parse_config_topic(prefix, health.topic)->id;
        add(Kind::sensor, id, std::move(health.config));
    }
    return {device_config_topic(prefix, board.uid), std::move(document)};
}

DiscoveryMessage describe_hub(std::string_view prefix) {
    Json config = {{"origin", origin()},
                   {"device",
                    {{"identifiers", Json::array({"ouro_hub"})},
                     {"name", "Ouroboard hub"},
                     {"manufacturer", "Ouroboard"},
                     {"model", "hub"},
                     {"sw_version", OURO_VERSION}}},
                   {"unique_id", "ouro_hub_status"},
                   {"object_id", "ouroboard_hub_status"},
                   {"default_entity_id", "binary_sensor.ouroboard_hub_status"},
                   {"name", "Status"},
                   {"device_class", "connectivity"},
                   {"entity_category", "diagnostic"},
                   {"state_topic", hub_status_topic},
                   {"payload_on", "online"},
                   {"payload_off", "offline"},
                   {"qos", 1}};
    return {std::string(prefix) + "/binary_sensor/ouro_hub_status/config", std::move(config)};
}

} // namespace hub::home
