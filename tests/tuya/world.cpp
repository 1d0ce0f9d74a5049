// SPDX-License-Identifier: Apache-2.0
#include "tests/tuya/world.hpp"

#include "base/expect.hpp"
#include "protocol/tests/tuya/tuya_vectors.hpp"
#include "protocol/tuya/datapoint.hpp"

#include <algorithm>

namespace tuya_tests {

namespace {
constexpr Micros byte_time = 1042;    // ten bits at 9600 baud
constexpr unsigned turns_max = 10000; // in one moment
} // namespace

void Wire::send(std::span<const std::uint8_t> bytes, Micros at) {
    Bytes frame(bytes.begin(), bytes.end());
    sent.emplace_back(at, frame);
    if (harm) harm(frame);
    free_at_ = std::max(free_at_, at);
    // In two pieces, for half a frame is what a line delivers most of the time.
    const std::size_t half = frame.size() / 2;
    free_at_ += byte_time * static_cast<Micros>(half);
    if (half > 0)
        pieces_.emplace_back(free_at_, Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(half)));
    free_at_ += byte_time * static_cast<Micros>(frame.size() - half);
    if (!frame.empty())
        pieces_.emplace_back(free_at_, Bytes(frame.begin() + static_cast<std::ptrdiff_t>(half), frame.end()));
}

void Wire::cut() {
    pieces_.clear();
    free_at_ = 0;
}

Micros Wire::next() const { return pieces_.empty() ? base::never : pieces_.front().first; }

std::optional<Bytes> Wire::take(Micros now) {
    if (pieces_.empty() || pieces_.front().first > now) return std::nullopt;
    Bytes bytes = std::move(pieces_.front().second);
    pieces_.pop_front();
    return bytes;
}

World::World(const TuyaProduct& product) : mcu(product, *this) { flash.declared = declaration_now; }

// --- time ---

bool World::run_to(const std::function<bool()>& condition, Micros limit) {
    const Micros end = now + limit;
    unsigned turns = 0;
    while (!condition()) {
        if (now >= end || stands_still) return false;
        const Micros next = std::clamp(next_moment(), now, end);
        turns = next == now ? turns + 1 : 0;
        stands_still = turns > turns_max;
        now = next;
        do_now();
    }
    return true;
}

void World::run_until(Micros end) {
    (void)run_to([] { return false; }, end - now);
}

Micros World::next_moment() const {
    Micros next = std::min({mcu.deadline(), to_module.next(), to_mcu.next(), boots_at_, network_changes()});
    if (session_ && !asleep) next = std::min(next, session_->deadline());
    for (const Message& message : on_their_way_)
        next = std::min(next, message.arrived ? message.confirmed : message.arrives);
    if (!acts_.empty()) next = std::min(next, acts_.begin()->first);
    return next;
}

void World::do_now() {
    while (!acts_.empty() && acts_.begin()->first <= now) {
        const auto act = std::move(acts_.begin()->second);
        acts_.erase(acts_.begin());
        act();
    }
    if (now >= boots_at_) boot_module();
    while (const auto bytes = to_module.take(now)) {
        if (session_ && !asleep) received_.insert(received_.end(), bytes->begin(), bytes->end());
    }
    while (const auto bytes = to_mcu.take(now)) mcu.hear(*bytes, now);
    mcu.step(now);
    run_broker();
    known_state_ = state();
    if (session_ && !asleep) session_->step(now);
    measure_awake();
}

void World::measure_awake() {
    if (mcu.powered() && !asleep && boots_at_ == base::never) longest_awake = std::max(longest_awake, now - powered_at);
}

// --- the module ---

void World::power(bool on, Micros when) noexcept {
    stop_module();
    to_module.cut();
    to_mcu.cut();
    if (on) to_module.sent.clear();
    if (on) to_mcu.sent.clear();
    powered_at = when;
    boots_at_ = on ? when + module_boot : base::never;
}

void World::stop_module() {
    session_.reset();
    received_.clear();
    joined_at_ = base::never;
    // What has left the module may arrive all the same; nobody hears its confirmation.
    for (Message& message : on_their_way_) message.confirmed = base::never;
    asleep = false;
}

void World::boot_module() {
    boots_at_ = base::never;
    ++boots;
    if (next_plan) plan = next_plan();
    session_.emplace(Session::Parts{*this, *this, *this, *this}, flash);
    session_->boot(now);
}

void World::transmit(std::span<const std::uint8_t> bytes, Micros when) noexcept { to_module.send(bytes, when); }

void World::told(std::uint32_t event, Micros when) noexcept {
    told_events.emplace_back(when, event);
    if (on_told) on_told(event);
}

std::size_t World::read(std::span<std::uint8_t> into) noexcept {
    const std::size_t count = std::min(into.size(), received_.size());
    std::copy_n(received_.begin(), count, into.begin());
    received_.erase(received_.begin(), received_.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
}

std::size_t World::write(std::span<const std::uint8_t> bytes) noexcept {
    // Frame by frame, so that each can be harmed.
    std::size_t at = 0;
    while (at < bytes.size()) {
        const std::size_t size = std::size_t{7} + bytes[at + 4] * 256U + bytes[at + 5];
        check_status(bytes.subspan(at, size));
        to_mcu.send(bytes.subspan(at, size), now);
        at += size;
    }
    return bytes.size();
}

void World::check_status(std::span<const std::uint8_t> frame) {
    if (frame[3] != 2 || frame[6] < 2) return;
    if (static_cast<int>(state()) < frame[6] - 1) ++untrue_statuses;
}

void World::save(const Kept& kept) noexcept {
    ++saves;
    flash = kept;
}

void World::restart() noexcept {
    ++restarts;
    // Not from inside of the session that asks for it.
    at(now, [this] {
        stop_module();
        powered_at = now;
        boots_at_ = now + module_boot;
    });
}

void World::sleep() noexcept {
    asleep = true;
    received_.clear();
}

// --- network and broker ---

void World::join() noexcept {
    ++joins;
    joined_at_ = now;
}

void World::forget() noexcept {
    ++forgets;
    is_configured = false;
    joined_at_ = base::never;
}

NetworkState World::state() const noexcept {
    if (joined_at_ == base::never) return NetworkState::down;
    const Micros age = now - joined_at_;
    if (age >= plan.drops && age < plan.returns) return NetworkState::down;
    if (age >= plan.ready) return NetworkState::ready;
    if (age >= plan.addressed) return NetworkState::addressed;
    return age >= plan.joined ? NetworkState::joined : NetworkState::down;
}

Micros World::network_changes() const {
    if (joined_at_ == base::never) return base::never;
    Micros next = base::never;
    for (const Micros change : {plan.joined, plan.addressed, plan.ready, plan.drops, plan.returns}) {
        if (change != base::never && joined_at_ + change > now) next = std::min(next, joined_at_ + change);
    }
    return next;
}

bool World::publish(const Delivery& delivery) noexcept {
    if (publisher_full) return false;
    ++publishes;
    Message message;
    post(message);
    on_their_way_.back().arrival = {0,
                                    delivery.serial,
                                    delivery.record,
                                    delivery.late,
                                    delivery.time,
                                    Bytes(delivery.datapoints.begin(), delivery.datapoints.end())};
    return true;
}

bool World::declare() noexcept {
    ++declarations;
    Message message;
    message.declaration = true;
    post(message);
    return true;
}

/// One connection: nothing overtakes.
void World::post(Message message) {
    const Micros before = on_their_way_.empty() ? 0 : on_their_way_.back().arrives;
    message.arrives = std::max(now + plan.to_broker, before);
    const bool lost = plan.confirmation == base::never || (loses_confirmation && loses_confirmation());
    message.confirmed = lost ? base::never : message.arrives + plan.confirmation;
    on_their_way_.push_back(std::move(message));
}

void World::run_broker() {
    const bool connected = state() == NetworkState::ready;
    if (!connected) {
        // The connection is gone: what was on its way is lost, and so is every confirmation.
        std::erase_if(on_their_way_, [](const Message& message) { return !message.arrived; });
        for (Message& message : on_their_way_) message.confirmed = base::never;
    }
    for (Message& message : on_their_way_) {
        if (!message.arrived && now >= message.arrives) {
            message.arrived = true;
            message.arrival.at = now;
            if (!message.declaration) arrivals.push_back(message.arrival);
        }
        if (message.arrived && now >= message.confirmed && session_) {
            if (message.declaration)
                session_->declared();
            else
                session_->delivered(message.arrival.serial);
        }
    }
    std::erase_if(on_their_way_, [this](const Message& message) {
        return message.arrived && (now >= message.confirmed || message.confirmed == base::never);
    });
}

// --- what a test asks ---

bool World::has_note(Note note) const {
    return std::any_of(notes.begin(), notes.end(), [&](const auto& said) { return said.first == note; });
}

std::vector<std::string> World::said() const {
    std::vector<std::string> frames;
    for (const auto& [when, frame] : to_mcu.sent) frames.push_back(protocol::tests::to_hex(frame));
    return frames;
}

std::int64_t World::home(std::uint8_t id) const {
    for (auto arrival = arrivals.rbegin(); arrival != arrivals.rend(); ++arrival) {
        protocol::tuya::DatapointReader datapoints(arrival->datapoints);
        while (const auto datapoint = datapoints.next()) {
            if (datapoint->id == id) return datapoint->number().value_or(-1);
        }
    }
    return -1;
}

} // namespace tuya_tests
