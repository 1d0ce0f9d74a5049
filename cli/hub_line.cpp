// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_line.hpp"

#include "cli/client.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

namespace cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using beast::error_code;
using hub::workbench::write_queue_max;
using Local = asio::local::stream_protocol;

namespace {

constexpr std::chrono::seconds answer_deadline{5};
// As much as the hub takes in one message, and more than it sends in one.
constexpr std::size_t message_size_max = std::size_t{16} * 1024;
constexpr std::size_t incoming_size_max = std::size_t{1024} * 1024;

base::ErrorCode code_of(std::string_view word) {
    for (unsigned i = 0; i <= static_cast<unsigned>(base::ErrorCode::internal); ++i) {
        if (base::error_name(static_cast<base::ErrorCode>(i)) == word) return static_cast<base::ErrorCode>(i);
    }
    return base::ErrorCode::internal;
}

std::string text_in(const Json& json, const char* key) {
    return json.is_object() && json.contains(key) && json[key].is_string() ? json[key].get<std::string>()
                                                                           : std::string();
}

tl::unexpected<base::Error> refusal(const std::string& body) {
    const Json answer = Json::parse(body, nullptr, false);
    const std::string message = text_in(answer, "message");
    if (message.empty()) {
        return base::fail(base::ErrorCode::io, "The hub did not let this program attach",
                          "Is it of the same version as this program?");
    }
    return base::fail(code_of(text_in(answer, "code")), message, text_in(answer, "hint"));
}

std::string target_of(const HubSession& session, const std::string& name, HubLine::Mode mode) {
    const char* const more = mode == HubLine::Mode::lease ? "&lease=1" : mode == HubLine::Mode::watch ? "&watch=1" : "";
    return "/api/sessions/" + encoded(session.id) + "/line?name=" + encoded(name) + more;
}

} // namespace

struct HubLine::Impl final : std::enable_shared_from_this<Impl> {
    struct Outgoing {
        std::string bytes;
        bool is_text;
    };

    Impl(asio::io_context& context, Listener& hears, OnNotice notices)
        : io(context),
          stream(context),
          listener(&hears),
          on_notice(std::move(notices)) {
        stream.read_message_max(incoming_size_max);
        stream.auto_fragment(false);
    }

    base::Result<> attach(const HubSession& session, const std::string& target) {
        error_code error;
        if (session.socket.string().size() < sizeof(sockaddr_un::sun_path)) {
            beast::get_lowest_layer(stream).socket().connect(Local::endpoint(session.socket.string()), error);
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
        return {};
    }

    void read() {
        stream.async_read(incoming, [self = shared_from_this()](error_code error, std::size_t) {
            if (self->listener == nullptr) return;
            if (error) return self->hang_up();
            self->take();
            if (self->listener != nullptr) self->read();
        });
    }

    void take() {
        const std::string bytes(static_cast<const char*>(incoming.data().data()), incoming.size());
        const bool is_text = stream.got_text();
        incoming.clear();
        if (!is_text) return hear(bytes);
        const Json notice = Json::parse(bytes, nullptr, false);
        if (!notice.is_object()) return;
        if (const std::string reason = text_in(notice, "reason"); !reason.empty()) why = reason;
        const std::string type = text_in(notice, "type");
        if (type == "done" || type == "failed") {
            answer = notice;
        } else if (on_notice) {
            on_notice(notice);
        }
    }

    void hear(const std::string& bytes) {
        held += bytes;
        if (!asking) deliver();
    }

    void deliver() {
        const std::string bytes = std::exchange(held, {});
        if (listener == nullptr || bytes.empty()) return;
        listener->on_bytes({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    }

    base::Result<> ask(const Json& control) {
        if (listener == nullptr) return base::fail(base::ErrorCode::disconnected, "the board is gone");
        if (!send(control.dump(), true)) return base::fail(base::ErrorCode::busy, "too much waits to be written");
        const auto self = shared_from_this(); // a hang-up may destroy the line
        const auto deadline = std::chrono::steady_clock::now() + answer_deadline;
        asking = true;
        answer = nullptr;
        if (io.stopped()) io.restart();
        while (answer.is_null() && listener != nullptr && io.run_one_until(deadline) > 0) {
        }
        asking = false;
        asio::post(io, [self] { self->deliver(); });
        if (text_in(answer, "type") == "done") return {};
        if (text_in(answer, "type") == "failed") {
            return base::fail(code_of(text_in(answer, "code")), text_in(answer, "message"), text_in(answer, "hint"));
        }
        if (listener == nullptr) return base::fail(base::ErrorCode::disconnected, "the board is gone: " + why);
        return base::fail(base::ErrorCode::timeout, "the hub does not answer", "Look at its log.");
    }

    void hang_up() {
        deliver();
        if (listener == nullptr) return;
        Listener* const last = std::exchange(listener, nullptr);
        close();
        last->on_hang_up(why.empty() ? "the hub has ended" : why);
    }

    bool send(std::string_view bytes, bool is_text) {
        if (listener == nullptr) return true;
        if (size + bytes.size() > write_queue_max) return false;
        size += bytes.size();
        while (!bytes.empty()) {
            const std::string_view piece = bytes.substr(0, message_size_max);
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
        error_code ignored;
        beast::get_lowest_layer(stream).socket().close(ignored);
    }

    asio::io_context& io;
    websocket::stream<beast::basic_stream<Local>> stream;
    websocket::response_type response;
    beast::flat_buffer incoming;
    Listener* listener; ///< null once closed
    OnNotice on_notice;
    std::deque<Outgoing> queue;
    std::size_t size = 0; ///< of all that is in the queue
    std::string why;      ///< what the hub said last about an end
    std::string held;     ///< from the board, while the hub is asked
    Json answer;          ///< the hub's, to what it was asked; null while it waits
    bool asking = false;
    bool writing = false;
};

base::Result<std::unique_ptr<HubLine>> HubLine::open(asio::io_context& io, const HubSession& session,
                                                     const std::string& name, Mode mode, Listener& listener,
                                                     OnNotice on_notice) {
    auto impl = std::make_shared<Impl>(io, listener, std::move(on_notice));
    if (auto attached = impl->attach(session, target_of(session, name, mode)); !attached) {
        return tl::unexpected(attached.error());
    }
    return std::unique_ptr<HubLine>(new HubLine(std::move(impl)));
}

HubLine::HubLine(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HubLine::~HubLine() {
    impl_->listener = nullptr;
    impl_->close();
}

bool HubLine::write(std::string_view bytes) { return impl_->send(bytes, false); }

std::size_t HubLine::waiting() const noexcept { return impl_->size; }

base::Result<> HubLine::set_baud(unsigned baud) {
    const auto impl = impl_;
    return impl->ask({{"type", "baud"}, {"baud", baud}});
}

base::Result<> HubLine::set_lines(hub::workbench::ControlLines lines) {
    const auto impl = impl_;
    return impl->ask({{"type", "lines"}, {"dtr", lines.dtr}, {"rts", lines.rts}});
}

} // namespace cli
