// SPDX-License-Identifier: Apache-2.0
#include "cli/deploy_air.hpp"
#include "cli/lookup.hpp"
#include "cli/secret_store.hpp"
#include "cli/terminal.hpp"
#include "hub/daemon/config.hpp"
#include "hub/workbench/deploy_air.hpp"
#include "hub/workbench/deploy_kit.hpp"

#include <mosquitto.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <utility>

namespace cli {

namespace workbench = hub::workbench;
using Clock = std::chrono::steady_clock;
using std::chrono::seconds;

namespace {

constexpr const char* key_name = "HA_UPDATE_KEY";
constexpr auto silence_max = seconds(30); // a board asks again every 5 s
constexpr auto trial_max = seconds(150);  // python/ha/_trial.py gives up after 120

/// The hub's broker, as the hub finds it. Failure: `exit_failed` when it has none.
Outcome<hub::daemon::Broker> find_broker(const Invocation& invocation) {
    hub::daemon::Settings settings;
    settings.data = invocation.data_folder().string();
    auto config = hub::daemon::load_config(settings, std::getenv);
    if (!config) return tl::unexpected(failure_of(config.error()));
    hub::daemon::Broker broker = config->broker;
    if (broker.mode == hub::daemon::BrokerMode::own) {
        std::ifstream stream(config->data / "broker.json");
        const Json access = Json::parse(stream, nullptr, false);
        if (!access.is_object()) return fail(exit_failed, "The hub has no broker", "Is it another --data?");
        broker.host = "127.0.0.1";
        broker.port = access.value("port", 0);
        broker.username = access.value("username", "");
        broker.password = access.value("password", "");
    }
    if (broker.mode == hub::daemon::BrokerMode::off) {
        return fail(exit_failed, "The hub's configuration names no broker", "Set [broker] url, or OURO_BROKER.");
    }
    return broker;
}

/// What a board says and hears of updates; one thread.
class Line {
public:
    Line(const hub::daemon::Broker& broker, const std::string& uid)
        : hears_("ouro/" + uid + "/updating"),
          says_("ouro/" + uid + "/update"),
          mosquitto_(mosquitto_new(nullptr, true, this), mosquitto_destroy) {
        if (!broker.username.empty()) {
            mosquitto_username_pw_set(mosquitto_.get(), broker.username.c_str(), broker.password.c_str());
        }
        if (broker.tls) {
            const auto file = [](const std::string& path) { return path.empty() ? nullptr : path.c_str(); };
            const bool own_ca = !broker.ca_file.empty();
            mosquitto_tls_set(mosquitto_.get(), file(broker.ca_file), own_ca ? nullptr : "/etc/ssl/certs",
                              file(broker.cert_file), file(broker.key_file), nullptr);
        }
        mosquitto_connect_callback_set(mosquitto_.get(), [](mosquitto* handle, void* self, int refused) {
            auto* line = static_cast<Line*>(self);
            if (refused == 0) mosquitto_subscribe(handle, nullptr, line->hears_.c_str(), 1);
        });
        mosquitto_subscribe_callback_set(mosquitto_.get(), [](mosquitto*, void* self, int, int, const int*) {
            static_cast<Line*>(self)->ready_ = true;
        });
        mosquitto_message_callback_set(mosquitto_.get(), [](mosquitto*, void* self, const mosquitto_message* message) {
            static_cast<Line*>(self)->take(*message);
        });
    }
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;
    ~Line() { mosquitto_disconnect(mosquitto_.get()); }

    Outcome<> open(const hub::daemon::Broker& broker) {
        constexpr int keepalive_s = 30;
        const int failed = mosquitto_connect(mosquitto_.get(), broker.host.c_str(), broker.port, keepalive_s);
        for (const auto end = Clock::now() + seconds(10); failed == 0 && !ready_ && Clock::now() < end;) {
            if (mosquitto_loop(mosquitto_.get(), wait_ms, 1) != 0) break;
        }
        if (ready_) return {};
        return fail(exit_failed, "The broker at " + broker.host + " does not take this connection",
                    "`ouro doctor` and the hub's log say more.");
    }

    void say(const Json& message) {
        const std::string text = message.dump();
        mosquitto_publish(mosquitto_.get(), nullptr, says_.c_str(), static_cast<int>(text.size()), text.c_str(), 1,
                          false);
    }

    /// The next message; nothing when none has come by `end`.
    std::optional<Json> next(Clock::time_point end) {
        while (news_.empty() && Clock::now() < end) {
            if (mosquitto_loop(mosquitto_.get(), wait_ms, 1) != 0) mosquitto_reconnect(mosquitto_.get());
        }
        if (news_.empty()) return std::nullopt;
        Json first = std::move(news_.front());
        news_.erase(news_.begin());
        return first;
    }

private:
    static constexpr int wait_ms = 100;

    void take(const mosquitto_message& message) {
        constexpr std::size_t waiting_max = 64;
        constexpr int size_max = 4096;
        if (message.retain || message.payloadlen > size_max || news_.size() == waiting_max) return;
        const auto* bytes = static_cast<const char*>(message.payload);
        Json said = Json::parse(bytes, bytes + message.payloadlen, nullptr, false);
        if (said.is_object()) news_.push_back(std::move(said));
    }

    std::string hears_;
    std::string says_;
    std::unique_ptr<mosquitto, void (*)(mosquitto*)> mosquitto_;
    std::vector<Json> news_;
    bool ready_ = false;
};

std::string text_in(const Json& said, const char* key) {
    const auto found = said.find(key);
    return found != said.end() && found->is_string() ? found->get<std::string>() : "";
}

/// A line for people, or a JSON line.
void tell(const Invocation& invocation, const Json& facts, const std::string& text) {
    std::puts(invocation.json ? json_text(facts).c_str() : printable(text).c_str());
    std::fflush(stdout);
}

int show_plan(const Invocation& invocation, const workbench::AppFolder& app) {
    Json files = Json::array();
    for (const workbench::AppFile& file : app.files) {
        files.push_back(file.path);
        if (!invocation.json) std::puts(printable(file.path).c_str());
    }
    tell(invocation, {{"type", "plan"}, {"app", app.name}, {"version", app.version}, {"files", files}},
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
        const std::string state = text_in(*said, "state");
        const std::string why = text_in(*said, "why");
        if (state == "refused") {
            return report({exit_refused, "The board refuses it: " + why, "The version so far runs on."});
        }
        if (state == "taken_back" && switched) {
            return report({exit_failed, "The new version failed: " + why + ". The board is back at what it had before",
                           "Mend it, then deploy it again."});
        }
        if (state == "kept" && switched) {
            tell(invocation, {{"type", "ok"}}, "ok: it runs, and the board keeps it");
            return exit_ok;
        }
        if (state == "switching") {
            switched = true;
            end = Clock::now() + trial_max + seconds(static_cast<int>(words.health_s));
            tell(invocation, {{"type", "switched"}, {"version", app.version}},
                 "version " + app.version + " takes its place, on trial");
        }
        if (!said->contains("want") || switched) continue;
        const auto answer = update.answer(*said);
        if (!answer) return report(failure_of(answer.error()));
        if (!*answer) continue;
        const std::string path = text_in(*said, "want");
        if (begun.insert(path).second && !path.empty())
            tell(invocation, {{"type", "file"}, {"path", path}}, "sending " + path);
        line.say(**answer);
        end = Clock::now() + silence_max;
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
    const bool known = std::sscanf(text_in(board, "version").c_str(), "%d.%d", &major, &minor) == 2;
    constexpr int minor_min = 19;
    const bool reads_ours = known && text_in(board, "runtime") == "micropython" && major == 1 && minor >= minor_min;
    return {false, false, text_in(board, "uid"), reads_ours ? workbench::kit_mpy_version() : 0, true};
}

} // namespace

std::optional<Json> find_air_board(const Invocation& invocation, const std::string& wanted) {
    if (wanted.empty() || wanted.find_first_of("/:") != std::string::npos) return std::nullopt;
    auto board = find_board(Client(invocation.data_folder()), wanted);
    if (!board || !board->contains("evidence") || !(*board)["evidence"].is_object()) return std::nullopt;
    return text_in((*board)["evidence"], "path") == "MQTT" ? std::optional(std::move(*board)) : std::nullopt;
}

int deploy_over_the_air(const Invocation& invocation, const AirWords& words, const Json& board,
                        workbench::AppFolder app) {
    const workbench::BoardFacts facts = facts_of(board);
    const auto store = SecretStore::open(invocation.data_folder(), SecretStore::Purpose::read);
    if (!store) return report(store.error());
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
    if (!broker) return report(broker.error());
    mosquitto_lib_init();
    Line line(*broker, facts.uid);
    if (const auto open = line.open(*broker); !open) return report(open.error());
    return converse(invocation, words, app, *update, line);
}

} // namespace cli
