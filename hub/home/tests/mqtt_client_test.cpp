// SPDX-License-Identifier: Apache-2.0
#include "hub/home/mqtt_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <vector>

namespace hub::home {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

struct SilentListener final : MqttClient::Listener {
    void on_connected() override { connected = true; }
    void on_disconnected(std::string_view) override {}
    void on_waiting(std::string_view reason, std::chrono::milliseconds) override { waits_for = reason; }
    void on_message(std::string_view, std::string_view, bool) override {}
    void on_subscribed(int) override {}
    void on_delivered(int, bool) override {}
    bool connected = false;
    std::string waits_for;
};

/// A broker from before MQTT 5: it answers the level it does not know as 3.1.1 says, and hangs up.
class OldBroker {
public:
    explicit OldBroker(asio::io_context& io) : acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        accept();
    }
    int port() const { return acceptor_.local_endpoint().port(); }
    std::vector<int> levels; ///< of each CONNECT

private:
    void accept() {
        auto handler = [this](const error_code& error, tcp::socket socket) {
            if (error) return;
            auto held = std::make_shared<tcp::socket>(std::move(socket));
            greet(held);
            accept();
        };
        acceptor_.async_accept(std::move(handler));
    }
    void greet(const std::shared_ptr<tcp::socket>& socket) {
        auto handler = [this, socket](const error_code& error, std::size_t) {
            if (error) return;
            const int level = head_[8]; // 1 type, 1 length, 2 + 4 "MQTT"
            levels.push_back(level);
            const std::array<std::uint8_t, 4> answer{0x20, 2, 0, static_cast<std::uint8_t>(level == 4 ? 0 : 1)};
            error_code ignored;
            asio::write(*socket, asio::buffer(answer), ignored);
            if (level == 4) kept_ = socket;
        };
        asio::async_read(*socket, asio::buffer(head_), std::move(handler));
    }

    tcp::acceptor acceptor_;
    std::array<std::uint8_t, 9> head_{};
    std::shared_ptr<tcp::socket> kept_;
};

TEST(MqttClient, falls_back_to_3_1_1_at_once) {
    asio::io_context io;
    OldBroker broker(io);
    SilentListener listener;
    MqttClient client(io, listener);
    client.start({"127.0.0.1", broker.port()}, LastWill{"t", "offline"});
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (!listener.connected && std::chrono::steady_clock::now() < end) io.run_one_for(10ms);
    EXPECT_TRUE(listener.connected);
    EXPECT_EQ(client.protocol_version(), 4);
    EXPECT_EQ(broker.levels, (std::vector<int>{5, 4}));
    client.stop();
}

/// Counts those who come, and what they say.
class SilentBroker {
public:
    explicit SilentBroker(asio::io_context& io) : acceptor_(io, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        acceptor_.async_accept([this](const error_code& error, tcp::socket) { guests += error ? 0 : 1; });
    }
    int port() const { return acceptor_.local_endpoint().port(); }
    int guests = 0;

private:
    tcp::acceptor acceptor_;
};

TEST(MqttClient, does_not_connect_without_tls_when_the_file_for_it_is_missing) {
    asio::io_context io;
    SilentBroker broker(io);
    SilentListener listener;
    MqttClient client(io, listener);
    BrokerAddress address{"127.0.0.1", broker.port(), "user", "secret", true};
    address.tls_ca_file = "/nowhere/ca.pem";
    client.start(address, std::nullopt);
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (listener.waits_for.empty() && std::chrono::steady_clock::now() < end) io.run_one_for(10ms);
    EXPECT_NE(listener.waits_for.find("TLS"), std::string::npos) << listener.waits_for;
    io.poll();
    EXPECT_EQ(broker.guests, 0);
    client.stop();
}

TEST(MqttClient, says_why_it_waits_and_needs_no_will) {
    const int free_port = [] {
        asio::io_context gone;
        return SilentBroker(gone).port();
    }();
    asio::io_context io;
    SilentListener listener;
    MqttClient client(io, listener);
    client.start({"127.0.0.1", free_port}, std::nullopt);
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (listener.waits_for.empty() && std::chrono::steady_clock::now() < end) io.run_one_for(10ms);
    EXPECT_FALSE(listener.waits_for.empty());
    EXPECT_EQ(client.state(), MqttState::connecting);
    client.stop();
}

TEST(MqttClient, takes_nothing_while_it_is_not_connected) {
    asio::io_context io;
    SilentListener listener;
    MqttClient client(io, listener);
    EXPECT_FALSE(client.publish("t", "x", 1, false));
    EXPECT_FALSE(client.subscribe("t", 1, Retained::skip));
    EXPECT_EQ(client.state(), MqttState::off);
}

} // namespace
} // namespace hub::home
