// SPDX-License-Identifier: Apache-2.0
#include "hub/api/tests/test_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace hub::api::tests {

namespace {

constexpr timeval patience{10, 0};

int connected(int family, const sockaddr* address, socklen_t size, int receive_buffer_size) {
    const int fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (receive_buffer_size > 0)
        ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer_size, sizeof receive_buffer_size);
    if (fd < 0 || ::connect(fd, address, size) != 0) throw std::runtime_error("The test's client can't connect");
    return fd;
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

} // namespace

TestClient::TestClient(std::uint16_t port, int receive_buffer_size) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socket_ = connected(AF_INET, reinterpret_cast<const sockaddr*>(&address), sizeof address, receive_buffer_size);
}

TestClient::TestClient(const std::filesystem::path& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    socket_ = connected(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, 0);
}

TestClient::~TestClient() { ::close(socket_); }

bool TestClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t size = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (size <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
}

bool TestClient::fill(std::size_t size) {
    std::array<char, 65536> chunk{};
    while (read_.size() < size) {
        const ssize_t got = ::recv(socket_, chunk.data(), chunk.size(), 0);
        if (got <= 0) return false;
        read_.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return true;
}

HttpAnswer TestClient::read_answer() {
    HttpAnswer answer;
    std::size_t end = std::string::npos;
    while ((end = read_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill(read_.size() + 1)) return answer;
    }
    std::string head = read_.substr(0, end + 2);
    read_.erase(0, end + 4);
    answer.status = std::stoi(head.substr(9, 3));
    for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
        const std::size_t line_end = head.find("\r\n", at);
        const std::size_t colon = head.find(':', at);
        answer.headers[lower(head.substr(at, colon - at))] = head.substr(colon + 2, line_end - colon - 2);
        at = line_end + 2;
    }
    const auto length = answer.headers.find("content-length");
    const std::size_t size = length == answer.headers.end() ? 0 : std::stoul(length->second);
    if (!fill(size)) return {};
    answer.body = read_.substr(0, size);
    read_.erase(0, size);
    return answer;
}

bool TestClient::send_frame(std::string_view payload, bool binary) {
    std::string frame(1, binary ? '\x82' : '\x81');
    if (payload.size() < 126) {
        frame += static_cast<char>(0x80U | payload.size());
    } else {
        frame += '\xfe';
        frame += static_cast<char>(payload.size() >> 8U);
        frame += static_cast<char>(payload.size() & 0xFFU);
    }
    return send(frame + std::string(4, '\0') + std::string(payload));
}

std::optional<std::string> TestClient::read_frame() {
    while (auto message = read_message()) {
        if (!message->binary) return std::move(message->payload);
    }
    return std::nullopt;
}

std::optional<TestClient::Message> TestClient::read_message() {
    while (fill(2)) {
        const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(read_[i])); };
        const std::size_t opcode = byte(0) & 0x0FU;
        std::size_t size = byte(1) & 0x7FU;
        const std::size_t size_bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (!fill(2 + size_bytes)) return std::nullopt;
        if (size_bytes > 0) size = 0;
        for (std::size_t i = 0; i < size_bytes; ++i) size = size << 8U | byte(2 + i);
        if (!fill(2 + size_bytes + size)) return std::nullopt;
        std::string payload = read_.substr(2 + size_bytes, size);
        read_.erase(0, 2 + size_bytes + size);
        if (opcode == 1 || opcode == 2) return Message{opcode == 2, std::move(payload)};
        if (opcode == 8) return std::nullopt;
    }
    return std::nullopt;
}

bool TestClient::ends_within(std::chrono::milliseconds wait) {
    const auto deadline = std::chrono::steady_clock::now() + wait;
    std::array<char, 65536> chunk{};
    for (;;) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd waiting{socket_, POLLIN, 0};
        if (left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return false;
        if (::recv(socket_, chunk.data(), chunk.size(), 0) <= 0) return true;
    }
}

bool TestClient::cut_within(std::chrono::milliseconds wait) {
    pollfd waiting{socket_, 0, 0};
    return ::poll(&waiting, 1, static_cast<int>(wait.count())) > 0;
}

} // namespace hub::api::tests
