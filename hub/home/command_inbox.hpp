// SPDX-License-Identifier: Apache-2.0
// Commands that come by MQTT: which topics are listened to, and what may be acted on.
#pragma once

#include "hub/core/hub.hpp"
#include "hub/home/mqtt_boards.hpp"
#include "hub/home/mqtt_client.hpp"
#include "hub/home/topics.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace hub::home {

/// Each filter is subscribed twice. The first subscription brings what the broker kept, which is logged and cleared;
/// the second one says "nothing kept" (docs/protocol.md). Until the broker has confirmed the second, nothing is acted
/// on; afterwards nothing that carries the retain flag. Commands to boards that speak for themselves are only put on
/// the record.
class CommandInbox {
public:
    CommandInbox(MqttClient& client, core::Hub& hub, const MqttBoards& boards, std::string prefix);

    /// Subscribes to everything anew; the id of the last subscription, if there was one.
    std::optional<int> connected();
    void on_subscribed(int mid);

    /// A board has declared: listens to the further topics of its entities, and no longer to those that are gone.
    void declared();

    /// True if the topic is one of commands: then the message is dealt with.
    bool on_message(std::string_view topic, std::string_view payload, bool retained);

private:
    std::optional<int> listen(const std::string& filter);
    std::set<std::string> further_topics() const;
    bool is_live(const std::string& filter) const { return live_.contains(filter); }
    void refuse_kept(const std::string& topic, const std::string& uid, bool retained);
    void on_set(const std::string& topic, std::string_view payload, bool retained);
    void note(const EntityName& name, std::string_view payload, bool retained);
    void on_further(const std::string& topic, std::string_view payload, bool retained);
    void command(const std::string& topic, const core::CommandRequest& request);
    bool is_echo_of_clearing(const std::string& topic, std::string_view payload) const;

    MqttClient& client_;
    core::Hub& hub_;
    const MqttBoards& boards_;
    std::string prefix_;
    std::map<int, std::string> waiting_; ///< filters by the id of their second subscription
    std::set<std::string> live_;
    std::set<std::string> further_; ///< listened to
    std::set<std::string> cleared_; ///< since the connection was made
};

} // namespace hub::home
