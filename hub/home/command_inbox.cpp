// SPDX-License-Identifier: Apache-2.0
#include "hub/home/command_inbox.hpp"

#include "hub/core/declaration.hpp"
#include "hub/core/safe_json.hpp"
#include "hub/home/payloads.hpp"
#include "hub/home/topics.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace hub::home {
namespace {

constexpr std::size_t cleared_max = 4096;
constexpr std::size_t shown_max = 40; // bytes of a payload in a log line

/// The topic and payload of an entity's `mqtt_command`; empty if it has none.
std::pair<std::string, std::string> further_command(const core::Entity& entity) {
    const auto option = entity.options.find("mqtt_command");
    if (option == entity.options.end()) return {};
    return {(*option)[0].get<std::string>(), (*option)[1].get<std::string>()};
}

const core::Entity* find_entity(const core::Board& board, const std::string& id) {
    const auto found =
        std::find_if(board.entities.begin(), board.entities.end(), [&](const core::Entity& e) { return e.id == id; });
    return found == board.entities.end() ? nullptr : &*found;
}

} // namespace

CommandInbox::CommandInbox(MqttClient& client, core::Hub& hub, const MqttBoards& boards, std::string prefix)
    : client_(client),
      hub_(hub),
      boards_(boards),
      prefix_(std::move(prefix)) {}

std::optional<int> CommandInbox::connected() {
    waiting_.clear();
    live_.clear();
    cleared_.clear();
    further_ = further_topics();
    for (const std::string& topic : further_) listen(topic);
    return listen(commands_filter);
}

std::optional<int> CommandInbox::listen(const std::string& filter) {
    client_.subscribe(filter, 0, Retained::send);
    const auto mid = client_.subscribe(filter, 1, Retained::skip);
    if (mid) waiting_[*mid] = filter;
    return mid;
}

void CommandInbox::on_subscribed(int mid) {
    const auto found = waiting_.find(mid);
    if (found == waiting_.end()) return;
    live_.insert(found->second);
    waiting_.erase(found);
}

void CommandInbox::declared() {
    std::set<std::string> wanted = further_topics();
    for (const std::string& topic : further_) {
        if (wanted.contains(topic)) continue;
        client_.unsubscribe(topic);
        live_.erase(topic);
    }
    for (const std::string& topic : wanted) {
        if (!further_.contains(topic)) listen(topic);
    }
    further_ = std::move(wanted);
}

std::set<std::string> CommandInbox::further_topics() const {
    std::set<std::string> topics;
    for (const core::Board& board : hub_.boards()) {
        if (boards_.speaks(board.uid)) continue;
        for (const core::Entity& entity : board.entities) {
            const std::string topic = further_command(entity).first;
            if (core::is_further_topic(topic, prefix_)) topics.insert(topic);
        }
    }
    return topics;
}

bool CommandInbox::on_message(std::string_view topic, std::string_view payload, bool retained) {
    const std::string name(topic);
    if (parse_command_topic(topic)) {
        on_set(name, payload, retained);
    } else if (further_.contains(name)) {
        on_further(name, payload, retained);
    } else {
        return false;
    }
    return true;
}

void CommandInbox::refuse_kept(const std::string& topic, const std::string& uid, bool retained) {
    if (!retained) {
        hub_.log(uid, "warning", "MQTT " + topic + ": a command came while the hub was connecting; ignored");
        return;
    }
    client_.publish(topic, "", 1, true);
    const bool is_new = cleared_.size() < cleared_max && cleared_.insert(topic).second;
    if (!is_new) return; // the second subscription brings it again with MQTT 3.1.1
    const std::string text =
        "MQTT " + topic + ": a retained command was ignored and cleared; send commands without retain";
    spdlog::warn("{}", text);
    hub_.log(uid, "warning", text);
}

bool CommandInbox::is_echo_of_clearing(const std::string& topic, std::string_view payload) const {
    return payload.empty() && client_.protocol_version() < 5 && cleared_.contains(topic);
}

void CommandInbox::on_set(const std::string& topic, std::string_view payload, bool retained) {
    const auto name = parse_command_topic(topic);
    if (boards_.speaks(name->uid)) return note(*name, payload, retained);
    if (is_echo_of_clearing(topic, payload)) return;
    if (retained || !is_live(commands_filter)) return refuse_kept(topic, name->uid, retained);
    const core::Board* board = hub_.find(name->uid);
    const core::Entity* entity = board == nullptr ? nullptr : find_entity(*board, name->id);
    if (entity == nullptr) {
        hub_.log(name->uid, "warning", "MQTT " + topic + ": no such entity; command ignored");
        return;
    }
    auto request = read_command(*entity, payload);
    if (!request) {
        hub_.log(name->uid, "warning",
                 "MQTT " + topic + ": command refused: " + std::string(request.error().message) + ": \"" +
                     core::printable(payload, shown_max) + "\"");
        return;
    }
    request->uid = name->uid;
    command(topic, *request);
}

/// The board acts on it, or refuses it and says so; here it is put on the record.
void CommandInbox::note(const EntityName& name, std::string_view payload, bool retained) {
    const core::Board* board = hub_.find(name.uid);
    const core::Entity* entity = board == nullptr ? nullptr : find_entity(*board, name.id);
    if (retained || !is_live(commands_filter) || entity == nullptr) return;
    auto request = read_command(*entity, payload);
    if (!request) return;
    request->uid = name.uid;
    hub_.overheard(*request);
}

void CommandInbox::on_further(const std::string& topic, std::string_view payload, bool retained) {
    if (is_echo_of_clearing(topic, payload)) return;
    std::vector<core::CommandRequest> requests;
    std::string listener;
    for (const core::Board& board : hub_.boards()) {
        if (boards_.speaks(board.uid)) continue;
        for (const core::Entity& entity : board.entities) {
            const auto [wanted_topic, wanted_payload] = further_command(entity);
            if (wanted_topic != topic) continue;
            listener = board.uid;
            if (wanted_payload == payload)
                requests.push_back({board.uid, entity.id, main_command(entity.kind), "mqtt"});
        }
    }
    if (retained || !is_live(topic)) return refuse_kept(topic, listener, retained);
    if (requests.empty()) {
        hub_.log(listener, "warning",
                 "MQTT " + topic + ": not the payload that it takes; ignored: \"" +
                     core::printable(payload, shown_max) + "\"");
    }
    for (const core::CommandRequest& request : requests) command(topic, request);
}

void CommandInbox::command(const std::string& topic, const core::CommandRequest& request) {
    const auto sent = hub_.command(request);
    if (sent) return;
    hub_.log(request.uid, "warning", "MQTT " + topic + ": command refused: " + std::string(sent.error().message));
}

} // namespace hub::home
