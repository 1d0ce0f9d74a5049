// SPDX-License-Identifier: Apache-2.0
// Says discovery documents to the broker: what differs, a few at a time, and with the pauses that Home Assistant needs.
#pragma once

#include "hub/home/announcer.hpp"
#include "hub/home/discovery.hpp"
#include "hub/home/mqtt_client.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hub::home {

/// On the io_context's thread. At most 20 documents every 500 ms, so that neither the broker's queues nor Home
/// Assistant's are overrun; a device's document not again within 2 s, for an earlier one that is still being worked on
/// would hide it.
class DiscoveryDesk {
public:
    /// `by_device`: one document a board instead of one an entity. The client outlives this.
    DiscoveryDesk(boost::asio::io_context& io, MqttClient& client, std::string prefix, bool by_device);

    void declare(const core::Board& board, Speaker speaker);
    /// The board's card has changed: its documents are said again if its device is another now, e.g. has another name.
    void card_changed(const core::Board& board, Speaker speaker);

    /// As Announcer::heard.
    bool heard(const std::string& topic, std::string_view payload) { return announcer_.heard(topic, payload); }
    void connection_lost();
    void broker_known();
    void repeat();
    /// Goes on: the client has room again.
    void pump();

    const Announcer& announcer() const { return announcer_; }
    /// As Announcer::forget, and clears what else the broker keeps of the entity; of the board too, if it was its last.
    bool forget(const std::string& topic);

private:
    using Clock = std::chrono::steady_clock;

    Announcer::Documents documents_of(const core::Board& board, Speaker speaker) const;
    bool has_to_wait(const Announcer::Message& message);
    void wake_after(Clock::duration pause);

    MqttClient& client_;
    std::string prefix_;
    bool by_device_;
    Announcer announcer_;
    boost::asio::steady_timer timer_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::optional<Clock::time_point> burst_began_;
    int said_in_burst_ = 0;
    Clock::time_point last_said_{};
    std::map<std::string, Clock::time_point> device_said_; ///< by topic of a device's document
    std::map<std::string, core::Json> devices_;            ///< by uid, as declared
};

} // namespace hub::home
