// SPDX-License-Identifier: Apache-2.0
#include "hub/home/ha_conversation.hpp"

#include "hub/core/home_access.hpp"
#include "hub/core/json_parts.hpp"

#include <algorithm>
#include <utility>

namespace hub::home {

using core::Json;
using core::object_at;
using core::text_at;

namespace {

constexpr std::size_t tickets_max = 256;
constexpr std::size_t reason_size_max = 200;

} // namespace

HaConversation::HaConversation(Listener& listener, std::string token) : listener_(listener), token_(std::move(token)) {}

void HaConversation::receive(std::string_view text) {
    if (text.size() > message_size_max) return;
    const Json message = Json::parse(text, nullptr, false);
    if (message.is_array()) {
        for (const Json& each : message) hear(each); // Home Assistant may put several into one
    } else {
        hear(message);
    }
}

void HaConversation::hear(const Json& message) {
    const std::string type = text_at(message, "type");
    if (!logged_in_) {
        if (type == "auth_required" && !token_.empty()) {
            listener_.send({{"type", "auth"}, {"access_token", std::exchange(token_, {})}});
        } else if (type == "auth_invalid") {
            listener_.refused(text_at(message, "message").substr(0, reason_size_max));
        } else if (type == "auth_ok") {
            logged_in_ = true;
            listener_.logged_in(text_at(message, "ha_version"));
            subscribe();
        }
        return;
    }
    const auto id = message.is_object() ? message.find("id") : message.end();
    if (id == message.end() || !id->is_number_unsigned()) return;
    if (type == "result") on_result(message, id->get<std::uint64_t>());
    if (type == "event" && id->get<std::uint64_t>() == subscription_) on_event(object_at(message, "event"));
}

void HaConversation::on_result(const Json& message, std::uint64_t id) {
    const auto ticket = tickets_.find(id);
    if (ticket == tickets_.end()) return;
    const auto success = message.find("success");
    const bool ok = success != message.end() && success->is_boolean() && success->get<bool>();
    const auto [number, asks] = ticket->second;
    tickets_.erase(ticket);
    if (!ok) {
        const std::string reason = text_at(object_at(message, "error"), "message");
        return listener_.called(number, false, reason.substr(0, reason_size_max), nullptr);
    }
    listener_.called(number, true, "", asks ? object_at(object_at(message, "result"), "response") : Json());
}

void HaConversation::on_event(const Json& event) {
    on_added(object_at(event, "a"));
    on_changed(object_at(event, "c"));
    const auto removed = event.find("r");
    if (removed != event.end() && removed->is_array()) {
        for (const Json& id : *removed) {
            if (id.is_string() && known_.erase(id.get<std::string>()) > 0) {
                listener_.entity(id.get<std::string>(), nullptr, Json::object());
            }
        }
    }
    if (std::exchange(first_event_, false)) tell_missing();
}

void HaConversation::on_added(const Json& added) {
    for (const auto& [id, entity] : added.items()) {
        if (!std::binary_search(followed_.begin(), followed_.end(), id)) continue;
        Known& known = known_[id];
        known = {text_at(entity, "s"), object_at(entity, "a")};
        listener_.entity(id, known.state, known.attributes);
    }
}

// {"light.hall": {"+": {"s": …, "a": {changed}}, "-": {"a": [names]}}}
void HaConversation::on_changed(const Json& changed) {
    for (const auto& [id, difference] : changed.items()) {
        const auto known = known_.find(id);
        if (known == known_.end()) continue;
        const Json& more = object_at(difference, "+");
        if (more.contains("s") && more["s"].is_string()) known->second.state = more["s"];
        known->second.attributes.update(object_at(more, "a"));
        const Json& less = object_at(difference, "-");
        if (less.contains("a") && less["a"].is_array()) {
            for (const Json& name : less["a"]) {
                if (name.is_string()) known->second.attributes.erase(name.get<std::string>());
            }
        }
        listener_.entity(id, known->second.state, known->second.attributes);
    }
}

void HaConversation::tell_missing() {
    for (const std::string& id : followed_) {
        if (!known_.contains(id)) listener_.entity(id, nullptr, Json::object());
    }
}

void HaConversation::follow(std::vector<std::string> entities) {
    std::sort(entities.begin(), entities.end());
    if (entities == followed_) return;
    followed_ = std::move(entities);
    if (logged_in_) subscribe();
}

void HaConversation::subscribe() {
    if (subscription_ != 0) send_command({{"type", "unsubscribe_events"}, {"subscription", subscription_}});
    subscription_ = 0;
    known_.clear();
    if (followed_.empty()) return;
    first_event_ = true;
    subscription_ = send_command({{"type", "subscribe_entities"}, {"entity_ids", followed_}});
}

void HaConversation::call(std::uint64_t ticket, const core::HomeCall& call) {
    if (!logged_in_ || tickets_.size() >= tickets_max) {
        return listener_.called(ticket, false, "Home Assistant does not answer", nullptr);
    }
    const std::string domain(core::ha_domain(call.action));
    Json command = {{"type", "call_service"},
                    {"domain", domain},
                    {"service", call.action.substr(domain.size() + 1)},
                    {"service_data", call.data}};
    if (!call.target.empty()) command["target"] = {{"entity_id", call.target}};
    if (call.asks) command["return_response"] = true;
    tickets_[last_id_ + 1] = {ticket, call.asks}; // known before anything can answer
    send_command(std::move(command));
}

std::uint64_t HaConversation::send_command(Json command) {
    command["id"] = ++last_id_;
    listener_.send(command);
    return last_id_;
}

} // namespace hub::home
