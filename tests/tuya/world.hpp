// SPDX-License-Identifier: Apache-2.0
// A battery sensor whole: the MCU, the line, a module that runs the session, an access point and a broker, in virtual
// time.
#pragma once

#include "firmware/ports/shared/tuya_mcu.hpp"
#include "firmware/runtime/tuya/session.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tuya_tests {

using base::from_ms;
using base::Micros;
using firmware::ports::TuyaMcu;
using firmware::ports::TuyaProduct;
using firmware::runtime::tuya::Delivery;
using firmware::runtime::tuya::Kept;
using firmware::runtime::tuya::LineSettings;
using firmware::runtime::tuya::NetworkState;
using firmware::runtime::tuya::Note;
using firmware::runtime::tuya::Session;
using Bytes = std::vector<std::uint8_t>;

/// One direction of the line at 9600 baud. What the test does to it happens to whole frames.
class Wire {
public:
    void send(std::span<const std::uint8_t> bytes, Micros at);
    void cut();
    Micros next() const;
    std::optional<Bytes> take(Micros now);
    bool idle(Micros now) const { return now >= free_at_; }

    /// May change a frame, or take it away by leaving it empty.
    std::function<void(Bytes&)> harm;
    std::vector<std::pair<Micros, Bytes>> sent; ///< all frames, before harm

private:
    std::deque<std::pair<Micros, Bytes>> pieces_;
    Micros free_at_ = 0;
};

/// How long what takes after the module begins to join; `base::never`: it does not happen.
struct NetworkPlan {
    Micros joined = from_ms(600);
    Micros addressed = from_ms(700);
    Micros ready = from_ms(850);
    Micros drops = base::never; ///< the connection breaks, from the same start
    Micros returns = base::never;
    Micros to_broker = from_ms(10);
    Micros confirmation = from_ms(20); ///< after it has arrived; `base::never`: lost
};

/// What the broker got.
struct Arrival {
    Micros at = 0;
    std::uint16_t serial = 0;
    bool record = false;
    bool late = false;
    std::optional<protocol::tuya::LocalTime> time;
    Bytes datapoints;
};

class World : public firmware::ports::TuyaWorld,
              public firmware::runtime::tuya::Line,
              public firmware::runtime::tuya::Network,
              public firmware::runtime::tuya::Publisher,
              public firmware::runtime::tuya::System {
public:
    explicit World(const TuyaProduct& product);
    virtual ~World() = default;
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // --- time ---
    /// All that happens until then.
    void run_until(Micros end);
    void run(Micros duration) { run_until(now + duration); }
    /// Until `condition` or `limit` after now; whether it came true.
    bool run_to(const std::function<bool()>& condition, Micros limit);
    /// What the test does at a moment.
    void at(Micros when, std::function<void()> act) { acts_.emplace(when, std::move(act)); }

    // --- the world ---
    Micros now = 0;
    TuyaMcu mcu;
    Wire to_module;
    Wire to_mcu;
    Micros module_boot = from_ms(250);
    NetworkPlan plan;                       ///< of each boot
    std::function<NetworkPlan()> next_plan; ///< else of the next one
    bool is_configured = true;
    std::optional<protocol::tuya::LocalTime> clock;
    std::optional<std::uint8_t> signal = 80;
    std::uint32_t declaration_now = 7;
    bool publisher_full = false;
    std::function<bool()> loses_confirmation; ///< of one message

    // --- the module ---
    Session* session() { return session_ ? &*session_ : nullptr; }
    Kept flash;
    bool asleep = false;
    unsigned boots = 0;
    unsigned restarts = 0;
    unsigned saves = 0;
    unsigned declarations = 0;
    unsigned joins = 0;
    unsigned configurations = 0;
    unsigned forgets = 0;
    std::optional<LineSettings> line_settings;
    std::vector<std::pair<Note, unsigned>> notes;
    Micros powered_at = 0;
    Micros longest_awake = 0;     ///< of a powered module that does not sleep
    unsigned untrue_statuses = 0; ///< told to the MCU while they were not true
    bool stands_still = false;    ///< somebody wants to be woken without end; the world has stopped

    // --- the home ---
    std::vector<Arrival> arrivals;
    std::vector<std::pair<Micros, std::uint32_t>> told_events;
    std::set<std::uint32_t> dropped_events;
    unsigned publishes = 0;
    /// Called at the moment in which the MCU forgets an event.
    std::function<void(std::uint32_t)> on_told;

    bool has_note(Note note) const;
    /// Frames that the module sent in this powered time, as hex.
    std::vector<std::string> said() const;
    /// The newest value that the broker got of a datapoint; -1: none.
    std::int64_t home(std::uint8_t id) const;

    // firmware::ports::TuyaWorld
    void power(bool on, Micros when) noexcept override;
    void transmit(std::span<const std::uint8_t> bytes, Micros when) noexcept override;
    void told(std::uint32_t event, Micros when) noexcept override;
    void dropped(std::uint32_t event) noexcept override { dropped_events.insert(event); }
    // Line
    void open(const LineSettings& settings) noexcept override { line_settings = settings; }
    std::size_t read(std::span<std::uint8_t> into) noexcept override;
    std::size_t write(std::span<const std::uint8_t> bytes) noexcept override;
    bool idle() const noexcept override { return to_mcu.idle(now); }
    // Network
    bool configured() const noexcept override { return is_configured; }
    void join() noexcept override;
    void open_configuration(protocol::tuya::NetworkStatus) noexcept override { ++configurations; }
    void forget() noexcept override;
    NetworkState state() const noexcept override;
    std::optional<std::uint8_t> signal_percent() const noexcept override { return signal; }
    std::optional<protocol::tuya::LocalTime> local_time() const noexcept override { return clock; }
    unsigned steps() const noexcept override { return 0; }
    // Publisher
    bool publish(const Delivery& delivery) noexcept override;
    std::uint32_t declaration() const noexcept override { return declaration_now; }
    bool declare() noexcept override;
    // System
    void save(const Kept& kept) noexcept override;
    void restart() noexcept override;
    void sleep() noexcept override;
    void note(Note what, std::uint8_t detail) noexcept override { notes.emplace_back(what, detail); }

private:
    struct Message {
        Micros arrives = 0;
        Micros confirmed = 0;
        Arrival arrival;
        bool declaration = false;
        bool arrived = false;
    };

    Micros next_moment() const;
    void do_now();
    void boot_module();
    void stop_module();
    void run_broker();
    void check_status(std::span<const std::uint8_t> frame);
    void post(Message message);
    Micros network_changes() const;
    void measure_awake();

    std::optional<Session> session_;
    Micros boots_at_ = base::never;
    Micros joined_at_ = base::never; ///< when it began to join
    NetworkState known_state_ = NetworkState::down;
    std::deque<std::uint8_t> received_;
    std::deque<Message> on_their_way_;
    std::multimap<Micros, std::function<void()>> acts_;
};

} // namespace tuya_tests
