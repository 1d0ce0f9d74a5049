// SPDX-License-Identifier: Apache-2.0
#include "hub/home/home_assistant.hpp"

#include "hub/core/safe_json.hpp"
#include "hub/home/backoff.hpp"
#include "hub/home/ha_conversation.hpp"
#include "hub/home/web_socket_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

namespace hub::home {

namespace asio = boost::asio;
using base::ErrorCode;
using core::Json;
using namespace std::chrono_literals;

namespace {

constexpr auto after_refusal = 300s;

std::optional<WebSocketAddress> parse_url(std::string_view url) {
    WebSocketAddress address;
    if (url.starts_with("https://")) {
        address.tls = true;
        url.remove_prefix(8);
    } else if (url.starts_with("http://")) {
        url.remove_prefix(7);
    } else {
        return std::nullopt;
    }
    while (url.ends_with('/')) url.remove_suffix(1);
    const auto slash = std::min(url.find('/'), url.size());
    address.target = std::string(url.substr(slash));
    // The Supervisor has another path than Home Assistant itself.
    if (!address.target.ends_with("/websocket")) address.target += "/api/websocket";
    std::string_view host = url.substr(0, slash);
    const auto colon = host.ends_with(']') ? std::string_view::npos : host.rfind(':');
    address.port = address.tls ? "443" : "8123";
    if (colon != std::string_view::npos) {
        address.port = host.substr(colon + 1);
        host = host.substr(0, colon);
    }
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    address.host = host;
    const bool digits = address.port.find_first_not_of("0123456789") == std::string::npos;
    if (host.empty() || host.find('@') != std::string_view::npos || address.port.empty() || !digits)
        return std::nullopt;
    return address;
}

} // namespace

base::Result<> check_ha_url(std::string_view url) {
    if (parse_url(url)) return {};
    return base::fail(ErrorCode::invalid_argument, "this is not the address of a Home Assistant",
                      "write it like http://homeassistant.local:8123");
}

class HomeAssistant::Impl final : public HaConversation::Listener {
public:
    Impl(asio::io_context& io, HomeAssistantConfig config, core::Hub& hub)
        : io_(io),
          config_(std::move(config)),
          hub_(hub),
          timer_(io) {}

    void start() {
        running_ = true;
        connect();
    }
    void stop();
    std::string_view status() const { return running_ ? status_ : "off"; }
    const std::string& version() const { return version_; }

    /// What the core must not be called back from is done a moment later.
    template <typename Body>
    void later(Body body) {
        asio::post(io_, [this, alive = std::weak_ptr(alive_), body = std::move(body)] {
            if (!alive.expired()) body();
        });
    }
    void follow() {
        if (conversation_) conversation_->follow(hub_.watched());
    }
    void call(const core::HomeCall& call);

private:
    void connect();
    void ended(const std::string& reason);
    void again_after(std::chrono::milliseconds pause);
    void fail_calls();

    void send(const Json& message) override {
        socket_->send(message.dump(-1, ' ', false, Json::error_handler_t::replace));
    }
    void logged_in(std::string_view version) override;
    void refused(std::string_view reason) override;
    void entity(const std::string& id, const Json& state, const Json& attributes) override {
        hub_.home_state(id, state, attributes);
    }
    void called(std::uint64_t ticket, bool ok, std::string_view text, const Json& response) override;

    asio::io_context& io_;
    HomeAssistantConfig config_;
    core::Hub& hub_;
    asio::steady_timer timer_;
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
    std::shared_ptr<WebSocketClient> socket_;
    std::optional<HaConversation> conversation_;
    Backoff backoff_{1s, 60s};
    std::map<std::uint64_t, std::pair<std::string, std::int64_t>> calls_; ///< ticket: board, its number
    std::uint64_t tickets_ = 0;
    std::string_view status_ = "off";
    std::string version_;
    bool running_ = false;
};

void HomeAssistant::Impl::connect() {
    status_ = "connecting";
    WebSocketAddress address = *parse_url(config_.url);
    address.ca_file = config_.ca_file;
    conversation_.emplace(*this, config_.token);
    conversation_->follow(hub_.watched());
    WebSocketClient::Handlers handlers;
    handlers.on_text = [this](std::string_view text) {
        conversation_->receive(text);
        if (status_ == "refused") ended("the token was refused");
    };
    handlers.on_end = [this](const std::string& reason) { ended(reason); };
    socket_ = WebSocketClient::open(io_, address, HaConversation::message_size_max, std::move(handlers));
}

void HomeAssistant::Impl::logged_in(std::string_view version) {
    spdlog::info("Home Assistant: connected to {}, version {}", config_.url, version);
    version_ = core::printable(version, 32);
    status_ = "connected";
    backoff_.reset();
    hub_.home_connected(true);
}

void HomeAssistant::Impl::refused(std::string_view reason) {
    spdlog::error(
        "Home Assistant refuses the hub's token: {}. Make a new long-lived access token in your profile there.",
        reason);
    status_ = "refused";
}

void HomeAssistant::Impl::ended(const std::string& reason) {
    socket_->close();
    if (status_ == "refused") {
        hub_.home_connected(false);
        return again_after(after_refusal);
    }
    const auto pause = backoff_.next();
    spdlog::warn("Home Assistant: no connection to {}: {}. Trying again in {} s", config_.url, reason,
                 std::chrono::duration_cast<std::chrono::seconds>(pause).count());
    status_ = "connecting";
    hub_.home_connected(false);
    fail_calls();
    again_after(pause);
}

void HomeAssistant::Impl::again_after(std::chrono::milliseconds pause) {
    timer_.expires_after(pause);
    timer_.async_wait([this, alive = std::weak_ptr(alive_)](const boost::system::error_code& error) {
        if (!error && !alive.expired() && running_) connect();
    });
}

void HomeAssistant::Impl::fail_calls() {
    for (const auto& [ticket, call] : std::exchange(calls_, {})) {
        hub_.home_answer(call.first, call.second, false, "the connection broke; nobody knows whether it was done");
    }
}

void HomeAssistant::Impl::stop() {
    if (!std::exchange(running_, false)) return;
    timer_.cancel();
    if (socket_) socket_->close();
}

void HomeAssistant::Impl::call(const core::HomeCall& call) {
    if (status_ != "connected")
        return hub_.home_answer(call.uid, call.number, false, "the hub is not connected to Home Assistant");
    calls_[++tickets_] = {call.uid, call.number};
    conversation_->call(tickets_, call);
}

void HomeAssistant::Impl::called(std::uint64_t ticket, bool ok, std::string_view text, const Json& response) {
    const auto found = calls_.find(ticket);
    if (found == calls_.end()) return;
    const auto [uid, number] = found->second;
    calls_.erase(found);
    hub_.home_answer(uid, number, ok, text, response);
}

HomeAssistant::HomeAssistant(asio::io_context& io, HomeAssistantConfig config, core::Hub& hub)
    : impl_(std::make_unique<Impl>(io, std::move(config), hub)) {}
HomeAssistant::~HomeAssistant() { stop(); }
void HomeAssistant::start() { impl_->start(); }
void HomeAssistant::stop() { impl_->stop(); }
std::string_view HomeAssistant::status() const { return impl_->status(); }
const std::string& HomeAssistant::version() const { return impl_->version(); }

void HomeAssistant::on_change(const core::Change& change) {
    if (std::holds_alternative<core::HomeWatched>(change)) {
        impl_->later([impl = impl_.get()] { impl->follow(); });
    } else if (const auto* call = std::get_if<core::HomeCall>(&change)) {
        impl_->later([impl = impl_.get(), call = *call] { impl->call(call); });
    }
}

} // namespace hub::home
