// SPDX-License-Identifier: Apache-2.0
// Which discovery documents Home Assistant still has to be told, and which ones it has to forget.
#pragma once

#include "hub/core/home_report.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace hub::home {

/// Compares what boards declare with what the broker keeps, so that only differences are said. Pure logic.
///
/// A document describes an entity, or a whole device (docs/protocol.md, "Home Assistant"). When a board's come in the
/// other form than before, Home Assistant is asked to let go of the old ones, then told the new ones, then the old ones
/// are cleared, so that names, areas and history stay. Of a device's document a component does not go by being left
/// out: it is said once more with its platform alone.
class Announcer {
public:
    using Documents = std::map<std::string, std::string>; ///< topic to payload

    struct Message {
        std::string topic;
        std::string payload;  ///< empty: forget it
        bool settled = false; ///< not before Home Assistant has digested the messages before it
    };

    explicit Announcer(std::string prefix) : prefix_(std::move(prefix)) {}

    /// The board `uid` has declared these. What was declared before and is no longer is to be forgotten.
    void declare(const std::string& uid, Documents documents);
    /// The same in other words; what a user has deleted stays deleted.
    void reword(const std::string& uid, Documents documents);

    /// The broker keeps this, or somebody has just published it; an empty payload means that Home Assistant's user has
    /// deleted the device, and it stays deleted until the board declares again. True if that has happened to one of
    /// ours.
    bool heard(const std::string& topic, std::string_view payload);

    /// A new connection: nothing is known about what the broker keeps, and nothing is said until `broker_known`.
    void connection_lost();
    /// All that the broker keeps has been `heard`.
    void broker_known();
    /// Home Assistant has started: say everything again.
    void repeat();

    /// The next message to publish; hand it to `said` when it was, before anything else.
    std::optional<Message> next() const;
    void said(const Message& message);

    /// By topic. Only after `broker_known` all.
    std::vector<core::DiscoveryOrphan> orphans() const;
    /// Makes Home Assistant forget an orphan; false if the topic is none (any more).
    bool forget(const std::string& topic);
    std::vector<core::Announced> announced() const;
    /// Whether the board has declared, or the broker keeps a document of it that is not about to be forgotten.
    bool knows(std::string_view uid) const;

private:
    using Components = std::map<std::string, std::string>; ///< of a device's document: key to platform

    struct Kept {
        std::size_t hash = 0;
        std::string name;
        Components components;
    };
    struct Step {
        std::string topic;
        bool lets_go = false; ///< ask to let go of the entity, but not of its settings
        bool settled = false;
        bool operator==(const Step& other) const { return topic == other.topic && lets_go == other.lets_go; }
    };

    void queue_differences();
    void queue_documents(const Documents& documents, bool settled);
    void queue(Step step);
    bool has_successor(const std::string& uid, const std::string& topic) const;
    std::string payload_of(const std::string& topic) const;
    const std::string* wanted(const std::string& topic) const;
    bool is_orphan(const std::string& topic) const;
    bool is_queued(const std::string& topic) const;

    static Kept read(std::string_view payload);

    std::string prefix_;
    std::map<std::string, Documents> declared_; ///< by uid
    std::map<std::string, Kept> kept_;          ///< what the broker keeps, by topic
    std::set<std::string> deleted_;             ///< by Home Assistant's user
    std::set<std::string> migrating_;           ///< topics in the old form, until they are cleared
    std::deque<Step> queue_;
    bool broker_known_ = false;
};

} // namespace hub::home
