// SPDX-License-Identifier: Apache-2.0
// Brings what battery sensors report to the broker, and tells the hub when it is there.
#pragma once

#include "hub/core/hub.hpp"
#include "hub/home/confirmations.hpp"
#include "hub/home/mqtt_client.hpp"

#include <string>

namespace hub::home {

/// On the thread of the client. Nothing is kept here: a report that the broker did not confirm is said again by its
/// board, which still has it.
class ReportDelivery {
public:
    /// Client and hub outlive it. `discovery_prefix` is Home Assistant's.
    ReportDelivery(MqttClient& client, core::Hub& hub, std::string discovery_prefix);

    /// Publishes all of it with QoS 1, unless it is on its way already.
    void publish(const core::ReportTaken& report);

    /// From MqttClient::Listener.
    void acknowledged(int mid, bool taken);
    void connection_lost() { confirmations_.connection_lost(); }

private:
    MqttClient& client_;
    core::Hub& hub_;
    std::string discovery_prefix_;
    Confirmations confirmations_;
};

} // namespace hub::home
