// SPDX-License-Identifier: Apache-2.0
// The table of entities; every text in it has been checked on the way in.
#include "firmware/runtime/entities.hpp"

#include "protocol/json/value.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <array>

namespace firmware::runtime {

namespace {

constexpr int option_levels = 3; ///< inside ["decl",[[…,{…}]]], which takes three of six

// FNV-1a; a collision only costs a hub that does not hear of a change.
std::uint32_t mix(std::uint32_t hash, std::string_view text) noexcept {
    for (const char byte : text) hash = (hash ^ static_cast<std::uint8_t>(byte)) * 16777619U;
    return (hash ^ 0xFFU) * 16777619U; // a byte that UTF-8 never has, between two texts
}

} // namespace

bool is_plain_object(std::string_view json, int levels) noexcept {
    const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20; };
    if (std::any_of(json.begin(), json.end(), is_control)) return false;
    const auto value = protocol::json::parse(json);
    if (!value || !value->is(protocol::json::Type::object)) return false;
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (in_text && json[i] == '\\') {
            ++i;
        } else if (json[i] == '"') {
            in_text = !in_text;
        } else if (!in_text && (json[i] == '{' || json[i] == '[')) {
            if (++depth > levels) return false;
        } else if (!in_text && (json[i] == '}' || json[i] == ']')) {
            --depth;
        }
    }
    return true;
}

base::Result<> Entities::declare(const bridge::HomeMessage& message) noexcept {
    if (!protocol::link::is_entity_id(message.id)) {
        return base::fail(base::ErrorCode::invalid_argument, "an entity's id must be like [a-z0-9_]{1,32}");
    }
    if (static_cast<std::size_t>(message.kind) >= protocol::link::kind_count) {
        return base::fail(base::ErrorCode::invalid_argument, "an entity has a kind that does not exist");
    }
    const std::string_view options = message.json.empty() ? "{}" : message.json.view();
    if (message.json.truncated() || !is_plain_object(options, option_levels)) {
        return base::fail(base::ErrorCode::invalid_argument, "an entity's options are not a JSON object of 480 bytes");
    }
    std::size_t index = find(message.id);
    if (index == none) {
        if (!list_.push_back(Entity{})) {
            return base::fail(base::ErrorCode::full, "an app can have 32 entities", "declare fewer");
        }
        index = list_.size() - 1;
    }
    Entity& entity = list_[index];
    entity.kind = message.kind;
    entity.id = message.id;
    entity.name = message.name;
    entity.options = options;
    fingerprint_.reset();
    return {};
}

std::size_t Entities::find(std::string_view id) const noexcept {
    for (std::size_t i = 0; i < list_.size(); ++i) {
        if (list_[i].id == id) return i;
    }
    return none;
}

std::uint32_t Entities::fingerprint() const noexcept {
    if (fingerprint_) return *fingerprint_;
    std::uint32_t hash = 2166136261U;
    for (const Entity& entity : list_) {
        hash = mix(mix(mix(mix(hash, entity.id), kind_name(entity.kind)), entity.name), entity.options);
    }
    fingerprint_ = hash;
    return hash;
}

} // namespace firmware::runtime
