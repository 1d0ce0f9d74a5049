// SPDX-License-Identifier: Apache-2.0
// Events on their way to the broker: kept while it is away, but not until nobody stands at the door any more.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <vector>

namespace hub::home {

struct QueuedEvent {
    std::string uid;
    std::string topic;
    std::string payload;
    std::chrono::microseconds born{}; ///< steady time at which it happened
    int mid = 0;                      ///< the broker has it but has not acknowledged it; 0: not sent
};

/// At most 32 events of at most 30 s, oldest first.
class EventQueue {
public:
    using Micros = std::chrono::microseconds;

    static constexpr std::size_t size_max = 32;
    static constexpr Micros age_max = std::chrono::seconds(30);

    /// Adds an event; what had to make room for it is returned.
    std::vector<QueuedEvent> add(QueuedEvent event);

    /// Takes out and returns what has become too old.
    std::vector<QueuedEvent> take_expired(Micros now);

    /// The broker has acknowledged it.
    void delivered(int mid);

    /// The connection is gone: whatever was not acknowledged has to be sent again.
    void connection_lost();

    std::deque<QueuedEvent>& events() { return events_; }

private:
    std::deque<QueuedEvent> events_;
};

} // namespace hub::home
