// SPDX-License-Identifier: Apache-2.0
// Boards that speak for themselves on their topics: to the hub's core they look like any other.
#pragma once

#include "hub/core/hub.hpp"
#include "hub/home/mqtt_client.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace hub::home {

/// Reads what such boards publish (docs/protocol.md, "Topics") and opens a line to each that says in its hello that its
/// link is MQTT. What they say themselves, their presence above all, is not for the hub to publish.
///
/// At most 64 of them, with 32 values each; what is longer than the board may say is dropped unread. On the
/// io_context's thread, never from within an observer.
class MqttBoards {
public:
    /// Both outlive this, and `disconnected` is called before it ends.
    MqttBoards(MqttClient& client, core::Hub& hub);
    ~MqttBoards();
    MqttBoards(const MqttBoards&) = delete;
    MqttBoards& operator=(const MqttBoards&) = delete;

    /// Subscribes to everything anew; what the broker keeps comes before the answer to any later subscription.
    void connected();
    /// Nothing is known of them any more.
    void disconnected();

    /// True if the topic is one that such a board has: then the message is dealt with.
    bool on_message(std::string_view topic, std::string_view payload, bool retained);

    /// Whether the board says itself what there is to say about it.
    bool speaks(std::string_view uid) const;

private:
    class Voice;

    Voice* find_or_add(const std::string& uid);

    MqttClient& client_;
    core::Hub& hub_;
    std::map<std::string, Voice, std::less<>> voices_; ///< by uid
};

} // namespace hub::home
