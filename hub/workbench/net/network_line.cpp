// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/network_line.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <utility>

namespace hub::workbench {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

NetworkLine::NetworkLine(asio::io_context& io, PortAddress address, Port::Listener& listener)
    : address_(std::move(address)),
      listener_(&listener),
      resolver_(io),
      socket_(io),
      late_(io) {}

void NetworkLine::start() {
    limit(ready_time_max);
    resolver_.async_resolve(address_.host, std::to_string(address_.port), tcp::resolver::numeric_service,
                            [self = shared_from_this()](error_code error, const tcp::resolver::results_type& found) {
                                if (self->closed()) return;
                                if (error) {
                                    return self->hang_up("there is no host " + self->address_.host +
                                                         " here: " + error.message());
                                }
                                self->connect(found);
                            });
}

void NetworkLine::connect(const tcp::resolver::results_type& found) {
    asio::async_connect(socket_, found, [self = shared_from_this()](error_code error, const tcp::endpoint&) {
        if (self->closed()) return;
        if (error) return self->hang_up("cannot connect to " + self->address_.text() + ": " + error.message());
        self->watch_connection();
        self->on_connected();
        if (!self->closed()) self->read();
    });
}

// Keys go at once; and a board that loses its power says nothing, so that the kernel has to ask for it.
void NetworkLine::watch_connection() {
    constexpr int idle_s = 5;
    constexpr int interval_s = 2;
    constexpr int probes = 3;
    constexpr int unanswered_ms = 10'000;
    const int fd = socket_.native_handle();
    const auto set = [&](int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); };
    set(IPPROTO_TCP, TCP_NODELAY, 1);
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
    set(IPPROTO_TCP, TCP_KEEPINTVL, interval_s);
    set(IPPROTO_TCP, TCP_KEEPCNT, probes);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, unanswered_ms);
}

void NetworkLine::limit(std::chrono::milliseconds time) {
    late_.expires_after(time);
    late_.async_wait([self = shared_from_this()](error_code error) {
        if (!error && !self->closed() && !self->ready_) self->on_late();
    });
}

void NetworkLine::on_late() { hang_up(address_.text() + " does not answer in time"); }

void NetworkLine::on_closed() { hang_up(address_.text() + " has closed the connection"); }

void NetworkLine::become_ready() {
    if (closed() || std::exchange(ready_, true)) return;
    late_.cancel();
    const std::string held = std::exchange(held_, {});
    if (!held.empty()) encode(held);
}

void NetworkLine::read() {
    socket_.async_read_some(asio::buffer(input_), [self = shared_from_this()](error_code error, std::size_t size) {
        if (self->closed()) return;
        if (error == asio::error::eof || error == asio::error::connection_reset) return self->on_closed();
        if (error) return self->hang_up(self->address_.text() + ": " + error.message());
        self->on_received(std::span(self->input_).first(size));
        if (!self->closed()) self->read();
    });
}

bool NetworkLine::write(std::string_view bytes) {
    if (waiting() + bytes.size() > write_queue_max) return false;
    if (!ready_) {
        held_ += bytes;
    } else if (!bytes.empty()) {
        encode(bytes);
    }
    return true;
}

void NetworkLine::send(std::string_view bytes) {
    waiting_ += bytes;
    write_next();
}

void NetworkLine::hold(bool on) {
    on_hold_ = on;
    write_next();
}

void NetworkLine::write_next() {
    if (closed() || on_hold_ || !writing_.empty() || waiting_.empty()) return;
    writing_ = std::exchange(waiting_, {});
    asio::async_write(socket_, asio::buffer(writing_), [self = shared_from_this()](error_code error, std::size_t) {
        self->writing_.clear();
        // Why the other end takes no more, reading says better.
        if (!error) self->write_next();
    });
}

void NetworkLine::deliver(std::span<const std::uint8_t> bytes) {
    if (listener_ != nullptr && !bytes.empty()) listener_->on_bytes(bytes);
}

void NetworkLine::hang_up(const std::string& reason) {
    Port::Listener* const last = listener_;
    close();
    if (last != nullptr) last->on_hang_up(reason);
}

void NetworkLine::close() {
    listener_ = nullptr;
    resolver_.cancel();
    late_.cancel();
    error_code ignored;
    socket_.close(ignored);
}

base::Result<> NetworkLine::set_baud(unsigned) {
    return base::fail(base::ErrorCode::unsupported, address_.text() + " has no rate that could be changed",
                      "A serial server that speaks RFC 2217 has: rfc2217://HOST:PORT");
}

base::Result<> NetworkLine::set_lines(ControlLines) {
    return base::fail(base::ErrorCode::unsupported, address_.text() + " has no control lines that could be moved",
                      "A serial server that speaks RFC 2217 has: rfc2217://HOST:PORT");
}

} // namespace hub::workbench
