// SPDX-License-Identifier: Apache-2.0
#include "hub/home/event_queue.hpp"

#include <utility>

namespace hub::home {

std::vector<QueuedEvent> EventQueue::add(QueuedEvent event) {
    std::vector<QueuedEvent> dropped;
    if (events_.size() == size_max) {
        dropped.push_back(std::move(events_.front()));
        events_.pop_front();
    }
    events_.push_back(std::move(event));
    return dropped;
}

std::vector<QueuedEvent> EventQueue::take_expired(Micros now) {
    std::vector<QueuedEvent> expired;
    for (auto event = events_.begin(); event != events_.end();) {
        if (now - event->born <= age_max) {
            ++event;
            continue;
        }
        expired.push_back(std::move(*event));
        event = events_.erase(event);
    }
    return expired;
}

void EventQueue::delivered(int mid) {
    std::erase_if(events_, [&](const QueuedEvent& event) { return event.mid != 0 && event.mid == mid; });
}

void EventQueue::connection_lost() {
    for (QueuedEvent& event : events_) event.mid = 0;
}

} // namespace hub::home
