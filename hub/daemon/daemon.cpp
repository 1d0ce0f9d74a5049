// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/daemon.hpp"

#include "hub/api/api.hpp"
#include "hub/core/hub.hpp"
#include "hub/daemon/broker_address.hpp"
#include "hub/daemon/data_folder.hpp"
#include "hub/daemon/job_desk.hpp"
#include "hub/daemon/log.hpp"
#include "hub/daemon/stored_secrets.hpp"
#include "hub/home/home.hpp"
#include "hub/home/home_assistant.hpp"
#include "hub/timeline/store.hpp"
#include "hub/workbench/workbench.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>

#include <chrono>
#include <csignal>
#include <optional>

namespace hub::daemon {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::chrono::seconds tick_interval{1};
constexpr std::chrono::milliseconds farewell{1500}; // for what is still on its way when the hub ends
constexpr std::size_t query_threads = 2;

core::Hub::Clocks system_clocks() {
    return {core::wall_now, [] { return std::chrono::microseconds(core::steady_now()); }};
}

home::HomeConfig home_config(const Config& config) {
    home::HomeConfig result;
    result.own_broker = config.broker.mode == BrokerMode::own;
    result.data_dir = config.data;
    result.discovery_prefix = config.discovery_prefix;
    result.discovery_by_device = config.discovery_by_device;
    result.broker = address_of(config.broker);
    return result;
}

api::Options api_options(const Config& config, std::vector<api::Token> tokens) {
    api::Options options;
    options.address = config.address;
    options.port = config.port;
    options.socket = config.data / "ouro.sock";
    options.allowed_hosts = config.allowed_hosts;
    options.tokens = std::move(tokens);
    if (config.ingress.port != 0)
        options.ingress = api::Ingress{config.ingress.address, config.ingress.port, config.ingress.sources};
    return options;
}

/// The admin's token, made at the first start, and those of lesser roles if somebody put them there.
base::Result<std::vector<api::Token>> load_tokens(const DataFolder& folder) {
    auto admin = folder.token("token");
    if (!admin) return tl::unexpected(admin.error());
    std::vector<api::Token> tokens{{api::Role::admin, *admin}};
    for (const auto& [name, role] :
         {std::pair{"token.operator", api::Role::operator_}, {"token.viewer", api::Role::viewer}}) {
        auto token = folder.find_token(name);
        if (!token) return tl::unexpected(token.error());
        if (*token) tokens.push_back({role, **token});
    }
    for (const api::Token& token : tokens) hide_in_log(token.text);
    return tokens;
}

void log_board(const std::string& uid, std::string_view level, std::string_view text) {
    log_line(level, uid.empty() ? std::string(text) : uid + ": " + std::string(text));
}

void log_job(const jobs::Job& job) {
    std::string text = "job " + job.id + ", " + std::string(jobs::kind_name(job.kind)) + " " + job.what;
    if (!job.port.empty()) text += " on " + job.port;
    text += ": " + std::string(jobs::state_name(job.state));
    if (job.error) text += ": " + job.error->message;
    log_line(job.state == jobs::JobState::failed ? "warning" : "info", text);
}

std::string url_of(const Config& config, std::uint16_t port) {
    std::string host = config.address;
    if (host == "0.0.0.0" || host == "::") host = "127.0.0.1";
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    return "http://" + host + ":" + std::to_string(port) + "/";
}

/// Everything that lives as long as the hub runs. All on the thread of `io`, except queries, on `pool`.
class Daemon final : api::Api::Dependencies {
public:
    Daemon(const Config& config, std::unique_ptr<timeline::Store> store, std::vector<api::Token> tokens);

    base::Result<> listen() { return api_.start(); }
    std::uint16_t port() const { return api_.port(); }
    /// Boards and broker; what fails here is told in the log and in /health, for the rest is of use without it.
    void begin_work();
    /// Returns when a signal came and everything has ended, or has had its time.
    void run();

private:
    const std::vector<core::Board>& boards() const override { return hub_.boards(); }
    base::Result<std::string> command(const core::CommandRequest& request) override { return hub_.command(request); }
    void control(const std::string& uid, const core::Json& request, ControlReply reply) override {
        workbench_.control(uid, request, std::move(reply));
    }
    const core::Face* face(const std::string& uid) const override { return workbench_.face(uid); }
    std::string mqtt_status() const override { return home_ ? std::string(home::state_name(home_->status())) : "off"; }
    std::string console_history(const std::string& uid) const override { return workbench_.console_history(uid); }
    std::vector<core::SessionInfo> sessions() const override { return workbench_.sessions(); }
    base::Result<std::unique_ptr<core::Attachment>> attach(std::string_view session, const core::AttachRequest& request,
                                                           core::Viewer& viewer) override {
        return workbench_.attach(session, request, viewer);
    }
    base::Result<> end_session(std::string_view session) override { return workbench_.release(session); }
    jobs::Desk& desk() override { return desk_; }
    core::HomeReport home_report() const override;
    std::size_t forget_orphans(const std::vector<std::string>& topics) override {
        return home_ ? home_->forget(topics) : 0;
    }
    core::SecretKeeper& secrets() override { return secrets_; }

    void await_signal();
    void tick();
    void stop();

    asio::io_context io_{1};
    asio::thread_pool pool_{query_threads};
    asio::signal_set signals_{io_, SIGTERM, SIGINT};
    asio::steady_timer tick_timer_{io_};
    std::unique_ptr<timeline::Store> store_;
    StoredSecrets secrets_;
    core::Hub hub_{system_clocks()};
    workbench::Workbench workbench_;
    std::optional<home::Home> home_;
    std::optional<home::HomeAssistant> home_assistant_;
    jobs::Desk desk_;
    api::Api api_;
    bool stopping_ = false;
};

Daemon::Daemon(const Config& config, std::unique_ptr<timeline::Store> store, std::vector<api::Token> tokens)
    : store_(std::move(store)),
      secrets_(config.data),
      workbench_(io_, hub_,
                 {config.boards_dir, log_board, [this](const std::string& uid) { api_.on_face(uid); }, config.ports}),
      desk_(io_, pool_, desk_config(io_, config, [this] { return workbench_.sessions(); })),
      api_(io_, pool_, *this, *store_, api_options(config, std::move(tokens))) {
    if (config.broker.mode != BrokerMode::off) home_.emplace(io_, home_config(config), hub_);
    if (!config.home_assistant.url.empty()) {
        const HomeAssistantAccess& access = config.home_assistant;
        home_assistant_.emplace(io_, home::HomeAssistantConfig{access.url, access.token, access.ca_file}, hub_);
        core::HomeAccess allowed;
        for (const auto& [uid, entity] : access.grants) allowed.grant(uid, entity);
        hub_.set_home_access(std::move(allowed));
    }
    // First to disk, then to whoever listens.
    hub_.add_observer(*store_);
    if (home_) hub_.add_observer(*home_);
    if (home_assistant_) hub_.add_observer(*home_assistant_);
    hub_.add_observer(api_);
    desk_.set_listener([this](const jobs::Job& job) {
        if (jobs::has_ended(job)) log_job(job);
        api_.on_job(job);
    });
    desk_.load();
}

core::HomeReport Daemon::home_report() const {
    core::HomeReport report = home_ ? home_->report() : core::HomeReport();
    if (home_assistant_) {
        report.websocket = home_assistant_->status();
        report.version = home_assistant_->version();
    }
    return report;
}

void Daemon::begin_work() {
    if (auto started = workbench_.start(); !started) {
        log_line("error", "boards: " + std::string(started.error().message) + ". " + std::string(started.error().hint));
    }
    if (home_) {
        if (auto started = home_->start(); !started) {
            log_line("error",
                     "mqtt: " + std::string(started.error().message) + ". " + std::string(started.error().hint));
        }
        hide_in_log(home_->broker().password);
    }
    if (home_assistant_) home_assistant_->start();
}

void Daemon::run() {
    await_signal();
    tick();
    // After the port is open: a broker to be started must not keep a browser waiting.
    asio::post(io_, [this] { begin_work(); });
    while (!stopping_ && io_.run_one() > 0) {
    }
    io_.run_for(farewell);
    pool_.stop();
    pool_.join();
    store_->flush();
}

void Daemon::await_signal() {
    signals_.async_wait([this](const error_code& error, int signal) {
        if (error) return;
        log_line("info", "ending: signal " + std::to_string(signal));
        stop();
    });
}

void Daemon::tick() {
    tick_timer_.expires_after(tick_interval);
    tick_timer_.async_wait([this](const error_code& error) {
        if (error || stopping_) return;
        hub_.tick();
        desk_.tick();
        tick();
    });
}

void Daemon::stop() {
    desk_.stop(); // while what works with a board through us can still leave it in order
    workbench_.stop();
    if (home_) home_->stop();
    if (home_assistant_) home_assistant_->stop();
    api_.stop();
    tick_timer_.cancel();
    signals_.clear(); // the next one ends the process at once
    stopping_ = true;
}

} // namespace

base::Result<> serve(const Config& config, const std::function<void(const Ready&)>& on_ready) {
    auto folder = DataFolder::open(config.data);
    if (!folder) return tl::unexpected(folder.error());
    start_log(config.log_level);
    hide_in_log(config.broker.password);
    hide_in_log(config.home_assistant.token);
    auto tokens = load_tokens(*folder);
    if (!tokens) return tl::unexpected(tokens.error());
    const std::string admin_token = tokens->front().text;
    auto store = timeline::open_sqlite(config.data / "timeline.sqlite");
    if (!store) return tl::unexpected(store.error());

    Daemon daemon(config, std::move(*store), std::move(*tokens));
    if (auto listening = daemon.listen(); !listening) return listening;
    const Ready ready{url_of(config, daemon.port()), admin_token};
    // For `ouro url`: the port may have been chosen by the system.
    if (auto written = write_private_file(config.data / "address", ready.url + "\n"); !written) return written;
    on_ready(ready);
    daemon.run();
    return {};
}

} // namespace hub::daemon
