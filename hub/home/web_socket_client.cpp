// SPDX-License-Identifier: Apache-2.0
#include "hub/home/web_socket_client.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <chrono>
#include <deque>
#include <type_traits>
#include <utility>

namespace hub::home {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = boost::beast::websocket;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto connect_time = 10s;
constexpr auto idle_time = 60s;

using Plain = beast::tcp_stream;
using Secure = beast::ssl_stream<beast::tcp_stream>;

template <typename Layer>
class Client final : public WebSocketClient, public std::enable_shared_from_this<Client<Layer>> {
public:
    Client(asio::io_context& io, WebSocketAddress address, std::size_t message_size_max, Handlers handlers)
        : address_(std::move(address)),
          handlers_(std::move(handlers)),
          resolver_(io),
          stream_(make_stream(io)) {
        stream_.read_message_max(message_size_max);
    }

    void start() {
        resolver_.async_resolve(address_.host, address_.port,
                                [self = this->shared_from_this()](error_code error, tcp::resolver::results_type found) {
                                    if (error) return self->end(error);
                                    self->connect(found);
                                });
    }

    void send(std::string text) override {
        unsent_size_ += text.size();
        outbox_.push_back(std::move(text));
        if (unsent_size_ > unsent_max) {
            auto self = this->shared_from_this();
            asio::post(stream_.get_executor(), [self] { self->end("it does not take what is sent"); });
            return;
        }
        if (open_ && !writing_) write();
    }

    void close() override {
        ended_ = true;
        handlers_ = {};
        resolver_.cancel();
        beast::get_lowest_layer(stream_).close();
    }

private:
    websocket::stream<Layer> make_stream(asio::io_context& io) {
        if constexpr (std::is_same_v<Layer, Secure>) {
            if (address_.ca_file.empty()) {
                tls_.set_default_verify_paths();
            } else {
                error_code error;
                tls_.load_verify_file(address_.ca_file, error); // without it nothing is trusted: the handshake says so
            }
            return websocket::stream<Layer>(io, tls_);
        } else {
            return websocket::stream<Layer>(io);
        }
    }

    void connect(const tcp::resolver::results_type& found) {
        auto& lowest = beast::get_lowest_layer(stream_);
        lowest.expires_after(connect_time);
        lowest.async_connect(found, [self = this->shared_from_this()](error_code error, const tcp::endpoint&) {
            if (error) return self->end(error);
            self->secure();
        });
    }

    void secure() {
        if constexpr (std::is_same_v<Layer, Secure>) {
            auto& layer = stream_.next_layer();
            layer.set_verify_mode(asio::ssl::verify_peer);
            layer.set_verify_callback(asio::ssl::host_name_verification(address_.host));
            SSL_set_tlsext_host_name(layer.native_handle(), address_.host.c_str());
            layer.async_handshake(asio::ssl::stream_base::client, [self = this->shared_from_this()](error_code error) {
                if (error) return self->end(error);
                self->upgrade();
            });
        } else {
            upgrade();
        }
    }

    void upgrade() {
        beast::get_lowest_layer(stream_).expires_never(); // the WebSocket has its own timer, which also pings
        stream_.set_option(websocket::stream_base::timeout{connect_time, idle_time, true});
        stream_.async_handshake(address_.host + ":" + address_.port, address_.target,
                                [self = this->shared_from_this()](error_code error) {
                                    if (error) return self->end(error);
                                    self->open_ = true;
                                    self->read();
                                    if (!self->outbox_.empty()) self->write();
                                });
    }

    void read() {
        stream_.async_read(incoming_, [self = this->shared_from_this()](error_code error, std::size_t) {
            if (error) return self->end(error);
            const auto bytes = self->incoming_.data();
            const std::string text(static_cast<const char*>(bytes.data()), bytes.size());
            self->incoming_.clear();
            const auto on_text = self->handlers_.on_text; // it may close us, and with that go away
            if (on_text) on_text(text);
            if (!self->ended_) self->read();
        });
    }

    void write() {
        writing_ = true;
        stream_.text(true);
        stream_.async_write(asio::buffer(outbox_.front()),
                            [self = this->shared_from_this()](error_code error, std::size_t) {
                                self->writing_ = false;
                                if (error) return self->end(error);
                                self->unsent_size_ -= self->outbox_.front().size();
                                self->outbox_.pop_front();
                                if (!self->outbox_.empty() && !self->ended_) self->write();
                            });
    }

    void end(const error_code& error) { end(error.message()); }
    void end(std::string reason) {
        if (std::exchange(ended_, true)) return;
        open_ = false;
        const auto on_end = std::move(handlers_.on_end);
        handlers_ = {};
        beast::get_lowest_layer(stream_).close();
        if (on_end) on_end(std::move(reason));
    }

    WebSocketAddress address_;
    Handlers handlers_;
    tcp::resolver resolver_;
    asio::ssl::context tls_{asio::ssl::context::tls_client};
    websocket::stream<Layer> stream_;
    beast::flat_buffer incoming_;
    std::deque<std::string> outbox_;
    std::size_t unsent_size_ = 0;
    bool open_ = false;
    bool writing_ = false;
    bool ended_ = false;
};

} // namespace

std::shared_ptr<WebSocketClient> WebSocketClient::open(asio::io_context& io, const WebSocketAddress& address,
                                                       std::size_t message_size_max, Handlers handlers) {
    if (address.tls) {
        auto client = std::make_shared<Client<Secure>>(io, address, message_size_max, std::move(handlers));
        client->start();
        return client;
    }
    auto client = std::make_shared<Client<Plain>>(io, address, message_size_max, std::move(handlers));
    client->start();
    return client;
}

} // namespace hub::home
