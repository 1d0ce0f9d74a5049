// SPDX-License-Identifier: Apache-2.0
#include "hub/home/announcer.hpp"

#include "hub/core/json_parts.hpp"
#include "hub/core/safe_json.hpp"
#include "hub/home/topics.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace hub::home {
namespace {

using core::Json;
using core::object_at;
using core::text_at;

/// Twice what 64 boards of 32 entities can have; a broker with more of ours has a problem that we don't add to.
constexpr std::size_t kept_max = 4096;
constexpr std::size_t document_size_max = std::size_t{128} * 1024; // longer ones are nobody's
constexpr std::size_t components_max = 64;
constexpr std::size_t name_part_max = 64;
constexpr const char* let_go = R"({"migrate_discovery":true})";

std::size_t hash_of(std::string_view payload) { return std::hash<std::string_view>{}(payload); }

} // namespace

Announcer::Kept Announcer::read(std::string_view payload) {
    Kept kept{hash_of(payload), "", {}};
    if (payload.size() > document_size_max) return kept;
    const Json document = Json::parse(payload, nullptr, false);
    const std::string device = core::printable(text_at(object_at(document, "device"), "name"), name_part_max);
    const std::string entity = core::printable(text_at(document, "name"), name_part_max);
    kept.name = device + (device.empty() || entity.empty() ? "" : ": ") + entity;
    for (const auto& [key, component] : object_at(document, "components").items()) {
        // One that is reduced to its platform is on its way out.
        if (text_at(component, "unique_id").empty() || kept.components.size() == components_max) continue;
        kept.components[key] = text_at(component, "platform");
    }
    return kept;
}

void Announcer::declare(const std::string& uid, Documents documents) {
    for (const auto& [topic, payload] : documents) deleted_.erase(topic);
    reword(uid, std::move(documents));
}

void Announcer::reword(const std::string& uid, Documents documents) {
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
    if (kept_.size() < kept_max || kept_.contains(topic)) kept_[topic] = read(payload);
    return false;
}

void Announcer::connection_lost() {
    kept_.clear();
    queue_.clear();
    migrating_.clear();
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
            if (!deleted_.contains(topic)) queue({topic});
        }
    }
}

std::optional<Announcer::Message> Announcer::next() const {
    if (queue_.empty()) return std::nullopt;
    const Step& step = queue_.front();
    return Message{step.topic, step.lets_go ? std::string(let_go) : payload_of(step.topic), step.settled};
}

std::string Announcer::payload_of(const std::string& topic) const {
    const std::string* payload = deleted_.contains(topic) ? nullptr : wanted(topic);
    if (payload == nullptr) return {};
    const auto kept = kept_.find(topic);
    if (kept == kept_.end() || kept->second.components.empty()) return *payload;
    const Components components = read(*payload).components;
    Json document;
    for (const auto& [key, platform] : kept->second.components) {
        if (components.contains(key)) continue;
        if (document.is_null()) document = Json::parse(*payload);
        document["components"][key] = {{"platform", platform}};
    }
    return document.is_null() ? *payload : document.dump();
}

void Announcer::said(const Message& message) {
    const Step step = queue_.front();
    queue_.pop_front();
    if (step.lets_go) return;
    if (message.payload.empty()) {
        kept_.erase(step.topic);
        migrating_.erase(step.topic);
        return;
    }
    const bool has_components = is_device_topic(prefix_, step.topic);
    kept_[step.topic] = has_components ? read(message.payload) : Kept{hash_of(message.payload), "", {}};
    if (message.payload != *wanted(step.topic)) queue({step.topic, false, true}); // now without what was reduced
}

void Announcer::queue_differences() {
    if (!broker_known_) return;
    std::map<std::string, std::vector<std::string>> old_forms; // by uid
    for (const auto& [topic, kept] : kept_) {
        const auto name = parse_config_topic(prefix_, topic);
        if (!name || !declared_.contains(name->uid) || wanted(topic) != nullptr) continue;
        if (!has_successor(name->uid, topic)) {
            queue({topic});
        } else if (migrating_.insert(topic).second) {
            old_forms[name->uid].push_back(topic);
        }
    }
    for (const auto& [uid, topics] : old_forms) {
        for (const std::string& topic : topics) queue({topic, true});
    }
    for (const auto& [uid, documents] : declared_) queue_documents(documents, old_forms.contains(uid));
    bool is_first = true;
    for (const auto& [uid, topics] : old_forms) {
        for (const std::string& topic : topics) queue({topic, false, std::exchange(is_first, false)});
    }
}

void Announcer::queue_documents(const Documents& documents, bool settled) {
    for (const auto& [topic, payload] : documents) {
        const auto kept = kept_.find(topic);
        const bool is_known = kept != kept_.end() && kept->second.hash == hash_of(payload);
        if (!is_known && !deleted_.contains(topic)) queue({topic, false, std::exchange(settled, false)});
    }
}

void Announcer::queue(Step step) {
    if (std::find(queue_.begin(), queue_.end(), step) == queue_.end()) queue_.push_back(std::move(step));
}

/// Whether the board's documents, in the other form, go on with what is at the old topic.
bool Announcer::has_successor(const std::string& uid, const std::string& topic) const {
    const std::string device = device_config_topic(prefix_, uid);
    const Documents& documents = declared_.at(uid);
    if (topic == device) return !documents.empty();
    const auto found = documents.find(device);
    if (found == documents.end()) return false;
    const auto name = parse_config_topic(prefix_, topic);
    return found->second.find("\"" + unique_id(name->uid, name->id) + "\"") != std::string::npos;
}

const std::string* Announcer::wanted(const std::string& topic) const {
    for (const auto& [uid, documents] : declared_) {
        if (const auto found = documents.find(topic); found != documents.end()) return &found->second;
    }
    return nullptr;
}

bool Announcer::is_orphan(const std::string& topic) const {
    const auto name = parse_config_topic(prefix_, topic);
    return name && !declared_.contains(name->uid);
}

bool Announcer::is_queued(const std::string& topic) const {
    return std::any_of(queue_.begin(), queue_.end(), [&](const Step& step) { return step.topic == topic; });
}

std::vector<core::DiscoveryOrphan> Announcer::orphans() const {
    std::vector<core::DiscoveryOrphan> found;
    for (const auto& [topic, kept] : kept_) {
        if (!is_orphan(topic) || is_queued(topic)) continue;
        const auto name = parse_config_topic(prefix_, topic);
        found.push_back({topic, name->uid, name->id, kept.name});
    }
    return found;
}

bool Announcer::forget(const std::string& topic) {
    if (!kept_.contains(topic) || !is_orphan(topic) || is_queued(topic)) return false;
    queue({topic});
    return true;
}

std::vector<core::Announced> Announcer::announced() const {
    std::vector<core::Announced> all;
    for (const auto& [uid, documents] : declared_) {
        core::Announced one{uid, documents.size()};
        for (const auto& [topic, payload] : documents) {
            if (deleted_.contains(topic)) {
                ++one.deleted;
            } else if (const auto kept = kept_.find(topic);
                       kept == kept_.end() || kept->second.hash != hash_of(payload)) {
                ++one.waiting;
            }
        }
        all.push_back(std::move(one));
    }
    return all;
}

bool Announcer::knows(std::string_view uid) const {
    if (declared_.contains(std::string(uid))) return true;
    return std::any_of(kept_.begin(), kept_.end(), [&](const auto& item) {
        const auto name = parse_config_topic(prefix_, item.first);
        return name && name->uid == uid && !is_queued(item.first);
    });
}

} // namespace hub::home
