// SPDX-License-Identifier: Apache-2.0
#include "hub/home/topics.hpp"

#include "protocol/link/names.hpp"

namespace hub::home {
namespace {

constexpr std::string_view health_start = "health-";

std::optional<EntityName> checked(std::string_view uid, std::string_view id) {
    if (!protocol::link::is_uid(uid) || !protocol::link::is_entity_id(id)) return std::nullopt;
    return EntityName{std::string(uid), std::string(id)};
}

/// Takes `start` off the front of `text`.
bool skip(std::string_view& text, std::string_view start) {
    if (!text.starts_with(start)) return false;
    text.remove_prefix(start.size());
    return true;
}

bool drop_end(std::string_view& text, std::string_view end) {
    if (!text.ends_with(end)) return false;
    text.remove_suffix(end.size());
    return true;
}

} // namespace

std::string board_topic(std::string_view uid, std::string_view leaf) {
    return "ouro/" + std::string(uid) + "/" + std::string(leaf);
}

std::string entity_topic(std::string_view uid, std::string_view id, std::string_view leaf) {
    return board_topic(uid, id) + "/" + std::string(leaf);
}

std::string unique_id(std::string_view uid, std::string_view id) {
    return "ouro_" + std::string(uid) + "_" + std::string(id);
}

std::string config_topic(std::string_view prefix, core::Kind kind, std::string_view uid, std::string_view id) {
    return std::string(prefix) + "/" + std::string(kind_name(kind)) + "/" + unique_id(uid, id) + "/config";
}

std::string device_config_topic(std::string_view prefix, std::string_view uid) {
    return std::string(prefix) + "/device/ouro_" + std::string(uid) + "/config";
}

bool is_device_topic(std::string_view prefix, std::string_view topic) {
    return skip(topic, prefix) && topic.starts_with("/device/");
}

std::string health_id(std::string_view figure) { return std::string(health_start) + std::string(figure); }

std::optional<EntityName> parse_command_topic(std::string_view topic) {
    if (!skip(topic, "ouro/") || !drop_end(topic, "/set")) return std::nullopt;
    const std::size_t slash = topic.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    return checked(topic.substr(0, slash), topic.substr(slash + 1));
}

std::optional<EntityName> parse_config_topic(std::string_view prefix, std::string_view topic) {
    if (!skip(topic, prefix) || !skip(topic, "/") || !drop_end(topic, "/config")) return std::nullopt;
    const std::size_t slash = topic.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    const bool is_device = topic.substr(0, slash) == "device";
    topic.remove_prefix(slash + 1);
    if (!skip(topic, "ouro_")) return std::nullopt;
    if (is_device)
        return protocol::link::is_uid(topic) ? std::optional(EntityName{std::string(topic), ""}) : std::nullopt;
    const std::size_t bar = topic.find('_'); // a uid has none
    if (bar == std::string_view::npos) return std::nullopt;
    std::string_view figure = topic.substr(bar + 1);
    const std::string id(figure);
    if (!skip(figure, health_start)) return checked(topic.substr(0, bar), id);
    auto name = checked(topic.substr(0, bar), figure);
    if (name) name->id = id;
    return name;
}

} // namespace hub::home
