// SPDX-License-Identifier: Apache-2.0
// The hub's side of MQTT and Home Assistant: says what boards say, and brings their commands.
#pragma once

#include "base/result.hpp"
#include "hub/core/home_report.hpp"
#include "hub/core/hub.hpp"
#include "hub/home/mqtt_client.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hub::home {

struct HomeConfig {
    /// Start Mosquitto on loopback, with its files in `data_dir`; otherwise use `broker`.
    bool own_broker = true;
    BrokerAddress broker = {};
    std::filesystem::path data_dir = {};
    std::string discovery_prefix = "homeassistant";
    bool discovery_by_device = false; ///< one document a board, which Home Assistant knows from 2024.11 on
    std::string birth_topic = "homeassistant/status"; ///< where Home Assistant says `online`
};

/// The word of the API: `connected`, `connecting`, `off`.
std::string_view state_name(MqttState state) noexcept;

/// Publishes the topics of docs/protocol.md for every board of the hub, and takes their commands. Everything is said
/// again after each connection and each start of Home Assistant. Commands that the broker kept are never acted on: they
/// are logged and cleared.
///
/// All calls on the io_context's thread, which is the core's. Add it to the hub as an observer before boards appear.
class Home final : public core::Observer {
public:
    Home(boost::asio::io_context& io, HomeConfig config, core::Hub& hub); ///< the hub outlives it
    ~Home();                                                              ///< like `stop`
    Home(const Home&) = delete;
    Home& operator=(const Home&) = delete;

    /// Returns at once and connects when it can. Errors: of our own broker, see MosquittoProcess::start.
    base::Result<> start();
    /// Says that the hub and its boards are offline, and ends our own broker.
    void stop();

    MqttState status() const;
    /// Where the broker is, for whoever has to tell Home Assistant; our own one's port is known after `start`.
    const BrokerAddress& broker() const;

    /// All of it that is about MQTT.
    core::HomeReport report() const;
    /// Makes Home Assistant forget those of these topics that are orphans (see core::DiscoveryOrphan); how many were.
    std::size_t forget(const std::vector<std::string>& topics);

    void on_change(const core::Change& change) override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hub::home
