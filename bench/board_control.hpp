// SPDX-License-Identifier: Apache-2.0
// What the benchmarks share: the clock, the hands and eyes of a virtual board, and percentiles.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

namespace bench {

constexpr int input_pin = 4;
constexpr int output_pin = 2;

/// CLOCK_MONOTONIC in microseconds, with which a board stamps its pins too.
inline std::int64_t now_us() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1'000;
}

[[noreturn]] inline void stop(const std::string& why) {
    std::fprintf(stderr, "bench: %s\n", why.c_str());
    std::exit(1);
}

/// The board's hands and eyes (docs/protocol.md, section 3).
class Control {
public:
    /// Tries for 10 s: a board may be starting.
    explicit Control(const std::string& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        if (path.size() >= sizeof address.sun_path) stop("the control socket's path is too long: " + path);
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        for (const std::int64_t give_up = now_us() + 10'000'000; now_us() < give_up; ::usleep(200)) {
            socket_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
            if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
            ::close(socket_);
        }
        stop("no board at " + path);
    }
    ~Control() { ::close(socket_); }
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    int socket() const { return socket_; }

    void send(const std::string& line) const {
        if (::write(socket_, line.data(), line.size()) != static_cast<ssize_t>(line.size()))
            stop("the board went away");
    }

    /// Reads what is there and keeps the newest time stamp of each pin.
    void read() {
        std::array<char, 4096> bytes{};
        const ssize_t size = ::read(socket_, bytes.data(), bytes.size());
        if (size <= 0) stop("the board went away");
        pending_.append(bytes.data(), static_cast<std::size_t>(size));
        for (std::size_t end = 0; (end = pending_.find('\n')) != std::string::npos; pending_.erase(0, end + 1)) {
            int pin = 0;
            int level = 0;
            long long at = 0;
            if (std::sscanf(pending_.c_str(), R"(["pin",%d,%d,%lld)", &pin, &level, &at) != 3) continue;
            if (pin == input_pin) input_at = at;
            if (pin != output_pin) continue;
            output_at = at;
            output_level = level;
        }
    }

    std::int64_t input_at = 0;
    std::int64_t output_at = 0;
    int output_level = 0;

private:
    int socket_ = -1;
    std::string pending_;
};

struct Samples {
    std::vector<std::int64_t> values;
    double at(double part) {
        std::sort(values.begin(), values.end());
        return static_cast<double>(values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))]);
    }
};

inline void print_row(const char* name, Samples& samples) {
    std::printf("%-28s p50 %6.0f us   p99 %6.0f us\n", name, samples.at(0.5), samples.at(0.99));
}

} // namespace bench
