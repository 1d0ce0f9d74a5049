// SPDX-License-Identifier: Apache-2.0
#include "hub/home/report_delivery.hpp"

#include "hub/core/declaration.hpp"
#include "hub/home/payloads.hpp"
#include "hub/home/topics.hpp"

#include <set>
#include <utility>

namespace hub::home {
namespace {

/// Publishes one after the other and gathers their ids.
class Batch {
public:
    explicit Batch(MqttClient& client) : client_(client) {}

    void publish(const std::string& topic, const std::string& payload, bool retain) {
        const auto mid = client_.publish(topic, payload, 1, retain);
        complete_ = complete_ && mid;
        if (mid) mids_.insert(*mid);
    }
    bool complete() const { return complete_ && !mids_.empty(); }
    std::set<int> take() { return std::exchange(mids_, {}); }

private:
    MqttClient& client_;
    std::set<int> mids_;
    bool complete_ = true;
};

} // namespace

ReportDelivery::ReportDelivery(MqttClient& client, core::Hub& hub, std::string discovery_prefix)
    : client_(client),
      hub_(hub),
      discovery_prefix_(std::move(discovery_prefix)) {}

void ReportDelivery::publish(const core::ReportTaken& report) {
    ReportName name{report.uid, report.boot, report.serial};
    const core::Board* board = hub_.find(report.uid);
    if (board == nullptr || confirmations_.contains(name)) return;
    Batch batch(client_);
    for (const auto& [id, value] : report.values) {
        const core::Entity* entity = find_entity(*board, id);
        if (entity == nullptr) continue; // declared anew since
        batch.publish(entity_topic(report.uid, id, "state"), state_payload(entity->kind, value), is_kept(*entity));
    }
    for (const core::EventFired& event : report.events) {
        batch.publish(entity_topic(report.uid, event.id, "event"), event_payload(event.type, event.data), false);
        const core::Entity* entity = find_entity(*board, event.id);
        if (entity == nullptr) continue;
        if (const auto further = further_message(*entity, discovery_prefix_)) {
            batch.publish(further->topic, further->payload, false);
        }
    }
    if (batch.complete()) confirmations_.add(std::move(name), batch.take());
}

void ReportDelivery::acknowledged(int mid, bool taken) {
    const auto report = confirmations_.acknowledged(mid, taken);
    if (report) hub_.reported(report->uid, report->boot, report->serial);
}

} // namespace hub::home
