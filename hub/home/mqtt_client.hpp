// SPDX-License-Identifier: Apache-2.0
// An MQTT 5 connection that keeps itself up, on the io_context's thread.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace hub::home {

/// How to reach a broker.
struct BrokerAddress {
    std::string host = "127.0.0.1";
    int port = 1883;
    std::string username = {}; ///< empty: none
    std::string password = {}; ///< never logged
    bool tls = false;
    std::string tls_ca_file = {};   ///< empty: the system's certificates
    std::string tls_cert_file = {}; ///< of the client; empty: none
    std::string tls_key_file = {};
};

/// Said by the broker when this client is gone without a word.
struct LastWill {
    std::string topic;
    std::string payload; ///< retained, QoS 1
};

enum class MqttState { off, connecting, connected };

/// Retained messages of a subscription. `skip` is MQTT 5's "retain handling 2"; a broker that speaks 3.1.1 sends them
/// all the same, with the retain flag.
enum class Retained { send, skip };

/// libmosquitto on Asio, without threads of its own: every call and every callback on the thread that runs the
/// io_context.
///
/// Connects with MQTT 5 and, if the broker does not know it, with 3.1.1; clean start, session expiry 0. A lost
/// connection is made again after 1 to 5 s, growing and jittered. What was not acknowledged by then is forgotten: an
/// old message must not ring a bell later. Own messages are not delivered back (MQTT 5).
class MqttClient {
public:
    /// Called during `io_context::run`, never from within `publish` or `subscribe`. The views are valid during the
    /// call.
    class Listener {
    public:
        virtual void on_connected() = 0;
        virtual void on_disconnected(std::string_view reason) = 0;
        /// There is no connection; after `pause` the next try begins.
        virtual void on_waiting(std::string_view reason, std::chrono::milliseconds pause) = 0;
        /// `retained` is the message's flag: the broker kept it from before the subscription.
        virtual void on_message(std::string_view topic, std::string_view payload, bool retained) = 0;
        virtual void on_subscribed(int mid) = 0;
        /// The broker has acknowledged a QoS 1 message: it has taken it, or said no (MQTT 5).
        virtual void on_delivered(int mid, bool taken) = 0;

    protected:
        ~Listener() = default;
    };

    /// At most this many messages wait for the broker's acknowledgement.
    static constexpr std::size_t inflight_max = 1000;

    MqttClient(boost::asio::io_context& io, Listener& listener); ///< the listener outlives the client
    ~MqttClient();                                               ///< like `stop`
    MqttClient(const MqttClient&) = delete;
    MqttClient& operator=(const MqttClient&) = delete;

    void start(BrokerAddress address, std::optional<LastWill> will);
    /// Says goodbye, so that the broker does not speak the will. No callback comes afterwards.
    void stop();

    MqttState state() const;
    int protocol_version() const; ///< 5 or 4 (3.1.1)

    /// The message's id; nothing when not connected or when `inflight_max` is reached.
    std::optional<int> publish(const std::string& topic, std::string_view payload, int qos, bool retain);
    std::optional<int> subscribe(const std::string& filter, int qos, Retained retained);
    void unsubscribe(const std::string& filter);

private:
    class Connection;
    std::shared_ptr<Connection> connection_;
};

} // namespace hub::home
