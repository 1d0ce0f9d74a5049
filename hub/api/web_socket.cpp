// SPDX-License-Identifier: Apache-2.0
#include "hub/api/web_socket.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace hub::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

// What a client may say in one message: nothing that means anything.
constexpr std::size_t incoming_size_max = 1024;

} // namespace

WebSocket::WebSocket(Stream stream, const Limits& limits, std::string session, std::function<void(WebSocket&)> on_end)
    : stream_(std::move(stream)),
      limits_(limits),
      session_(std::move(session)),
      on_end_(std::move(on_end)),
      outbox_(limits.queue_size_max) {
    stream_.next_layer().expires_never(); // the WebSocket has its own timer, which also pings
    stream_.set_option(websocket::stream_base::timeout{limits.header_timeout, limits.stall_timeout, true});
    stream_.read_message_max(incoming_size_max);
    stream_.text(true);
    stream_.auto_fragment(false);
}

void WebSocket::accept(const Upgrade& upgrade, std::function<void()> on_open) {
    stream_.async_accept(upgrade, [self = shared_from_this(), on_open = std::move(on_open)](beast::error_code error) {
        if (error) return self->end();
        self->open_ = true;
        self->read();
        on_open();
    });
}

void WebSocket::send(SharedBatch batch) {
    if (!open_) return;
    outbox_.push(std::move(batch));
    if (!writing_) write();
}

void WebSocket::draw_from(std::string board, Source source) {
    board_ = std::move(board);
    source_ = std::move(source);
    draw();
}

void WebSocket::draw() {
    if (!open_ || writing_ || !source_) return;
    if (auto batch = source_()) send(std::move(batch));
}

void WebSocket::write() {
    writing_ = outbox_.take();
    write_began_ = std::chrono::steady_clock::now();
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(writing_->pieces.size());
    for (const std::string_view piece : writing_->pieces) buffers.emplace_back(piece.data(), piece.size());
    stream_.async_write(buffers, [self = shared_from_this()](beast::error_code error, std::size_t) {
        self->writing_.reset();
        if (error) return self->end();
        if (!self->outbox_.empty()) return self->write();
        self->draw();
    });
}

void WebSocket::read() {
    stream_.async_read(incoming_, [self = shared_from_this()](beast::error_code error, std::size_t) {
        if (error) return self->end();
        self->incoming_.clear();
        self->read();
    });
}

void WebSocket::check_stalled(std::chrono::steady_clock::time_point now) {
    if (writing_ && now - write_began_ > limits_.stall_timeout) close();
}

void WebSocket::close() {
    open_ = false;
    beast::error_code ignored;
    beast::get_lowest_layer(stream_).socket().close(ignored);
}

void WebSocket::end() {
    close();
    if (auto on_end = std::exchange(on_end_, nullptr)) on_end(*this);
}

} // namespace hub::api
