// SPDX-License-Identifier: Apache-2.0
#include "hub/home/discovery_desk.hpp"

#include "hub/home/topics.hpp"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <utility>

namespace hub::home {
namespace {

using namespace std::chrono_literals;

constexpr int burst_size = 20; // discovery documents at once; then this many every pause
constexpr auto burst_pause = 500ms;
constexpr auto settling = 2s;

} // namespace

DiscoveryDesk::DiscoveryDesk(boost::asio::io_context& io, MqttClient& client, std::string prefix, bool by_device)
    : client_(client),
      prefix_(std::move(prefix)),
      by_device_(by_device),
      announcer_(prefix_),
      timer_(io) {
    const DiscoveryMessage self = describe_hub(prefix_);
    announcer_.declare("hub", {{self.topic, self.config.dump()}});
}

void DiscoveryDesk::declare(const core::Board& board, Speaker speaker) {
    devices_[board.uid] = device_of(board);
    announcer_.declare(board.uid, documents_of(board, speaker));
    pump();
}

void DiscoveryDesk::card_changed(const core::Board& board, Speaker speaker) {
    const auto declared = devices_.find(board.uid);
    if (declared == devices_.end()) return;
    core::Json device = device_of(board);
    if (declared->second == device) return;
    declared->second = std::move(device);
    announcer_.reword(board.uid, documents_of(board, speaker));
    pump();
}

Announcer::Documents DiscoveryDesk::documents_of(const core::Board& board, Speaker speaker) const {
    Announcer::Documents documents;
    const auto add = [&](DiscoveryMessage message) {
        documents.emplace(std::move(message.topic), message.config.dump());
    };
    if (by_device_) {
        add(describe_device(board, prefix_, speaker));
    } else {
        for (const core::Entity& entity : board.entities) add(describe(board, entity, prefix_, speaker));
        for (DiscoveryMessage& health : describe_health(board, prefix_, speaker)) add(std::move(health));
    }
    return documents;
}

void DiscoveryDesk::connection_lost() {
    announcer_.connection_lost();
    timer_.cancel();
    burst_began_.reset();
}

void DiscoveryDesk::broker_known() {
    announcer_.broker_known();
    pump();
}

void DiscoveryDesk::repeat() {
    announcer_.repeat();
    pump();
}

void DiscoveryDesk::pump() {
    while (const auto message = announcer_.next()) {
        if (has_to_wait(*message)) return;
        if (!client_.publish(message->topic, message->payload, 1, true)) return;
        announcer_.said(*message);
        last_said_ = Clock::now();
        if (is_device_topic(prefix_, message->topic)) device_said_[message->topic] = last_said_;
        ++said_in_burst_;
    }
}

/// True when the timer has been set to go on later.
bool DiscoveryDesk::has_to_wait(const Announcer::Message& message) {
    const auto now = Clock::now();
    if (!burst_began_ || now - *burst_began_ >= burst_pause) {
        burst_began_ = now;
        said_in_burst_ = 0;
    }
    auto until = now;
    if (said_in_burst_ >= burst_size) until = *burst_began_ + burst_pause;
    if (message.settled) until = std::max(until, last_said_ + settling);
    if (const auto before = device_said_.find(message.topic); before != device_said_.end()) {
        until = std::max(until, before->second + settling);
    }
    if (until <= now) return false;
    wake_after(until - now);
    return true;
}

void DiscoveryDesk::wake_after(Clock::duration pause) {
    timer_.expires_after(pause);
    auto handler = [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
        if (!error && !alive.expired()) pump();
    };
    timer_.async_wait(std::move(handler));
}

bool DiscoveryDesk::forget(const std::string& topic) {
    const auto name = parse_config_topic(prefix_, topic);
    if (!name || !announcer_.forget(topic)) return false;
    pump();
    if (!name->id.empty()) client_.publish(entity_topic(name->uid, name->id, "state"), "", 1, true);
    if (announcer_.knows(name->uid)) return true;
    for (const char* leaf : {"hello", "decl", "watch", "health", "status"}) {
        client_.publish(board_topic(name->uid, leaf), "", 1, true);
    }
    return true;
}

} // namespace hub::home
