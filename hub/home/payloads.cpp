// SPDX-License-Identifier: Apache-2.0
#include "hub/home/payloads.hpp"

#include "hub/core/declaration.hpp"
#include "hub/core/safe_json.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <optional>

namespace hub::home {
namespace {

using base::ErrorCode;
using core::Json;
using core::Kind;

bool is_flag(Kind kind) { return kind == Kind::switch_ || kind == Kind::light || kind == Kind::binary_sensor; }

/// The whole word as a finite number.
std::optional<double> number_of(std::string_view word) {
    double number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size() || !std::isfinite(number)) return std::nullopt;
    return number;
}

/// A word as Home Assistant sends it, in the hub's form.
base::Result<Json> read_word(const core::Entity& entity, std::string_view word) {
    if (is_flag(entity.kind)) {
        if (word == "ON") return Json(true);
        if (word == "OFF") return Json(false);
    }
    if (entity.kind == Kind::number) {
        const auto number = number_of(word);
        if (!number) return base::fail(ErrorCode::malformed, "not a number");
        return Json(*number);
    }
    return Json(word);
}

base::Result<core::CommandRequest> read_object(const core::Entity& entity, const Json& object) {
    const auto wrong = [](std::string_view what) { return base::fail(ErrorCode::invalid_argument, what); };
    core::CommandRequest request{"", entity.id, object["value"], "mqtt"};
    if (request.value.is_string()) {
        auto value = read_word(entity, request.value.get<std::string>());
        if (!value) return tl::unexpected(value.error());
        request.value = std::move(*value);
    }
    if (const auto id = object.find("id"); id != object.end()) {
        if (!id->is_string() || id->get_ref<const std::string&>().empty()) return wrong("\"id\" is a text");
        request.cmd_id = id->get<std::string>();
    }
    if (const auto ttl = object.find("ttl_ms"); ttl != object.end()) {
        if (!ttl->is_number_integer() || *ttl < 1 || *ttl > 60000) return wrong("\"ttl_ms\" is 1 to 60000");
        request.ttl_ms = ttl->get<int>();
    }
    if (const auto issued = object.find("t"); issued != object.end()) {
        constexpr double year_9999 = 253'402'300'800.0;
        if (!issued->is_number() || !(*issued >= 0) || *issued > year_9999) return wrong("\"t\" is seconds since 1970");
        request.issued = core::Time(std::chrono::microseconds(std::llround(issued->get<double>() * 1e6)));
    }
    return request;
}

} // namespace

std::string state_payload(Kind kind, const Json& value) {
    if (value.is_null()) return "None";
    if (value.is_boolean()) return value.get<bool>() ? "ON" : "OFF";
    if (!value.is_string()) return value.dump();
    // An empty payload would only clear the retained message. A text entity may really be empty; it has nothing to
    // retain.
    const auto& text = value.get_ref<const std::string&>();
    return text.empty() && kind != Kind::text ? "None" : text;
}

Json state_value(Kind kind, std::string_view payload) {
    if (payload == "None") return nullptr;
    if (is_flag(kind) && (payload == "ON" || payload == "OFF")) return payload == "ON";
    if (kind == Kind::number || kind == Kind::sensor) {
        if (const auto number = number_of(payload)) return *number;
    }
    return payload;
}

std::string event_payload(std::string_view type, const Json& data) {
    Json payload = data.is_object() ? data : Json::object();
    payload["event_type"] = type;
    return payload.dump();
}

Json hello_of(const core::Board& board) {
    return {{"uid", board.uid},         {"name", board.name},       {"board", board.profile}, {"app", board.app},
            {"runtime", board.runtime}, {"version", board.version}, {"boot", board.boot},     {"decl", board.decl}};
}

Json declaration_of(const core::Board& board) {
    Json list = Json::array();
    for (const core::Entity& entity : board.entities) {
        list.push_back(Json::array({entity.id, kind_name(entity.kind), entity.name, entity.options}));
    }
    return list;
}

const core::Entity* find_entity(const core::Board& board, std::string_view id) {
    const auto& entities = board.entities;
    const auto found = std::find_if(entities.begin(), entities.end(), [&](const auto& each) { return each.id == id; });
    return found == entities.end() ? nullptr : &*found;
}

bool is_kept(const core::Entity& entity) { return !entity.options.contains("expire_after"); }

std::optional<FurtherMessage> further_message(const core::Entity& entity, std::string_view discovery_prefix) {
    const auto option = entity.options.find("mqtt_publish");
    if (option == entity.options.end()) return std::nullopt;
    FurtherMessage message{(*option)[0].get<std::string>(), (*option)[1].get<std::string>()};
    if (!core::is_further_topic(message.topic, discovery_prefix)) return std::nullopt;
    return message;
}

base::Result<core::CommandRequest> read_command(const core::Entity& entity, std::string_view payload) {
    if (payload.size() > command_size_max) return base::fail(ErrorCode::too_large, "longer than 1024 bytes");
    if (payload.empty() && entity.kind != Kind::text) return base::fail(ErrorCode::malformed, "empty");
    if (!core::is_utf8(payload)) return base::fail(ErrorCode::malformed, "not UTF-8");
    if (payload.starts_with('{')) {
        const auto object = core::parse_json(payload, command_size_max);
        if (object && object->is_object() && object->contains("value")) return read_object(entity, *object);
    }
    auto value = read_word(entity, payload);
    if (!value) return tl::unexpected(value.error());
    return core::CommandRequest{"", entity.id, std::move(*value), "mqtt"};
}

Json main_command(Kind kind) {
    switch (kind) {
    case Kind::lock: return "UNLOCK";
    case Kind::button: return "PRESS";
    case Kind::cover: return "OPEN";
    case Kind::switch_:
    case Kind::light: return true;
    case Kind::sensor:
    case Kind::binary_sensor:
    case Kind::event:
    case Kind::number:
    case Kind::select:
    case Kind::text: return nullptr;
    }
    return nullptr;
}

} // namespace hub::home
