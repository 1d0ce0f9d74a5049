// SPDX-License-Identifier: Apache-2.0
// A real Mosquitto on a port of its own, a hub with one fake board, and an independent MQTT client to look on.
#pragma once

#include "base/tests/temporary_folder.hpp"
#include "hub/home/home.hpp"
#include "hub/home/mosquitto_process.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>
#include <mosquitto.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace hub::home {

using namespace std::chrono_literals;

using base::tests::TemporaryFolder;

/// A client that knows nothing of ours: libmosquitto with MQTT 3.1.1, driven by hand.
class Peer {
public:
    Peer() : client_(mosquitto_new(nullptr, true, this)) {
        mosquitto_message_callback_set(client_, [](mosquitto*, void* self, const mosquitto_message* message) {
            static_cast<Peer*>(self)->received.push_back(
                {message->topic,
                 std::string(static_cast<const char*>(message->payload), static_cast<std::size_t>(message->payloadlen)),
                 message->retain});
        });
    }
    ~Peer() { mosquitto_destroy(client_); }
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;

    bool connect(const BrokerAccess& access) {
        mosquitto_username_pw_set(client_, access.username.c_str(), access.password.c_str());
        return mosquitto_connect(client_, "127.0.0.1", access.port, 30) == MOSQ_ERR_SUCCESS;
    }
    void subscribe(const std::string& filter) { mosquitto_subscribe(client_, nullptr, filter.c_str(), 1); }
    void publish(const std::string& topic, const std::string& payload, bool retain = false) {
        mosquitto_publish(client_, nullptr, topic.c_str(), static_cast<int>(payload.size()), payload.data(), 1, retain);
    }
    void run_a_little() { mosquitto_loop(client_, 1, 1); }

    struct Received {
        std::string topic;
        std::string payload;
        bool retained;
    };
    std::size_t count(const std::string& topic, const std::string& payload) const {
        std::size_t result = 0;
        for (const Received& message : received) result += message.topic == topic && message.payload == payload ? 1 : 0;
        return result;
    }
    std::size_t count(const std::string& topic) const {
        std::size_t result = 0;
        for (const Received& message : received) result += message.topic == topic ? 1 : 0;
        return result;
    }
    std::vector<Received> received;

private:
    mosquitto* client_;
};

struct FakeLine final : core::BoardLine {
    void send(const core::Json& message) override { sent.push_back(message); }
    std::string path() const override { return "fake line"; }

    std::size_t commands() const {
        std::size_t result = 0;
        for (const core::Json& message : sent) result += message[0] == "set" ? 1 : 0;
        return result;
    }
    std::vector<core::Json> sent;
};

struct LogKeeper final : core::Observer {
    void on_change(const core::Change& change) override {
        if (const auto* line = std::get_if<core::LogLine>(&change)) lines.push_back(line->text);
    }
    std::size_t count(const std::string& part) const {
        std::size_t result = 0;
        for (const std::string& line : lines) result += line.find(part) != std::string::npos ? 1 : 0;
        return result;
    }
    std::vector<std::string> lines;
};

class BrokerFixture : public ::testing::Test {
protected:
    void SetUp() override {
        start_broker();
        hub.add_observer(log);
    }
    void TearDown() override {
        peer.reset();
        if (home) home->stop();
        broker.stop();
        io.restart();
        io.poll();
    }

    /// Runs everything until it is so, for at most 20 s.
    [[nodiscard]] bool until(const std::function<bool()>& so) {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!so()) {
            if (std::chrono::steady_clock::now() > end) return false;
            if (peer) peer->run_a_little();
            io.restart();
            io.run_for(1ms);
        }
        return true;
    }

    void start_broker() {
        listening = false;
        const auto started = broker.start([this] { listening = true; }); // each time that it has to begin again
        ASSERT_TRUE(started) << std::string(started.error().message);
        access = *started;
        ASSERT_TRUE(until([&] { return listening; }));
    }

    void connect_peer() {
        peer.emplace();
        ASSERT_TRUE(peer->connect(access));
        peer->subscribe("#");
    }

    void start_home() {
        home.emplace(io, HomeConfig{false, {"127.0.0.1", access.port, access.username, access.password}, folder.path()},
                     hub);
        hub.add_observer(*home);
        ASSERT_TRUE(home->start());
    }

    /// A board that is online with a lock, a doorbell and a text.
    void attach_board() {
        hub.line_opened("abcd", line, true);
        say(R"(["hello",{"uid":"abcd","name":"Door","board":"intercom","app":"a","boot":1,"t_ms":1000,"decl":"1"}])");
        say(R"(["decl",[["door","lock","Door",{"mqtt_command":["pyntercom/unlock","open"]}],)"
            R"(["bell","event","Bell",{"event_types":["ring"],"mqtt_publish":["pyntercom/call","call_detected"]}],)"
            R"(["note","text","Note",{}]]])");
        say(R"(["state","door","LOCKED",1000])");
    }
    void say(const std::string& message) { hub.on_message("abcd", message); }

    /// Peer, home and board; everything has been said once.
    void start_all() {
        connect_peer();
        start_home();
        attach_board();
        ASSERT_TRUE(
            until([&] { return peer->count("ouro/abcd/door/state", "LOCKED") > 0 && peer->count(door_config) > 0; }));
    }

    const std::string door_config = "homeassistant/lock/ouro_abcd_door/config";
    TemporaryFolder folder;
    boost::asio::io_context io;
    MosquittoProcess broker{io, folder.path()};
    BrokerAccess access;
    bool listening = false; ///< our broker does
    FakeLine line;
    LogKeeper log;
    core::Hub hub{
        {[] { return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now()); },
         [] {
             return std::chrono::duration_cast<std::chrono::microseconds>(
                 std::chrono::steady_clock::now().time_since_epoch());
         }}};
    std::optional<Peer> peer;
    std::optional<Home> home;
};

} // namespace hub::home
