// SPDX-License-Identifier: Apache-2.0
#include "hub/home/home.hpp"

#include "hub/core/declaration.hpp"
#include "hub/home/command_inbox.hpp"
#include "hub/home/discovery_desk.hpp"
#include "hub/home/event_queue.hpp"
#include "hub/home/health_book.hpp"
#include "hub/home/mosquitto_process.hpp"
#include "hub/home/mqtt_boards.hpp"
#include "hub/home/payloads.hpp"
#include "hub/home/report_delivery.hpp"
#include "hub/home/topics.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <utility>

namespace hub::home {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using core::Json;
using namespace std::chrono_literals;

constexpr auto birth_delay_min = 100ms;
constexpr auto birth_delay_max = 600ms;
constexpr auto birth_delay_per_board = 50ms;
/// Home Assistant comes back to a broker within 10 s, and events said before are lost to it.
constexpr auto hold_time = 12s;
constexpr std::size_t seen_online_max = 1024;

std::chrono::microseconds steady_now() { return std::chrono::microseconds(core::steady_now()); }

const core::Entity* find_entity(const core::Board* board, const std::string& id) {
    return board == nullptr ? nullptr : home::find_entity(*board, id);
}

/// A board that has said hello once; before, there is nothing to say about it.
bool is_introduced(const core::Board& board) { return !board.decl.empty() || board.online; }

} // namespace

std::string_view state_name(MqttState state) noexcept {
    switch (state) {
    case MqttState::off: return "off";
    case MqttState::connecting: return "connecting";
    case MqttState::connected: return "connected";
    }
    return "off";
}

class Home::Impl final : public MqttClient::Listener {
public:
    Impl(asio::io_context& io, HomeConfig config, core::Hub& hub)
        : config_(std::move(config)),
          hub_(hub),
          process_(io, config_.data_dir),
          client_(io, *this),
          boards_(client_, hub),
          inbox_(client_, hub, boards_, config_.discovery_prefix),
          desk_(io, client_, config_.discovery_prefix, config_.discovery_by_device),
          reports_(client_, hub, config_.discovery_prefix),
          birth_timer_(io),
          hold_timer_(io),
          expiry_timer_(io) {
        hub.set_broker(core::BrokerState::away);
    }

    base::Result<> start();
    void stop();
    MqttState status() const {
        return running_ && client_.state() == MqttState::off ? MqttState::connecting : client_.state();
    }
    const BrokerAddress& broker() const { return config_.broker; }
    core::HomeReport report() const;
    std::size_t forget(const std::vector<std::string>& topics);

    void on(const core::BoardChanged& change);
    void on(const core::EntitiesDeclared& change);
    void on(const core::StateChanged& change) {
        if (!change.reported) publish_state(change.uid, change.id, change.state.value);
    }
    void on(const core::EventFired& change);
    void on(const core::ReportTaken& report) {
        // Events are lost to a Home Assistant that is not back yet; the board says them again.
        if (ready_ && (report.events.empty() || !holding_)) reports_.publish(report);
    }
    void on(const core::CommandChanged& change);
    void on(const core::LogLine& line) {
        if (boards_.speaks(line.uid)) return;
        publish_once(board_topic(line.uid, "log"), {{"level", line.level}, {"text", line.text}});
    }
    void on(const core::Crashed& change) {
        if (!boards_.speaks(change.uid)) publish_once(board_topic(change.uid, "crash"), change.crash);
        publish_health(change.uid, health_.note(change));
    }
    void on(const core::Heartbeat& change) { publish_health(change.uid, health_.note(change, steady_now())); }
    template <typename T>
    void on(const T&) {} // outputs, console and what is past stay in the hub

private:
    void connect();
    void on_connected() override;
    void on_disconnected(std::string_view reason) override;
    void on_waiting(std::string_view reason, std::chrono::milliseconds pause) override;
    void on_message(std::string_view topic, std::string_view payload, bool retained) override;
    void on_subscribed(int mid) override;
    void on_delivered(int mid, bool taken) override;

    void on_ready();
    void note_presence(std::string_view topic);
    void on_birth_message(std::string_view payload, bool retained);
    void on_config(std::string_view topic, std::string_view payload);
    void publish_everything();
    Speaker speaker_of(const std::string& uid) const { return boards_.speaks(uid) ? Speaker::board : Speaker::hub; }
    void publish_card(const std::string& uid);
    void publish_declaration(const core::Board& board);
    void publish_state(const std::string& uid, const std::string& id, const Json& value);
    void publish_kept(const std::string& uid, const std::string& id, const std::string& topic,
                      const std::string& payload);
    void publish_once(const std::string& topic, const Json& payload);
    void publish_offline();
    void publish_health(const std::string& uid, const std::optional<std::string>& figures);
    void queue_event(const std::string& uid, std::string topic, std::string payload, core::Time at);
    void send_events();
    void drop(const QueuedEvent& event, std::string_view why);
    void watch_expiry();
    void after(asio::steady_timer& timer, std::chrono::milliseconds pause, void (Impl::*step)());

    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true); ///< tells a timer that fired already that we are gone
    HomeConfig config_;
    core::Hub& hub_;
    MosquittoProcess process_;
    MqttClient client_;
    MqttBoards boards_;
    CommandInbox inbox_;
    DiscoveryDesk desk_;
    HealthBook health_;
    ReportDelivery reports_;
    EventQueue events_;
    asio::steady_timer birth_timer_;
    asio::steady_timer hold_timer_;
    asio::steady_timer expiry_timer_;
    std::map<std::string, std::string> cards_;             ///< what was last said about each board's presence
    std::set<std::pair<std::string, std::string>> unsent_; ///< states, or cards (no id), that found the queue full
    std::set<std::string> seen_online_;                    ///< boards that the broker kept as online
    std::optional<int> ready_mid_;
    bool running_ = false;
    bool ready_ = false;   ///< connected, and what the broker keeps is known
    bool holding_ = false; ///< events wait for Home Assistant to come back
    bool was_connected_ = false;
    bool home_assistant_seen_ = false;
    std::optional<core::Time> birth_; ///< of Home Assistant, as it said it
};

// --- coming and going ---------------------------------------------------------------------------------------------

base::Result<> Home::Impl::start() {
    running_ = true;
    if (!config_.own_broker) {
        connect();
        return {};
    }
    const auto access = process_.start([this] {
        if (client_.state() == MqttState::off) connect();
    });
    if (!access) {
        running_ = false;
        return tl::unexpected(access.error());
    }
    config_.broker = BrokerAddress{"127.0.0.1", access->port, access->username, access->password};
    return {};
}

core::HomeReport Home::Impl::report() const {
    core::HomeReport report;
    report.broker = state_name(status());
    report.broker_address = config_.broker.host + ":" + std::to_string(config_.broker.port);
    report.discovery = config_.discovery_by_device ? "device" : "entity";
    report.running = ready_ && home_assistant_seen_;
    report.birth = birth_;
    report.announced = desk_.announcer().announced();
    if (ready_) report.orphans = desk_.announcer().orphans();
    return report;
}

std::size_t Home::Impl::forget(const std::vector<std::string>& topics) {
    if (!ready_) return 0;
    return static_cast<std::size_t>(
        std::count_if(topics.begin(), topics.end(), [this](const std::string& topic) { return desk_.forget(topic); }));
}

void Home::Impl::connect() { client_.start(config_.broker, LastWill{hub_status_topic, "offline"}); }

void Home::Impl::stop() {
    if (!running_) return;
    running_ = false;
    if (ready_) publish_offline();
    ready_ = false;
    for (asio::steady_timer* timer : {&birth_timer_, &hold_timer_, &expiry_timer_}) timer->cancel();
    client_.stop();
    boards_.disconnected();
    hub_.set_broker(core::BrokerState::away);
    process_.stop();
}

void Home::Impl::publish_offline() {
    for (const core::Board& board : hub_.boards()) {
        if (!is_introduced(board) || boards_.speaks(board.uid)) continue; // whose presence is its own to tell
        client_.publish(board_topic(board.uid, "status"), "offline", 1, true);
    }
    client_.publish(hub_status_topic, "offline", 1, true);
}

void Home::Impl::on_connected() {
    spdlog::info("MQTT: connected to {}:{} with MQTT {}", config_.broker.host, config_.broker.port,
                 client_.protocol_version() == 5 ? "5" : "3.1.1");
    desk_.connection_lost();
    seen_online_.clear();
    unsent_.clear();
    cards_.clear();
    client_.subscribe(config_.discovery_prefix + "/+/+/config", 0, Retained::send);
    boards_.connected();
    client_.subscribe(config_.birth_topic, 1, Retained::skip);
    ready_mid_ = inbox_.connected(); // once it is confirmed, all that the broker keeps has come
}

void Home::Impl::on_subscribed(int mid) {
    inbox_.on_subscribed(mid);
    if (ready_mid_ && mid == *ready_mid_) on_ready();
}

void Home::Impl::on_ready() {
    ready_ = true;
    inbox_.declared(); // what boards declared while the broker told what it keeps
    client_.publish(hub_status_topic, "online", 1, true);
    for (const std::string& uid : seen_online_) { // from before this hub was started
        const core::Board* board = hub_.find(uid);
        if (boards_.speaks(uid)) continue;
        if (board == nullptr || !board->online) client_.publish(board_topic(uid, "status"), "offline", 1, true);
    }
    desk_.broker_known();
    publish_everything();
    hub_.set_broker(core::BrokerState::connected);
    holding_ = was_connected_ && home_assistant_seen_;
    was_connected_ = true;
    if (holding_) {
        after(hold_timer_, hold_time, &Impl::send_events);
    } else {
        send_events();
    }
}

void Home::Impl::on_waiting(std::string_view reason, std::chrono::milliseconds pause) {
    spdlog::warn("MQTT: {}:{}: {}; trying again in {} ms", config_.broker.host, config_.broker.port, reason,
                 pause.count());
}

void Home::Impl::on_disconnected(std::string_view reason) {
    spdlog::warn("MQTT: connection lost: {}", reason);
    ready_ = false;
    holding_ = false;
    ready_mid_.reset();
    events_.connection_lost();
    reports_.connection_lost();
    hub_.set_broker(core::BrokerState::away);
    for (asio::steady_timer* timer : {&birth_timer_, &hold_timer_}) timer->cancel();
    desk_.connection_lost();
    boards_.disconnected();
}

void Home::Impl::on_message(std::string_view topic, std::string_view payload, bool retained) {
    if (inbox_.on_message(topic, payload, retained)) return;
    if (topic == config_.birth_topic) return on_birth_message(payload, retained);
    if (!topic.starts_with("ouro/")) return on_config(topic, payload);
    if (!ready_ && payload == "online") note_presence(topic);
    boards_.on_message(topic, payload, retained);
}

void Home::Impl::note_presence(std::string_view topic) {
    constexpr std::string_view end = "/status";
    if (!topic.ends_with(end) || seen_online_.size() >= seen_online_max) return;
    topic.remove_prefix(std::string_view("ouro/").size());
    topic.remove_suffix(end.size());
    if (topic != "hub") seen_online_.emplace(topic);
}

void Home::Impl::on_config(std::string_view topic, std::string_view payload) {
    const std::string name(topic);
    if (!desk_.heard(name, payload)) return;
    const auto entity = parse_config_topic(config_.discovery_prefix, topic);
    if (entity)
        hub_.log(entity->uid, "info",
                 entity->id + ": deleted in Home Assistant; stays so until the board declares again");
}

void Home::Impl::on_birth_message(std::string_view payload, bool retained) {
    home_assistant_seen_ = payload == "online";
    if (home_assistant_seen_ && !retained) birth_ = core::wall_now();
    if (retained || payload != "online" || !ready_) return;
    std::minstd_rand random{std::random_device{}()};
    const auto spread = birth_delay_max + birth_delay_per_board * static_cast<int>(hub_.boards().size());
    std::uniform_int_distribution<std::int64_t> delay((birth_delay_min).count(), (birth_delay_min + spread).count());
    after(birth_timer_, std::chrono::milliseconds(delay(random)), &Impl::publish_everything);
    desk_.repeat();
}

// --- saying -------------------------------------------------------------------------------------------------------

/// Everything that Home Assistant shows: documents, presence, values; then the events that waited for it.
void Home::Impl::publish_everything() {
    desk_.pump();
    client_.publish(hub_status_topic, "online", 1, true);
    cards_.clear();
    for (const core::Board& board : hub_.boards()) {
        publish_health(board.uid, health_.find(board.uid));
        if (!is_introduced(board) || boards_.speaks(board.uid)) continue;
        publish_card(board.uid);
        publish_declaration(board);
        for (const auto& [id, state] : board.states) publish_state(board.uid, id, state.value);
    }
    if (holding_) send_events();
}

void Home::Impl::publish_card(const std::string& uid) {
    const core::Board* board = hub_.find(uid);
    if (!ready_ || board == nullptr || !is_introduced(*board) || boards_.speaks(uid)) return;
    const std::string status = board->online ? "online" : "offline";
    const std::string hello = hello_of(*board).dump();
    std::string card = status + hello;
    if (cards_[uid] == card) return;
    cards_[uid] = std::move(card);
    publish_kept(uid, "", board_topic(uid, "hello"), hello);
    publish_kept(uid, "", board_topic(uid, "status"), status);
}

void Home::Impl::publish_declaration(const core::Board& board) {
    if (boards_.speaks(board.uid)) return;
    publish_kept(board.uid, "", board_topic(board.uid, "decl"), declaration_of(board).dump());
}

void Home::Impl::publish_state(const std::string& uid, const std::string& id, const Json& value) {
    const core::Entity* entity = find_entity(hub_.find(uid), id);
    if (!ready_ || entity == nullptr || boards_.speaks(uid)) return;
    const std::string topic = entity_topic(uid, id, "state");
    const std::string payload = state_payload(entity->kind, value);
    if (is_kept(*entity)) return publish_kept(uid, id, topic, payload);
    client_.publish(topic, payload, 1, false);
}

void Home::Impl::publish_kept(const std::string& uid, const std::string& id, const std::string& topic,
                              const std::string& payload) {
    if (!ready_ || client_.publish(topic, payload, 1, true)) return;
    unsent_.emplace(uid, id); // the newest value follows as soon as there is room
}

/// Also of boards that speak for themselves: how they are is what the hub has gathered.
void Home::Impl::publish_health(const std::string& uid, const std::optional<std::string>& figures) {
    if (ready_ && figures) client_.publish(board_topic(uid, "health"), *figures, 0, true);
}

void Home::Impl::publish_once(const std::string& topic, const Json& payload) {
    if (ready_) client_.publish(topic, payload.dump(-1, ' ', false, Json::error_handler_t::replace), 0, false);
}

void Home::Impl::on_delivered(int mid, bool taken) {
    reports_.acknowledged(mid, taken);
    events_.delivered(mid);
    if (unsent_.empty()) return;
    const auto [uid, id] = *unsent_.begin();
    unsent_.erase(unsent_.begin());
    const core::Board* board = hub_.find(uid);
    if (board == nullptr) return;
    if (id.empty()) {
        cards_.erase(uid);
        publish_card(uid);
        publish_declaration(*board);
        return;
    }
    for (const auto& [key, state] : board->states) {
        if (key == id) publish_state(uid, id, state.value);
    }
}

void Home::Impl::on(const core::BoardChanged& change) {
    publish_card(change.uid);
    const core::Board* board = hub_.find(change.uid);
    if (board != nullptr) desk_.card_changed(*board, speaker_of(change.uid));
}

void Home::Impl::on(const core::EntitiesDeclared& change) {
    const core::Board* board = hub_.find(change.uid);
    if (board == nullptr) return;
    desk_.declare(*board, speaker_of(change.uid));
    publish_declaration(*board);
    if (ready_) inbox_.declared();
}

void Home::Impl::on(const core::CommandChanged& change) {
    if (change.outcome == "sent" || change.cmd_id.empty() || boards_.speaks(change.uid)) return;
    const Json payload = {{"id", change.cmd_id},
                          {"ok", change.outcome == "done"},
                          {"text", change.text.empty() && change.outcome != "done" ? change.outcome : change.text}};
    if (ready_) client_.publish(entity_topic(change.uid, change.id, "done"), payload.dump(), 1, false);
}

// --- events -------------------------------------------------------------------------------------------------------

void Home::Impl::on(const core::EventFired& change) {
    // What is late is for the timeline: a bell must not ring for somebody who left.
    if (change.late || change.reported || boards_.speaks(change.uid)) return;
    const core::Entity* entity = find_entity(hub_.find(change.uid), change.id);
    queue_event(change.uid, entity_topic(change.uid, change.id, "event"), event_payload(change.type, change.data),
                change.at);
    const auto further = entity == nullptr ? std::nullopt : further_message(*entity, config_.discovery_prefix);
    if (further) queue_event(change.uid, further->topic, further->payload, change.at);
    if (!holding_) send_events();
}

void Home::Impl::queue_event(const std::string& uid, std::string topic, std::string payload, core::Time at) {
    const auto age = std::chrono::system_clock::now() - at;
    const auto born = steady_now() - std::clamp(std::chrono::duration_cast<std::chrono::microseconds>(age),
                                                std::chrono::microseconds(0), EventQueue::age_max);
    const auto dropped = events_.add({uid, std::move(topic), std::move(payload), born});
    for (const QueuedEvent& event : dropped) drop(event, "32 events wait already");
    if (!ready_ || holding_) after(expiry_timer_, 1000ms, &Impl::watch_expiry);
}

void Home::Impl::send_events() {
    holding_ = false;
    if (!ready_) return;
    for (const QueuedEvent& event : events_.take_expired(steady_now())) drop(event, "over 30 s old");
    for (QueuedEvent& event : events_.events()) {
        if (event.mid == 0) event.mid = client_.publish(event.topic, event.payload, 1, false).value_or(0);
    }
}

void Home::Impl::watch_expiry() {
    for (const QueuedEvent& event : events_.take_expired(steady_now())) {
        drop(event, "over 30 s old");
        hub_.log(event.uid, "warning", "MQTT " + event.topic + ": an event was dropped, the broker was away for 30 s");
    }
    if (!events_.events().empty()) after(expiry_timer_, 1000ms, &Impl::watch_expiry);
}

void Home::Impl::drop(const QueuedEvent& event, std::string_view why) {
    spdlog::warn("MQTT: event on {} dropped: {}", event.topic, why);
}

void Home::Impl::after(asio::steady_timer& timer, std::chrono::milliseconds pause, void (Impl::*step)()) {
    timer.expires_after(pause);
    auto handler = [this, alive = std::weak_ptr(alive_), step](const error_code& error) {
        if (!error && !alive.expired() && running_) (this->*step)();
    };
    timer.async_wait(std::move(handler));
}

// --- Home ---------------------------------------------------------------------------------------------------------

Home::Home(asio::io_context& io, HomeConfig config, core::Hub& hub)
    : impl_(std::make_unique<Impl>(io, std::move(config), hub)) {}

Home::~Home() { impl_->stop(); }

base::Result<> Home::start() { return impl_->start(); }
void Home::stop() { impl_->stop(); }
MqttState Home::status() const { return impl_->status(); }
const BrokerAddress& Home::broker() const { return impl_->broker(); }
core::HomeReport Home::report() const { return impl_->report(); }
std::size_t Home::forget(const std::vector<std::string>& topics) { return impl_->forget(topics); }

void Home::on_change(const core::Change& change) {
    std::visit([this](const auto& what) { impl_->on(what); }, change);
}

} // namespace hub::home
