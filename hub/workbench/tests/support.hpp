// SPDX-License-Identifier: Apache-2.0
// What the workbench's tests share: a folder, a pseudo terminal, a listening socket, and patience with a limit.
#pragma once

#include "base/tests/temporary_folder.hpp"

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <pty.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace hub::workbench {

using base::tests::TemporaryFolder;

/// A pseudo terminal of which the test is the board's side.
class Pty {
public:
    Pty() {
        int slave = -1;
        std::array<char, 64> name{};
        if (::openpty(&master_, &slave, name.data(), nullptr, nullptr) != 0) ADD_FAILURE() << "no pseudo terminal";
        termios settings{};
        ::tcgetattr(slave, &settings);
        ::cfmakeraw(&settings);
        ::tcsetattr(slave, TCSANOW, &settings);
        ::close(slave);
        path_ = name.data();
    }
    Pty(const Pty&) = delete;
    Pty& operator=(const Pty&) = delete;
    ~Pty() { close(); }

    const std::filesystem::path& path() const { return path_; }

    void write(std::string_view bytes) {
        ASSERT_EQ(::write(master_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    }
    /// What has come so far, without waiting.
    std::string read() {
        int available = 0;
        std::string text;
        while (::ioctl(master_, FIONREAD, &available) == 0 && available > 0) {
            std::string part(static_cast<std::size_t>(available), '\0');
            const ssize_t size = ::read(master_, part.data(), part.size());
            if (size <= 0) break;
            text.append(part, 0, static_cast<std::size_t>(size));
        }
        return text;
    }
    void close() {
        if (master_ >= 0) ::close(std::exchange(master_, -1));
    }

private:
    int master_ = -1;
    std::filesystem::path path_;
};

/// A Unix socket that listens and does nothing more.
class ListeningSocket {
public:
    explicit ListeningSocket(const std::filesystem::path& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
        EXPECT_EQ(::listen(fd_, 16), 0);
    }
    ListeningSocket(const ListeningSocket&) = delete;
    ListeningSocket& operator=(const ListeningSocket&) = delete;
    ~ListeningSocket() { ::close(fd_); }

private:
    int fd_;
};

/// Runs `io` until `reached`; gives up after ten seconds.
template <typename Condition>
[[nodiscard]] bool run_until(boost::asio::io_context& io, Condition reached) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!reached()) {
        if (std::chrono::steady_clock::now() > end) return false;
        io.restart();
        io.run_one_for(std::chrono::milliseconds(20));
    }
    return true;
}

/// Runs what is ready now, and does not wait for more.
inline void run_ready(boost::asio::io_context& io) {
    io.restart();
    io.poll();
}

} // namespace hub::workbench
