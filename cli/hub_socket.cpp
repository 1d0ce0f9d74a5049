// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_socket.hpp"

#include "hub/core/json_parts.hpp"
#include "hub/workbench/port.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <chrono>
#include <deque>

namespace cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using beast::error_code;
using hub::core::text_at;
using Json = nlohmann::json;
using Local = asio::local::stream_protocol;

namespace {

constexpr std::chrono::seconds answer_deadline{5};
// As much as the hub takes in one message.
constexpr std::size_t piece_size_max = std::size_t{16} * 1024;

base::ErrorCode code_of(std::string_view word) {
    for (unsigned i = 0; i <= static_cast<unsigned>(base::ErrorCode::internal); ++i) {
        if (base::error_name(static_cast<base::ErrorCode>(i)) == word) return static_cast<base::ErrorCode>(i);
    }
    return base::ErrorCode::internal;
}

tl::unexpected<base::Error> refusal(const std::string& body) {
    const Json answer = Json::parse(body, nullptr, false);
    if (!text_at(answer, "message").empty()) return tl::unexpected(hub_error(answer));
    return base::fail(base::ErrorCode::io, "The hub did not let this program attach",
                      "Is it of the same version as this program?");
}

} // namespace

base::Error hub_error(const Json& answer) {
    return base::fail(code_of(text_at(answer, "code")), text_at(answer, "message"), text_at(answer, "hint")).value();
}

/// Lives on in its handlers, which find no listener any more once it was closed.
struct HubSocket::Impl final : std::enable_shared_from_this<Impl> {
    struct Outgoing {
        std::string bytes;
        bool is_text;
    };

    Impl(asio::io_context& context, Listener& hears, std::size_t message_size_max)
        : io(context),
          stream(context),
          listener(&hears) {
        stream.read_message_max(message_size_max);
        stream.auto_fragment(false);
    }

    base::Result<> open(const std::filesystem::path& place, const std::string& target) {
        error_code error;
        if (place.string().size() < sizeof(sockaddr_un::sun_path)) {
            beast::get_lowest_layer(stream).socket().connect(Local::endpoint(place.string()), error);
        }
        const auto ended = [] {
            return base::fail(base::ErrorCode::disconnected, "the hub has ended",
                              "Try again: without it the port is free.");
        };
        if (error || !beast::get_lowest_layer(stream).socket().is_open()) return ended();
        bool done = false;
        stream.async_handshake(response, "localhost", target, [&, self = shared_from_this()](error_code failed) {
            error = failed;
            done = true;
        });
        const auto deadline = std::chrono::steady_clock::now() + answer_deadline;
        io.restart();
        while (!done && io.run_one_until(deadline) > 0) {
        }
        if (!done) {
            close();
            io.restart();
            io.poll(); // the handler must not find this function gone
            return base::fail(base::ErrorCode::timeout, "the hub does not answer", "Look at its log.");
        }
        if (error == websocket::error::upgrade_declined) return refusal(response.body());
        if (error) return ended();
        read();
        io.restart(); // with nothing left to do after the answer it has stopped
        return {};
    }

    void read() {
        stream.async_read(incoming, [self = shared_from_this()](error_code error, std::size_t) {
            if (self->listener == nullptr) return;
            if (error) return self->end(error);
            const std::string bytes(static_cast<const char*>(self->incoming.data().data()), self->incoming.size());
            self->incoming.clear();
            self->listener->on_message(bytes, self->stream.got_text());
            if (self->listener != nullptr) self->read();
        });
    }

    void end(error_code error) {
        Listener* const last = listener;
        close();
        last->on_end(error.message());
    }

    bool send(std::string_view bytes, bool is_text) {
        if (listener == nullptr) return true;
        if (size + bytes.size() > hub::workbench::write_queue_max) return false;
        size += bytes.size();
        while (!bytes.empty()) {
            const std::string_view piece = bytes.substr(0, piece_size_max);
            queue.push_back({std::string(piece), is_text});
            bytes.remove_prefix(piece.size());
        }
        if (!writing && !queue.empty()) write();
        return true;
    }

    void write() {
        writing = true;
        stream.binary(!queue.front().is_text);
        stream.async_write(asio::buffer(queue.front().bytes),
                           [self = shared_from_this()](error_code error, std::size_t) {
                               self->writing = false;
                               if (error || self->listener == nullptr) return; // the read says why
                               self->size -= self->queue.front().bytes.size();
                               self->queue.pop_front();
                               if (!self->queue.empty()) self->write();
                           });
    }

    void close() {
        listener = nullptr;
        error_code ignored;
        beast::get_lowest_layer(stream).socket().close(ignored);
    }

    asio::io_context& io;
    websocket::stream<beast::basic_stream<Local>> stream;
    websocket::response_type response;
    beast::flat_buffer incoming;
    Listener* listener; ///< null once closed
    std::deque<Outgoing> queue;
    std::size_t size = 0; ///< of all that is in the queue
    bool writing = false;
};

HubSocket::HubSocket(asio::io_context& io, Listener& listener, std::size_t message_size_max)
    : impl_(std::make_shared<Impl>(io, listener, message_size_max)) {}

HubSocket::~HubSocket() { close(); }

base::Result<> HubSocket::open(const std::filesystem::path& place, const std::string& target) {
    return impl_->open(place, target);
}

bool HubSocket::send(std::string_view bytes, bool is_text) { return impl_->send(bytes, is_text); }

std::size_t HubSocket::waiting() const noexcept { return impl_->size; }

void HubSocket::close() { impl_->close(); }

} // namespace cli
