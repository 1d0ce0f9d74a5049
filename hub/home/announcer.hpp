// SPDX-License-Identifier: Apache-2.0
// Which discovery documents Home Assistant still has to be told, and which ones it has to forget.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace hub::home {

/// Compares what boards declare with what the broker keeps, so that only differences are said. Pure logic.
class Announcer {
public:
    using Documents = std::map<std::string, std::string>; ///< topic to payload

    struct Message {
        std::string topic;
        std::string payload; ///< empty: forget it
    };

    explicit Announcer(std::string prefix) : prefix_(std::move(prefix)) {}

    /// The board `uid` has declared these. What was declared before and is no longer is to be forgotten.
    void declare(const std::string& uid, Documents documents);

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

    /// The next message to publish; call `said` when it was.
    std::optional<Message> next() const;
    void said();

private:
    void queue_differences();
    void queue(const std::string& topic);
    const std::string* wanted(const std::string& topic) const;

    std::string prefix_;
    std::map<std::string, Documents> declared_; ///< by uid
    std::map<std::string, std::size_t> kept_;   ///< hash of the payload that the broker keeps, by topic
    std::set<std::string> deleted_;             ///< by Home Assistant's user
    std::deque<std::string> queue_;
    bool broker_known_ = false;
};

} // namespace hub::home
