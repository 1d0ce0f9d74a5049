// SPDX-License-Identifier: Apache-2.0
#include "hub/home/mqtt_client.hpp"

#include "hub/home/backoff.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <set>
#include <utility>

namespace hub::home {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr int keepalive_s = 20;
constexpr auto connect_time_max = 10s; // TCP, TLS and CONNACK together

/// libmosquitto counts these calls itself.
struct Library {
    Library() { mosquitto_lib_init(); }
    ~Library() { mosquitto_lib_cleanup(); }
};

struct FreeMosquitto {
    void operator()(mosquitto* client) const { mosquitto_destroy(client); }
};

/// Not the same for two hubs of one machine, nor for two tests.
std::string client_id() {
    static unsigned made = 0;
    return "ouro-hub-" + std::to_string(::getpid()) + "-" + std::to_string(made++);
}

} // namespace

/// Handlers hold it by weak pointers; a generation number tells them that their connection is over.
class MqttClient::Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::io_context& io, Listener& listener)
        : listener_(listener),
          resolver_(io),
          socket_(io),
          retry_timer_(io),
          misc_timer_(io) {}

    void start(BrokerAddress address, std::optional<LastWill> will) {
        address_ = std::move(address);
        will_ = std::move(will);
        state_ = MqttState::connecting;
        resolve();
    }

    void stop() {
        if (client_ && state_ == MqttState::connected) mosquitto_disconnect(client_.get());
        state_ = MqttState::off;
        resolver_.cancel();
        retry_timer_.cancel();
        close();
    }

    MqttState state() const { return state_; }
    int version() const { return version_; }

    std::optional<int> publish(const std::string& topic, std::string_view payload, int qos, bool retain) {
        if (state_ != MqttState::connected || (qos > 0 && inflight_.size() >= inflight_max)) return std::nullopt;
        int mid = 0;
        const int rc = mosquitto_publish(client_.get(), &mid, topic.c_str(), static_cast<int>(payload.size()),
                                         payload.data(), qos, retain);
        watch_writable();
        if (rc != MOSQ_ERR_SUCCESS) return std::nullopt;
        if (qos > 0) inflight_.insert(mid);
        return mid;
    }

    std::optional<int> subscribe(const std::string& filter, int qos, Retained retained) {
        if (state_ != MqttState::connected) return std::nullopt;
        int mid = 0;
        const int options = MQTT_SUB_OPT_NO_LOCAL | (retained == Retained::skip ? MQTT_SUB_OPT_SEND_RETAIN_NEVER
                                                                                : MQTT_SUB_OPT_SEND_RETAIN_ALWAYS);
        const int rc = version_ == MQTT_PROTOCOL_V5
                           ? mosquitto_subscribe_v5(client_.get(), &mid, filter.c_str(), qos, options, nullptr)
                           : mosquitto_subscribe(client_.get(), &mid, filter.c_str(), qos);
        watch_writable();
        return rc == MOSQ_ERR_SUCCESS ? std::optional(mid) : std::nullopt;
    }

    void unsubscribe(const std::string& filter) {
        if (state_ != MqttState::connected) return;
        mosquitto_unsubscribe(client_.get(), nullptr, filter.c_str());
        watch_writable();
    }

private:
    // --- making a connection ---

    void resolve() {
        auto handler = [weak = weak_from_this()](const error_code& error,
                                                 const asio::ip::tcp::resolver::results_type& found) {
            const auto self = weak.lock();
            if (!self || self->state_ == MqttState::off) return;
            if (error || found.empty()) return self->retry("can't find the broker's host: " + error.message());
            // With TLS the name is needed for the certificate; asking again is quick by now.
            const std::string host =
                self->address_.tls ? self->address_.host : found.begin()->endpoint().address().to_string();
            self->connect(host);
        };
        resolver_.async_resolve(address_.host, std::to_string(address_.port), std::move(handler));
    }

    void connect(const std::string& host) {
        close();
        client_.reset(mosquitto_new(client_id().c_str(), true, this));
        if (!client_) return retry("no memory for an MQTT client");
        configure();
        // Without it the connection would be made all the same, and the password go out for all to read.
        if (address_.tls && !configure_tls()) return retry("TLS can't be used with the files of [broker]");
        tcp_is_up_ = false;
        const int rc = mosquitto_connect_bind_async(client_.get(), host.c_str(), address_.port, keepalive_s, nullptr);
        if (rc > MOSQ_ERR_SUCCESS || mosquitto_socket(client_.get()) < 0) return lost(rc);
        // A descriptor of our own: libmosquitto closes its one whenever it likes.
        error_code error;
        const int descriptor = ::dup(mosquitto_socket(client_.get()));
        if (descriptor < 0) return retry("too many open files");
        socket_.assign(descriptor, error);
        if (error) {
            ::close(descriptor);
            return retry(error.message());
        }
        give_up_at_ = std::chrono::steady_clock::now() + connect_time_max;
        wait_for(asio::posix::stream_descriptor::wait_read);
        watch_writable();
        tick();
    }

    void configure() {
        mosquitto* client = client_.get();
        mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, version_);
        mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
        mosquitto_int_option(client, MOSQ_OPT_SEND_MAXIMUM, static_cast<int>(inflight_max));
        if (!address_.username.empty()) {
            mosquitto_username_pw_set(client, address_.username.c_str(), address_.password.c_str());
        }
        if (will_) {
            mosquitto_will_set(client, will_->topic.c_str(), static_cast<int>(will_->payload.size()),
                               will_->payload.data(), 1, true);
        }
        mosquitto_connect_v5_callback_set(
            client, [](mosquitto*, void* self, int reason, int, const mosquitto_property*) {
                static_cast<Connection*>(self)->guarded([=](Connection& c) { c.on_connack(reason); });
            });
        mosquitto_message_callback_set(client, [](mosquitto*, void* self, const mosquitto_message* message) {
            static_cast<Connection*>(self)->guarded([=](Connection& c) { c.on_message(*message); });
        });
        mosquitto_subscribe_callback_set(client, [](mosquitto*, void* self, int mid, int, const int*) {
            static_cast<Connection*>(self)->guarded([=](Connection& c) { c.listener_.on_subscribed(mid); });
        });
        mosquitto_publish_v5_callback_set(client,
                                          [](mosquitto*, void* self, int mid, int reason, const mosquitto_property*) {
                                              static_cast<Connection*>(self)->guarded([=](Connection& c) {
                                                  if (c.inflight_.erase(mid) > 0)
                                                      c.listener_.on_delivered(mid, reason < MQTT_RC_UNSPECIFIED);
                                              });
                                          });
    }

    bool configure_tls() {
        const auto or_null = [](const std::string& path) { return path.empty() ? nullptr : path.c_str(); };
        mosquitto* client = client_.get();
        if (address_.tls_ca_file.empty()) mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1);
        return mosquitto_tls_set(client, or_null(address_.tls_ca_file), nullptr, or_null(address_.tls_cert_file),
                                 or_null(address_.tls_key_file), nullptr) == MOSQ_ERR_SUCCESS;
    }

    /// Callbacks come through C, where no exception may pass.
    template <typename Body>
    void guarded(Body body) {
        try {
            body(*this);
        } catch (const std::exception& error) {
            spdlog::error("MQTT: a message could not be handled: {}", error.what());
        }
    }

    // --- while connected ---

    void wait_for(asio::posix::stream_descriptor::wait_type type) {
        const bool reading = type == asio::posix::stream_descriptor::wait_read;
        auto handler = [weak = weak_from_this(), generation = generation_, reading](const error_code& error) {
            const auto self = weak.lock();
            if (!self || error || generation != self->generation_) return;
            if (reading) {
                self->on_readable();
            } else {
                self->on_writable();
            }
        };
        socket_.async_wait(type, std::move(handler));
    }

    void on_readable() {
        note_tcp();
        const std::uint64_t generation = generation_;
        const int rc = mosquitto_loop_read(client_.get(), 1);
        if (generation != generation_) return; // stopped by a callback
        if (rc != MOSQ_ERR_SUCCESS) return lost(rc);
        if (refused_) return lost(MOSQ_ERR_CONN_REFUSED);
        wait_for(asio::posix::stream_descriptor::wait_read);
        watch_writable();
    }

    void on_writable() {
        note_tcp();
        writing_ = false;
        const int rc = mosquitto_loop_write(client_.get(), 1);
        if (rc != MOSQ_ERR_SUCCESS) return lost(rc);
        watch_writable();
    }

    /// What was published outside of a callback has gone out already; this is for the rest.
    void watch_writable() {
        if (writing_ || !socket_.is_open() || !mosquitto_want_write(client_.get())) return;
        writing_ = true;
        wait_for(asio::posix::stream_descriptor::wait_write);
    }

    void note_tcp() {
        sockaddr_storage peer{};
        socklen_t size = sizeof peer;
        if (::getpeername(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size) == 0) tcp_is_up_ = true;
    }

    void tick() {
        misc_timer_.expires_after(1s);
        auto handler = [weak = weak_from_this(), generation = generation_](const error_code& error) {
            const auto self = weak.lock();
            if (!self || error || generation != self->generation_) return;
            const bool slow =
                self->state_ != MqttState::connected && std::chrono::steady_clock::now() > self->give_up_at_;
            const int rc = slow ? static_cast<int>(MOSQ_ERR_CONN_LOST) : mosquitto_loop_misc(self->client_.get());
            if (rc != MOSQ_ERR_SUCCESS) return self->lost(rc);
            self->watch_writable();
            self->tick();
        };
        misc_timer_.async_wait(std::move(handler));
    }

    void on_connack(int reason) {
        if (reason != 0) {
            refused_ = true;
            refused_version_ = reason == MQTT_RC_UNSUPPORTED_PROTOCOL_VERSION || reason == 1;
            refusal_ = mosquitto_reason_string(reason);
            if (version_ != MQTT_PROTOCOL_V5) refusal_ = mosquitto_connack_string(reason);
            return;
        }
        state_ = MqttState::connected;
        backoff_.reset();
        listener_.on_connected();
    }

    void on_message(const mosquitto_message& message) {
        const auto* bytes = static_cast<const char*>(message.payload);
        listener_.on_message(message.topic, {bytes, static_cast<std::size_t>(message.payloadlen)}, message.retain);
    }

    // --- losing it ---

    void lost(int rc) {
        const bool was_connected = state_ == MqttState::connected;
        const std::string reason = refused_ ? refusal_ : mosquitto_strerror(rc);
        // Some brokers answer an MQTT 5 greeting by hanging up.
        const bool may_be_version = refused_ ? refused_version_ : tcp_is_up_ && rc != MOSQ_ERR_TLS;
        const bool try_older = !was_connected && may_be_version && version_ == MQTT_PROTOCOL_V5;
        state_ = MqttState::connecting;
        close();
        if (try_older) {
            version_ = MQTT_PROTOCOL_V311;
            return resolve();
        }
        if (!was_connected) version_ = MQTT_PROTOCOL_V5;
        if (was_connected) listener_.on_disconnected(reason);
        if (state_ != MqttState::off) retry(reason);
    }

    void retry(const std::string& reason) {
        close();
        state_ = MqttState::connecting;
        const auto pause = backoff_.next();
        retry_timer_.expires_after(pause);
        auto handler = [weak = weak_from_this()](const error_code& error) {
            const auto self = weak.lock();
            if (self && !error && self->state_ != MqttState::off) self->resolve();
        };
        retry_timer_.async_wait(std::move(handler));
        listener_.on_waiting(reason, pause);
    }

    void close() {
        ++generation_;
        writing_ = false;
        refused_ = false;
        inflight_.clear();
        misc_timer_.cancel();
        error_code ignored;
        socket_.close(ignored);
        if (!client_) return;
        std::shared_ptr<mosquitto> retired = std::move(client_); // it may be in the middle of calling us
        asio::post(retry_timer_.get_executor(), [retired] {});
    }

    Library library_;
    Listener& listener_;
    BrokerAddress address_;
    std::optional<LastWill> will_;
    asio::ip::tcp::resolver resolver_;
    asio::posix::stream_descriptor socket_;
    asio::steady_timer retry_timer_;
    asio::steady_timer misc_timer_;
    std::unique_ptr<mosquitto, FreeMosquitto> client_;
    std::set<int> inflight_;
    Backoff backoff_{1000ms, 5000ms}; // a ring is worth telling for 30 s: several tries fit into that
    std::chrono::steady_clock::time_point give_up_at_;
    MqttState state_ = MqttState::off;
    int version_ = MQTT_PROTOCOL_V5;
    std::uint64_t generation_ = 0;
    bool writing_ = false;
    bool tcp_is_up_ = false;
    bool refused_ = false;
    bool refused_version_ = false;
    std::string refusal_;
};

MqttClient::MqttClient(asio::io_context& io, Listener& listener)
    : connection_(std::make_shared<Connection>(io, listener)) {}

MqttClient::~MqttClient() { stop(); }

void MqttClient::start(BrokerAddress address, std::optional<LastWill> will) {
    connection_->start(std::move(address), std::move(will));
}

void MqttClient::stop() { connection_->stop(); }
MqttState MqttClient::state() const { return connection_->state(); }
int MqttClient::protocol_version() const { return connection_->version(); }

std::optional<int> MqttClient::publish(const std::string& topic, std::string_view payload, int qos, bool retain) {
    return connection_->publish(topic, payload, qos, retain);
}

std::optional<int> MqttClient::subscribe(const std::string& filter, int qos, Retained retained) {
    return connection_->subscribe(filter, qos, retained);
}

void MqttClient::unsubscribe(const std::string& filter) { connection_->unsubscribe(filter); }

} // namespace hub::home
