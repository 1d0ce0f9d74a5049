// SPDX-License-Identifier: Apache-2.0
#include "cli/deploy_air.hpp"
#include "cli/lookup.hpp"
#include "cli/terminal.hpp"
#include "hub/core/json_parts.hpp"
#include "hub/daemon/broker_address.hpp"
#include "hub/daemon/secret_store.hpp"
#include "hub/home/mqtt_client.hpp"
#include "hub/workbench/deploy_air.hpp"
#include "hub/workbench/deploy_kit.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <set>
#include <utility>

namespace cli {

namespace workbench = hub::workbench;
using hub::core::text_at;
using hub::home::BrokerAddress;
using hub::home::MqttClient;
using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

namespace {

constexpr const char* key_name = "HA_UPDATE_KEY";
constexpr auto silence_max = seconds(30); // a board asks again every 5 s
constexpr auto trial_max = seconds(150);  // python/ha/_trial.py gives up after 120

/// The hub's broker, as the hub finds it.
base::Result<BrokerAddress> find_broker(const Invocation& invocation) {
    hub::daemon::Settings settings;
    settings.data = invocation.data_folder().string();
    const auto config = hub::daemon::load_config(settings, std::getenv);
    return config ? hub::daemon::find_broker(*config) : tl::unexpected(config.error());
}

/// What a board says and hears of updates; one thread.
class Line final : MqttClient::Listener {
public:
    explicit Line(const std::string& uid)
        : hears_("ouro/" + uid + "/updating"),
          says_("ouro/" + uid + "/update"),
          client_(io_, *this) {}

    Outcome<> open(const BrokerAddress& broker) {
        constexpr auto patience = seconds(10);
        client_.start(broker, std::nullopt);
        for (const auto end = Clock::now() + patience; !ready_ && why_away_.empty() && io_.run_one_until(end) > 0;) {
        }
        if (ready_) return {};
        return fail(exit_failed,
                    "The broker at " + broker.host + " does not take this connection" +
                        (why_away_.empty() ? "" : ": " + why_away_),
                    "`ouro doctor` and the hub's log say more.");
    }

    /// While the broker is away nothing is said; the board asks again.
    void say(const Json& message) { client_.publish(says_, message.dump(), 1, false); }

    /// The next message; nothing when none has come by `end`.
    std::optional<Json> next(Clock::time_point end) {
        while (news_.empty() && io_.run_one_until(end) > 0) {
        }
        if (news_.empty()) return std::nullopt;
        Json first = std::move(news_.front());
        news_.pop_front();
        return first;
    }

    /// Empty while the broker is there.
    const std::string& why_away() const noexcept { return why_away_; }

private:
    void on_connected() override { client_.subscribe(hears_, 1, hub::home::Retained::skip); }
    void on_subscribed(int) override {
        ready_ = true;
        why_away_.clear();
    }
    void on_disconnected(std::string_view reason) override { why_away_ = reason; }
    void on_waiting(std::string_view reason, std::chrono::milliseconds) override { why_away_ = reason; }
    void on_delivered(int, bool) override {}
    void on_message(std::string_view, std::string_view payload, bool retained) override {
        constexpr std::size_t waiting_max = 64;
        constexpr std::size_t size_max = 4096;
        if (retained || payload.size() > size_max || news_.size() == waiting_max) return;
        Json said = Json::parse(payload, nullptr, false);
        if (said.is_object()) news_.push_back(std::move(said));
    }

    std::string hears_;
    std::string says_;
    boost::asio::io_context io_;
    MqttClient client_;
    std::deque<Json> news_;
    std::string why_away_;
    bool ready_ = false;
};

int show_plan(const Invocation& invocation, const workbench::AppFolder& app) {
    Json files = Json::array();
    for (const workbench::AppFile& file : app.files) {
        files.push_back(file.path);
        if (!invocation.json) std::puts(printable(file.path).c_str());
    }
    tell(invocation.json, {{"type", "plan"}, {"app", app.name}, {"version", app.version}, {"files", files}},
         app.name + " " + app.version + " over the air: what the board has already is not sent");
    return exit_ok;
}

/// From the first message to the board's switch, and on until it says what became of the new version.
int converse(const Invocation& invocation, const AirWords& words, const workbench::AppFolder& app,
             const workbench::AirUpdate& update, Line& line) {
    std::set<std::string> begun;
    bool switched = false;
    line.say(update.begin());
    auto end = Clock::now() + silence_max;
    while (const auto said = line.next(end)) {
        const std::string state = text_at(*said, "state");
        const std::string why = text_at(*said, "why");
        if (state == "refused") {
            return report({exit_refused, "The board refuses it: " + why, "The version so far runs on."});
        }
        if (state == "taken_back" && switched) {
            return report({exit_failed, "The new version failed: " + why + ". The board is back at what it had before",
                           "Mend it, then deploy it again."});
        }
        if (state == "kept" && switched) {
            tell(invocation.json, {{"type", "ok"}}, "ok: it runs, and the board keeps it");
            return exit_ok;
        }
        if (state == "switching") {
            switched = true;
            end = Clock::now() + trial_max + seconds(static_cast<int>(words.health_s));
            tell(invocation.json, {{"type", "switched"}, {"version", app.version}},
                 "version " + app.version + " takes its place, on trial");
        }
        if (!said->contains("want") || switched) continue;
        const auto answer = update.answer(*said);
        if (!answer) return report(failure_of(answer.error()));
        if (!*answer) continue;
        const std::string path = text_at(*said, "want");
        if (begun.insert(path).second && !path.empty())
            tell(invocation.json, {{"type", "file"}, {"path", path}}, "sending " + path);
        line.say(**answer);
        end = Clock::now() + silence_max;
    }
    if (!line.why_away().empty()) {
        return report({exit_failed, "The broker is gone: " + line.why_away(),
                       switched ? "The board keeps the new version if it runs, and the old one if it does not."
                                : "It goes on where it was when you try again."});
    }
    if (switched) {
        return report({exit_failed, "The board has not come back", "It takes the old version back by itself."});
    }
    return report({exit_failed, "The board does not answer",
                   begun.empty() ? "Was it last deployed with HA_UPDATE_KEY? The first time goes over USB."
                                 : "It goes on where it was when you try again."});
}

workbench::BoardFacts facts_of(const Json& board) {
    // MicroPython reads this bytecode since 1.19.
    int major = 0;
    int minor = 0;
    const bool known = std::sscanf(text_at(board, "version").c_str(), "%d.%d", &major, &minor) == 2;
    constexpr int minor_min = 19;
    const bool reads_ours = known && text_at(board, "runtime") == "micropython" && major == 1 && minor >= minor_min;
    return {false, false, text_at(board, "uid"), reads_ours ? workbench::kit_mpy_version() : 0, true};
}

} // namespace

std::optional<Json> find_air_board(const Invocation& invocation, const std::string& wanted) {
    if (wanted.empty() || wanted.find_first_of("/:") != std::string::npos) return std::nullopt;
    auto board = find_board(Client(invocation.data_folder()), wanted);
    if (!board || !board->contains("evidence") || !(*board)["evidence"].is_object()) return std::nullopt;
    return text_at((*board)["evidence"], "path") == "MQTT" ? std::optional(std::move(*board)) : std::nullopt;
}

int deploy_over_the_air(const Invocation& invocation, const AirWords& words, const Json& board,
                        workbench::AppFolder app) {
    const workbench::BoardFacts facts = facts_of(board);
    using hub::daemon::SecretStore;
    const auto store = SecretStore::open(invocation.data_folder(), SecretStore::Purpose::read);
    if (!store) return report(failure_of(store.error()));
    const workbench::Secrets secrets = store->for_board(facts.uid);
    const auto key = secrets.find(key_name);
    if (key == secrets.end() || key->second.size() < workbench::update_key_min) {
        return report({exit_refused, "There is no HA_UPDATE_KEY of 16 bytes or more for board " + facts.uid,
                       "`ouro secrets set HA_UPDATE_KEY --board " + facts.uid + "`, then deploy once over USB."});
    }
    const auto needs = workbench::app_needs(app);
    if (!needs) return report(failure_of(needs.error()));
    const auto whole = workbench::add_parts(app, *needs, facts, secrets, store->salt());
    if (!whole) return report(failure_of(whole.error()));
    const auto update = workbench::AirUpdate::make(app, facts.uid, key->second, static_cast<std::int64_t>(now_ms()));
    if (!update) return report(failure_of(update.error()));
    if (words.dry_run) return show_plan(invocation, app);
    const auto broker = find_broker(invocation);
    if (!broker) return report(failure_of(broker.error()));
    Line line(facts.uid);
    if (const auto open = line.open(*broker); !open) return report(open.error());
    return converse(invocation, words, app, *update, line);
}

} // namespace cli
