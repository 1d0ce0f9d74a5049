// SPDX-License-Identifier: Apache-2.0
// What a serial adapter does by nature, a pty must be told.
#include "firmware/ports/posix/pty_console.hpp"

#include <fcntl.h>
#include <pty.h>
#include <termios.h>

#include <cerrno>
#include <cstring>

namespace firmware::ports::posix {

PtyConsole::~PtyConsole() {
    if (!link_.empty()) ::unlink(link_.c_str());
}

base::Result<> PtyConsole::open(const std::string& link) {
    int master = -1;
    int slave = -1;
    char path[128] = {};
    termios settings{};
    ::cfmakeraw(&settings);
    settings.c_cflag |= CREAD | CLOCAL;
    settings.c_cc[VMIN] = 1;
    if (::openpty(&master, &slave, path, &settings, nullptr) != 0) {
        return base::fail(base::ErrorCode::io, std::string("no pty: ") + std::strerror(errno), "is /dev/pts mounted?");
    }
    master_ = Fd(master);
    slave_ = Fd(slave);
    ::fcntl(master, F_SETFL, O_NONBLOCK);
    ::fcntl(master, F_SETFD, FD_CLOEXEC);
    ::fcntl(slave, F_SETFD, FD_CLOEXEC);
    // A link of a board that was killed may be left; renaming replaces it without a moment in which there is none.
    const std::string fresh = link + ".new";
    ::unlink(fresh.c_str());
    if (::symlink(path, fresh.c_str()) != 0 || ::rename(fresh.c_str(), link.c_str()) != 0) {
        return base::fail(base::ErrorCode::io, "can't make the link " + link + ": " + std::strerror(errno));
    }
    link_ = link;
    return {};
}

std::size_t PtyConsole::read(std::span<std::uint8_t> into) noexcept {
    const auto size = ::read(master_.get(), into.data(), into.size());
    return size > 0 ? static_cast<std::size_t>(size) : 0;
}

std::size_t PtyConsole::write(std::span<const std::uint8_t> bytes) noexcept {
    const auto size = ::write(master_.get(), bytes.data(), bytes.size());
    if (size > 0) {
        stalled_since_ = -1;
        return static_cast<std::size_t>(size);
    }
    const base::Micros now = clock_.now();
    if (stalled_since_ < 0) stalled_since_ = now;
    return now - stalled_since_ < patience ? 0 : bytes.size();
}

base::Micros PtyConsole::deadline() const noexcept {
    return stalled_since_ < 0 ? base::never : stalled_since_ + patience;
}

} // namespace firmware::ports::posix
