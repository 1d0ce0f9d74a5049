// SPDX-License-Identifier: Apache-2.0
// How long the hub takes from exec to a listening port, and what it holds when idle, beside Mosquitto.
//
//   start_bench OURO_BINARY DATA_DIR
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int rounds = 7;
constexpr auto give_up_after = std::chrono::seconds(10);
constexpr auto idle_time = std::chrono::milliseconds(1'500);

[[noreturn]] void stop(const std::string& why) {
    std::fprintf(stderr, "start: %s\n", why.c_str());
    std::exit(1);
}

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

int free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (::bind(probe, reinterpret_cast<sockaddr*>(&address), size) != 0) stop("no free port");
    ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(probe);
    return ntohs(address.sin_port);
}

bool listens(int port) {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = loopback(port);
    const bool connected = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(probe);
    return connected;
}

/// Resident memory that belongs to the process, in MB: what /proc calls RssAnon and RssFile together.
double rss_mb(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::strtod(line.c_str() + 6, nullptr) / 1024.0;
    }
    return 0;
}

struct Measured {
    double listen_ms = 0;
    double rss = 0;
};

Measured measure(const std::vector<std::string>& command, int port) {
    std::vector<char*> argv;
    for (const auto& word : command) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const auto started = Clock::now();
    const pid_t pid = ::fork();
    if (pid == 0) {
        const int nowhere = ::open("/dev/null", O_RDWR);
        for (int fd = 0; fd <= 2; ++fd) ::dup2(nowhere, fd);
        ::execv(argv[0], argv.data());
        _exit(127);
    }
    while (!listens(port)) {
        if (Clock::now() - started > give_up_after || ::waitpid(pid, nullptr, WNOHANG) == pid)
            stop(command[0] + " does not listen");
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    Measured measured;
    measured.listen_ms = std::chrono::duration<double, std::milli>(Clock::now() - started).count();
    std::this_thread::sleep_for(idle_time);
    measured.rss = rss_mb(pid);
    ::kill(pid, SIGTERM);
    ::waitpid(pid, nullptr, 0);
    return measured;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 3) stop("usage: start_bench OURO_BINARY DATA_DIR");
    const std::string ouro = argv[1];
    const std::string data = argv[2];
    std::vector<double> hub_ms;
    std::vector<double> hub_mb;
    std::vector<double> mosquitto_ms;
    std::vector<double> mosquitto_mb;
    for (int round = 0; round < rounds; ++round) {
        const int port = free_port();
        const auto hub = measure(
            {ouro, "serve", "--no-broker", "--data", data, "--listen", "127.0.0.1:" + std::to_string(port)}, port);
        const int peer_port = free_port();
        const auto peer = measure({"/usr/sbin/mosquitto", "-p", std::to_string(peer_port)}, peer_port);
        hub_ms.push_back(hub.listen_ms);
        hub_mb.push_back(hub.rss);
        mosquitto_ms.push_back(peer.listen_ms);
        mosquitto_mb.push_back(peer.rss);
    }
    std::printf("%d rounds, medians; resident memory %.1f s after the start\n", rounds,
                std::chrono::duration<double>(idle_time).count());
    std::printf("start: listen_ms=%.1f rss_mb=%.1f mosquitto_listen_ms=%.1f mosquitto_rss_mb=%.1f\n", median(hub_ms),
                median(hub_mb), median(mosquitto_ms), median(mosquitto_mb));
    return 0;
}
