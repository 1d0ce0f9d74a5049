// SPDX-License-Identifier: Apache-2.0
#include "hub/api/line_socket.hpp"

#include "hub/api/answers.hpp"
#include "hub/api/line_request.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include <poll.h>

#include <utility>
#include <vector>

namespace hub::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;

namespace {

// In one message; four of them fit into a port's queue.
constexpr std::size_t typed_size_max = std::size_t{16} * 1024;
constexpr std::chrono::milliseconds pass_on_pause{5};

// Told without reading: what has come before the end may still wait.
bool other_side_is_gone(int socket) {
    pollfd waiting{socket, POLLRDHUP, 0};
    return ::poll(&waiting, 1, 0) > 0;
}

} // namespace

LineSocket::LineSocket(asio::io_context& io, const Limits& limits, std::string session,
                       std::function<void(LineSocket&)> on_end)
    : io_(io),
      limits_(limits),
      session_(std::move(session)),
      on_end_(std::move(on_end)),
      pass_on_timer_(io),
      outbox_(limits.queue_size_max) {}

LineSocket::~LineSocket() = default;

void LineSocket::attach(std::unique_ptr<core::Attachment> attachment, bool is_lease) {
    attachment_ = std::move(attachment);
    is_lease_ = is_lease;
}

void LineSocket::accept(Stream stream, const WebSocket::Upgrade& upgrade, bool is_local) {
    stream_.emplace(std::move(stream));
    stream_->next_layer().expires_never(); // the WebSocket has its own timer
    const auto silence_max = is_local ? websocket::stream_base::none() : limits_.stall_timeout;
    stream_->set_option(websocket::stream_base::timeout{limits_.header_timeout, silence_max, !is_local});
    stream_->read_message_max(typed_size_max);
    stream_->auto_fragment(false);
    stream_->async_accept(upgrade, [self = shared_from_this()](beast::error_code error) {
        if (error) return self->end();
        self->open_ = true;
        self->read();
        if (!self->outbox_.empty()) self->write();
    });
}

void LineSocket::on_output(const core::SharedBytes& bytes) {
    if (finishing_) return;
    const bool whole = outbox_.push_output(bytes);
    if (!whole && is_lease_) return finish("it reads too slowly: so much waited for it that bytes would be lost");
    if (open_ && !writing_) write();
}

void LineSocket::on_notice(const core::SharedBytes& json) {
    if (finishing_) return;
    outbox_.push_notice(json);
    if (open_ && !writing_) write();
}

void LineSocket::on_cut() {
    finishing_ = true;
    detach_soon();
    if (open_ && !writing_) write();
}

// What waits is of no use any more; the reason is.
void LineSocket::finish(std::string_view reason) {
    outbox_.clear();
    on_notice(std::make_shared<const std::string>(text_of({{"type", "cut"}, {"reason", reason}})));
    on_cut();
}

// Not at once: the session may be in the middle of telling everybody something.
void LineSocket::detach_soon() {
    asio::post(io_, [self = shared_from_this()] { self->attachment_.reset(); });
}

void LineSocket::write() {
    if (outbox_.empty()) return close();
    writing_ = outbox_.take();
    write_began_ = std::chrono::steady_clock::now();
    std::vector<asio::const_buffer> buffers;
    buffers.reserve(writing_->pieces.size());
    for (const std::string_view piece : writing_->pieces) buffers.emplace_back(piece.data(), piece.size());
    stream_->binary(!writing_->is_text);
    stream_->async_write(buffers, [self = shared_from_this()](beast::error_code error, std::size_t) {
        self->writing_.reset();
        if (error) return self->end();
        if (!self->outbox_.empty() || self->finishing_) self->write();
    });
}

void LineSocket::read() {
    stream_->async_read(incoming_, [self = shared_from_this()](beast::error_code error, std::size_t) {
        if (error) return self->end();
        self->pass_on();
    });
}

// Reads on when the board has taken it, and the client what it was told.
void LineSocket::pass_on() {
    const auto data = incoming_.data();
    const std::string_view bytes(static_cast<const char*>(data.data()), data.size());
    bool passed = attachment_ == nullptr || outbox_.size() <= limits_.queue_size_max / 2;
    if (passed && attachment_ != nullptr && stream_->got_binary()) {
        passed = attachment_->type(bytes);
    } else if (passed && attachment_ != nullptr) {
        answer(apply_control(bytes, *attachment_));
    }
    if (passed) {
        incoming_.clear();
        return read();
    }
    pass_on_timer_.expires_after(pass_on_pause);
    pass_on_timer_.async_wait([self = shared_from_this()](beast::error_code error) {
        if (error || !self->open_ || other_side_is_gone(self->native_handle())) return self->end();
        self->pass_on();
    });
}

void LineSocket::answer(const base::Result<>& control) {
    const auto say = [this](const core::Json& notice) {
        on_notice(std::make_shared<const std::string>(text_of(notice)));
    };
    if (control) return say({{"type", "done"}});
    const base::Error& error = control.error();
    if (error.code == base::ErrorCode::malformed || error.code == base::ErrorCode::too_large) {
        return finish(error.message.view());
    }
    say({{"type", "failed"},
         {"code", base::error_name(error.code)},
         {"message", error.message.view()},
         {"hint", error.hint.view()}});
}

void LineSocket::check_stalled(std::chrono::steady_clock::time_point now) {
    // A lease is cut by how much waits, and by nothing else.
    const bool may_wait = is_lease_ && !finishing_;
    if (writing_ && !may_wait && now - write_began_ > limits_.stall_timeout) close();
}

int LineSocket::native_handle() { return beast::get_lowest_layer(*stream_).socket().native_handle(); }

void LineSocket::close() {
    open_ = false;
    pass_on_timer_.cancel();
    beast::error_code ignored;
    if (stream_) beast::get_lowest_layer(*stream_).socket().close(ignored);
}

void LineSocket::end() {
    close();
    attachment_.reset();
    if (auto on_end = std::exchange(on_end_, nullptr)) on_end(*this);
}

} // namespace hub::api
