// SPDX-License-Identifier: Apache-2.0
#include "hub/home/announcer.hpp"

#include "hub/home/topics.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace hub::home {
namespace {

/// Twice what 64 boards of 32 entities can have; a broker with more of ours has a problem that we don't add to.
constexpr std::size_t kept_max = 4096;

std::size_t hash_of(std::string_view payload) { return std::hash<std::string_view>{}(payload); }

} // namespace

void Announcer::declare(const std::string& uid, Documents documents) {
    for (const auto& [topic, payload] : documents) deleted_.erase(topic);
    declared_[uid] = std::move(documents);
    queue_differences();
}

bool Announcer::heard(const std::string& topic, std::string_view payload) {
    const bool is_ours = parse_config_topic(prefix_, topic).has_value() || wanted(topic) != nullptr;
    if (!is_ours) return false;
    if (payload.empty()) {
        kept_.erase(topic);
        const bool was_wanted = wanted(topic) != nullptr;
        if (was_wanted) deleted_.insert(topic);
        return was_wanted;
    }
    if (kept_.size() < kept_max || kept_.contains(topic)) kept_[topic] = hash_of(payload);
    return false;
}

void Announcer::connection_lost() {
    kept_.clear();
    queue_.clear();
    broker_known_ = false;
}

void Announcer::broker_known() {
    broker_known_ = true;
    queue_differences();
}

void Announcer::repeat() {
    if (!broker_known_) return;
    for (const auto& [uid, documents] : declared_) {
        for (const auto& [topic, payload] : documents) {
            if (!deleted_.contains(topic)) queue(topic);
        }
    }
}

std::optional<Announcer::Message> Announcer::next() const {
    if (queue_.empty()) return std::nullopt;
    const std::string* payload = deleted_.contains(queue_.front()) ? nullptr : wanted(queue_.front());
    return Message{queue_.front(), payload == nullptr ? std::string() : *payload};
}

void Announcer::said() {
    const auto message = next();
    if (!message) return;
    if (message->payload.empty()) {
        kept_.erase(message->topic);
    } else {
        kept_[message->topic] = hash_of(message->payload);
    }
    queue_.pop_front();
}

void Announcer::queue_differences() {
    if (!broker_known_) return;
    for (const auto& [topic, hash] : kept_) {
        const auto name = parse_config_topic(prefix_, topic);
        if (name && declared_.contains(name->uid) && wanted(topic) == nullptr) queue(topic);
    }
    for (const auto& [uid, documents] : declared_) {
        for (const auto& [topic, payload] : documents) {
            const auto kept = kept_.find(topic);
            const bool is_known = kept != kept_.end() && kept->second == hash_of(payload);
            if (!is_known && !deleted_.contains(topic)) queue(topic);
        }
    }
}

void Announcer::queue(const std::string& topic) {
    if (std::find(queue_.begin(), queue_.end(), topic) == queue_.end()) queue_.push_back(topic);
}

const std::string* Announcer::wanted(const std::string& topic) const {
    for (const auto& [uid, documents] : declared_) {
        if (const auto found = documents.find(topic); found != documents.end()) return &found->second;
    }
    return nullptr;
}

} // namespace hub::home
