// SPDX-License-Identifier: Apache-2.0
// Looks whether a virtual board lives.
#include "hub/workbench/board_port.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace hub::workbench {

base::Result<> check_present(const BoardPort& port) {
    if (!port.is_virtual) return {};
    sockaddr_un address{};
    const std::string path = port.control_socket.string();
    if (path.size() >= sizeof address.sun_path) {
        return base::fail(base::ErrorCode::not_found, "the path of the control socket is too long: " + path,
                          "Use a folder with a shorter name.");
    }
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return base::fail(base::ErrorCode::io, "no socket to look for the board with");
    const bool answered = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    const int reason = errno;
    ::close(fd);
    if (answered) return {};
    return base::fail(base::ErrorCode::disconnected,
                      "the virtual board " + port.uid + " does not run: " + std::strerror(reason),
                      "Start it again, or remove its folder.");
}

} // namespace hub::workbench
