// SPDX-License-Identifier: Apache-2.0
// Moves bytes between sockets and panel, never more than a client takes.
#include "firmware/ports/posix/control_socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace firmware::ports::posix {

using base::ErrorCode;

namespace {

// What a client gets in one go before the board goes on; the rest follows with the next event.
constexpr unsigned fills_per_turn = 4;
// Small, so that what a slow client reads is not long past.
constexpr int send_buffer_bytes = 64 * 1024;

} // namespace

ControlSocket::ControlSocket(Panel& panel, boards::ScreenSize screen) : panel_(panel) {
    for (Client& client : clients_) {
        client.queue.resize(unread_max);
        client.frame.resize(std::size_t{screen.width} * screen.height);
    }
}

ControlSocket::~ControlSocket() {
    if (!path_.empty()) ::unlink(path_.c_str());
}

base::Result<> ControlSocket::open(const std::string& path, int epoll) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return base::fail(ErrorCode::invalid_argument, "the path of the control socket is too long: " + path,
                          "give --dir a shorter path, at most 90 bytes");
    }
    std::copy(path.begin(), path.end(), address.sun_path);
    ::unlink(path.c_str());
    listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    const mode_t mask = ::umask(0177); // 0600 from the first moment
    const bool bound = listener_ && ::bind(listener_.get(), generic, sizeof address) == 0;
    ::umask(mask);
    epoll_event event{.events = EPOLLIN, .data = {.fd = listener_.get()}};
    if (!bound || ::listen(listener_.get(), clients_max) != 0 ||
        ::epoll_ctl(epoll, EPOLL_CTL_ADD, listener_.get(), &event) != 0) {
        return base::fail(ErrorCode::io, "can't listen at " + path + ": " + std::strerror(errno));
    }
    path_ = path;
    epoll_ = epoll;
    return {};
}

void ControlSocket::serve(int fd, std::uint32_t events) noexcept {
    if (fd == listener_.get()) return accept_client();
    const auto ours = [fd](const Client& client) { return client.fd && client.fd.get() == fd; };
    const auto client = std::find_if(clients_.begin(), clients_.end(), ours);
    if (client == clients_.end()) return;
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) read(*client);
    if (client->fd) flush(*client);
}

void ControlSocket::accept_client() noexcept {
    Fd fd(::accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!fd) return;
    const auto client = std::find_if(clients_.begin(), clients_.end(), [](const Client& each) { return !each.fd; });
    if (client == clients_.end()) return; // one too many: closed at once
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof send_buffer_bytes);
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd.get()}};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd.get(), &event) != 0) return;
    client->fd = std::move(fd);
    client->events = EPOLLIN;
    client->panel.emplace(panel_, client->queue, client->frame);
}

void ControlSocket::drop(Client& client) noexcept {
    client.panel.reset();
    client.fd = Fd();
    client.unfed = {};
    client.unsent = {};
}

void ControlSocket::read(Client& client) noexcept {
    if (client.unfed.empty()) {
        const auto size = ::read(client.fd.get(), client.in.data(), client.in.size());
        if (size < 0 && errno == EAGAIN) return;
        if (size <= 0) return drop(client);
        client.unfed = {client.in.data(), static_cast<std::size_t>(size)};
    }
    feed(client);
}

void ControlSocket::feed(Client& client) noexcept { client.unfed.remove_prefix(client.panel->feed(client.unfed)); }

void ControlSocket::send() noexcept {
    for (Client& client : clients_) {
        if (client.fd && (client.panel->broken() || client.panel->has_line())) flush(client);
    }
}

void ControlSocket::flush(Client& client) noexcept {
    for (unsigned i = 0; i < fills_per_turn; ++i) {
        if (client.panel->broken()) return drop(client);
        fill(client);
        if (client.unsent.empty()) break;
        const auto size = ::send(client.fd.get(), client.unsent.data(), client.unsent.size(), MSG_NOSIGNAL);
        if (size < 0 && errno != EAGAIN) return drop(client);
        if (size < 0) break;
        client.unsent.remove_prefix(static_cast<std::size_t>(size));
        feed(client);
    }
    listen(client);
}

// Whole lines from the panel, once all that was there is sent.
void ControlSocket::fill(Client& client) noexcept {
    if (!client.unsent.empty()) return;
    std::size_t size = 0;
    while (size + line_max <= client.out.size()) {
        const auto room = std::span(client.out).subspan(size).first<line_max>();
        const std::string_view line = client.panel->next(room);
        if (line.empty()) break;
        size += line.size();
    }
    client.unsent = {client.out.data(), size};
}

// Asks epoll for what this client can be served with now.
void ControlSocket::listen(Client& client) noexcept {
    std::uint32_t wanted = 0;
    if (client.unfed.empty()) wanted |= EPOLLIN;
    if (!client.unsent.empty() || client.panel->has_line()) wanted |= EPOLLOUT;
    if (wanted == client.events) return;
    client.events = wanted;
    epoll_event event{.events = wanted, .data = {.fd = client.fd.get()}};
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, client.fd.get(), &event);
}

} // namespace firmware::ports::posix
