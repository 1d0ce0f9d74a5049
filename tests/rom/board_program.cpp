// SPDX-License-Identifier: Apache-2.0
#include "tests/rom/board_program.hpp"

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace tests::rom {

void BoardProgram::start() {
    stop();
    termios raw{};
    ::cfmakeraw(&raw);
    raw.c_cflag |= CREAD | CLOCAL;
    ::cfsetspeed(&raw, B115200);
    pid_ = ::forkpty(&terminal_, nullptr, &raw, nullptr);
    if (pid_ == 0) {
        const std::string line = "exec " + command_;
        ::execl("/bin/sh", "sh", "-c", line.c_str(), nullptr);
        ::_exit(127);
    }
    if (pid_ > 0) ::fcntl(terminal_, F_SETFL, O_NONBLOCK);
}

void BoardProgram::stop() {
    if (pid_ > 0) {
        ::kill(-pid_, SIGKILL); // it leads a group of its own
        ::waitpid(pid_, nullptr, 0);
    }
    pid_ = -1;
    if (const int terminal = std::exchange(terminal_, -1); terminal >= 0) ::close(terminal);
    waiting_.clear();
}

bool BoardProgram::has_ended() {
    if (pid_ <= 0 || ::waitpid(pid_, nullptr, WNOHANG) != pid_) return false;
    pid_ = -1;
    stop();
    return true;
}

std::string BoardProgram::read(std::size_t size_max) {
    if (terminal_ < 0) return {};
    std::string text(size_max, '\0');
    const ssize_t size = ::read(terminal_, text.data(), text.size());
    text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return text;
}

void BoardProgram::write(std::span<const std::uint8_t> bytes) {
    constexpr std::size_t waiting_max = 65536;
    if (terminal_ < 0) return;
    waiting_.append(bytes.begin(),
                    bytes.begin() + std::min<std::ptrdiff_t>(
                                        std::ssize(bytes), static_cast<std::ptrdiff_t>(waiting_max - waiting_.size())));
    if (waiting_.empty()) return;
    const ssize_t size = ::write(terminal_, waiting_.data(), waiting_.size());
    if (size > 0) waiting_.erase(0, static_cast<std::size_t>(size));
}

} // namespace tests::rom
