// SPDX-License-Identifier: Apache-2.0
// Pin edge to MQTT message and MQTT command to pin edge, beside a bare message through the same broker.
//
//   latency_bench BROKER_PORT CONTROL_SOCKET BOARD_UID
//
// Every round takes one sample of each kind, so that whatever else the machine does hits all of them alike. Times are
// CLOCK_MONOTONIC in microseconds; the board stamps its pins with the same clock.
#include "bench/board_control.hpp"

#include <mosquitto.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <poll.h>

namespace {

using bench::Control;
using bench::now_us;
using bench::Samples;
using bench::stop;

constexpr int rounds = 1'000;
constexpr int warm_up_rounds = 50;
constexpr int switches = 20;
constexpr int timeout_ms = 5'000;
constexpr std::int64_t round_us = 14'000; // 20 switches at 4 commands a second allow one every 12.5 ms

/// A plain C client of the broker: what a user's own program would be.
class Client {
public:
    Client(const char* id, int port) : client_(mosquitto_new(id, true, this)) {
        mosquitto_message_callback_set(client_, [](mosquitto*, void* self, const mosquitto_message* message) {
            static_cast<Client*>(self)->received(message->topic, now_us());
        });
        if (mosquitto_connect(client_, "127.0.0.1", port, 60) != MOSQ_ERR_SUCCESS) stop("no broker on the given port");
        const int on = 1;
        mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, on);
        while (mosquitto_loop(client_, 100, 1) == MOSQ_ERR_SUCCESS && mosquitto_want_write(client_)) {
        }
    }
    ~Client() { mosquitto_destroy(client_); }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void subscribe(const std::string& topic) const { mosquitto_subscribe(client_, nullptr, topic.c_str(), 1); }
    void publish(const std::string& topic, const std::string& payload) const {
        mosquitto_publish(client_, nullptr, topic.c_str(), static_cast<int>(payload.size()), payload.data(), 1, false);
    }
    int socket() const { return mosquitto_socket(client_); }
    void read() const {
        if (mosquitto_loop_read(client_, 1) != MOSQ_ERR_SUCCESS) stop("the broker closed the connection");
        flush();
    }
    void flush() const {
        while (mosquitto_want_write(client_)) mosquitto_loop_write(client_, 1);
        mosquitto_loop_misc(client_);
    }

    std::int64_t bare_at = 0;
    std::int64_t edge_at = 0;

private:
    void received(const std::string& topic, std::int64_t at) {
        if (topic == "bench/bare")
            bare_at = at;
        else
            edge_at = at;
    }

    mosquitto* client_;
};

class Bench {
public:
    Bench(int port, const std::string& control, const std::string& uid)
        : control_(control),
          sender_("latency-sender", port),
          receiver_("latency-receiver", port),
          uid_(uid) {
        receiver_.subscribe("bench/bare");
        receiver_.subscribe("ouro/" + uid + "/edge/state");
        control_.send("[\"watch\"]\n");
        const std::int64_t settled = now_us() + 1'000'000;
        while (now_us() < settled) serve(10);
    }

    std::int64_t bare() {
        receiver_.bare_at = 0;
        const std::int64_t sent = now_us();
        sender_.publish("bench/bare", "ON");
        sender_.flush();
        return wait(receiver_.bare_at, "a message of our own") - sent;
    }

    std::int64_t up() {
        pressed_ = !pressed_;
        receiver_.edge_at = 0;
        control_.input_at = 0;
        control_.send("[\"set\",4," + std::string(pressed_ ? "0" : "1") + "]\n");
        const std::int64_t arrived = wait(receiver_.edge_at, "the pin's state over MQTT");
        return arrived - wait(control_.input_at, "the pin's time from the board");
    }

    std::int64_t down() {
        lit_ = !lit_;
        control_.output_at = 0;
        const std::string topic = "ouro/" + uid_ + "/led_" + std::to_string(next_switch_) + "/set";
        next_switch_ = (next_switch_ + 1) % switches;
        const std::int64_t sent = now_us();
        sender_.publish(topic, lit_ ? "ON" : "OFF");
        sender_.flush();
        return wait(control_.output_at, "the relay's time from the board") - sent;
    }

    /// Lets everything come to rest, and keeps to the board's rate limit.
    void rest_until(std::int64_t when) {
        while (now_us() < when) serve(1);
    }

private:
    std::int64_t wait(const std::int64_t& at, const char* what) {
        const std::int64_t deadline = now_us() + std::int64_t{timeout_ms} * 1'000;
        while (at == 0) {
            if (now_us() > deadline) stop(std::string("waited in vain for ") + what);
            serve(timeout_ms);
        }
        return at;
    }

    void serve(int wait_ms) {
        std::array<pollfd, 3> sockets{
            {{control_.socket(), POLLIN, 0}, {sender_.socket(), POLLIN, 0}, {receiver_.socket(), POLLIN, 0}}};
        if (::poll(sockets.data(), sockets.size(), wait_ms) <= 0) return;
        if (sockets[0].revents != 0) control_.read();
        if (sockets[1].revents != 0) sender_.read();
        if (sockets[2].revents != 0) receiver_.read();
    }

    Control control_;
    Client sender_;
    Client receiver_;
    std::string uid_;
    bool pressed_ = false;
    bool lit_ = false;
    int next_switch_ = 0;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 4) stop("usage: latency_bench BROKER_PORT CONTROL_SOCKET BOARD_UID");
    mosquitto_lib_init();
    Bench bench(std::atoi(argv[1]), argv[2], argv[3]);
    Samples bare;
    Samples up;
    Samples down;
    for (int round = -warm_up_rounds; round < rounds; ++round) {
        const std::int64_t started = now_us();
        const std::int64_t bare_us = bench.bare();
        const std::int64_t up_us = bench.up();
        const std::int64_t down_us = bench.down();
        bench.rest_until(started + round_us);
        if (round < 0) continue;
        bare.values.push_back(bare_us);
        up.values.push_back(up_us);
        down.values.push_back(down_us);
    }
    std::printf("%d rounds\n", rounds);
    bench::print_row("C client through the broker", bare);
    bench::print_row("pin edge -> MQTT message", up);
    bench::print_row("MQTT command -> pin edge", down);
    std::printf("latency: up_p50_ratio=%.2f up_p99_ratio=%.2f down_p50_ratio=%.2f down_p99_ratio=%.2f\n",
                up.at(0.5) / bare.at(0.5), up.at(0.99) / bare.at(0.99), down.at(0.5) / bare.at(0.5),
                down.at(0.99) / bare.at(0.99));
    return 0;
}
