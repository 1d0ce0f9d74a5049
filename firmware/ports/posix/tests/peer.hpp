// SPDX-License-Identifier: Apache-2.0
// What a test of the virtual board speaks through: its pty, or its control socket.
#pragma once

#include "firmware/ports/posix/fd.hpp"

#include <gtest/gtest.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

namespace firmware::ports::posix {

/// The other end of a line: reads until something is there, never for ever.
class Peer {
public:
    explicit Peer(Fd fd) : fd_(std::move(fd)) {}
    explicit Peer(int fd) : fd_(fd) {}
    static Peer of_socket(const std::string& path) {
        Fd fd(::socket(AF_UNIX, SOCK_STREAM, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::copy(path.begin(), path.end(), address.sun_path);
        EXPECT_EQ(::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        return Peer(std::move(fd));
    }

    void write(std::string_view text) {
        ASSERT_EQ(::write(fd_.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
    }
    /// Everything up to and with `end`; "" and a failure when it does not come, or the other side hangs up.
    std::string read_until(std::string_view end) {
        for (;;) {
            const std::size_t at = got_.find(end);
            if (at != std::string::npos) {
                std::string text = got_.substr(0, at + end.size());
                got_.erase(0, at + end.size());
                return text;
            }
            if (!read_some()) {
                ADD_FAILURE() << "waited for " << end << ", got: " << got_;
                return {};
            }
        }
    }
    std::string line() { return read_until("\n"); }
    bool hung_up() {
        while (read_some()) {
        }
        return closed_;
    }

private:
    static constexpr int patience_ms = 10000;

    bool read_some() {
        pollfd waiting{fd_.get(), POLLIN, 0};
        if (::poll(&waiting, 1, patience_ms) != 1) return false;
        char bytes[4096];
        const auto size = ::read(fd_.get(), bytes, sizeof bytes);
        closed_ = size <= 0;
        if (size > 0) got_.append(bytes, static_cast<std::size_t>(size));
        return size > 0;
    }

    Fd fd_;
    std::string got_;
    bool closed_ = false;
};

} // namespace firmware::ports::posix
