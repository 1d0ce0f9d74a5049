// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/web_board.hpp"

#include "hub/workbench/net/web_socket_line.hpp"
#include "hub/workbench/repl/board_files.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <chrono>
#include <string>

namespace hub::workbench {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using base::ErrorCode;
using boost::system::error_code;

constexpr std::chrono::seconds connect_time{5};
// A board that erases flash says nothing for a while.
constexpr std::chrono::seconds silence_max{30};
constexpr std::size_t piece_size = 16'384;
constexpr std::uint32_t header_size_max = 16'384;
constexpr int redirects_max = 3;
constexpr unsigned temporary_redirect = 307;

using Request = http::request<http::span_body<const char>>;

Request request_of(const PortAddress& address, const WebRequest& wanted) {
    Request request;
    request.method_string(wanted.method);
    request.target(wanted.target);
    request.version(11);
    request.set(http::field::host, address.authority());
    const std::string authorization = basic_authorization(address.password);
    request.set(http::field::authorization, authorization.substr(authorization.find(' ') + 1));
    request.set(http::field::connection, "close");
    if (wanted.json) request.set(http::field::accept, "application/json");
    if (!wanted.destination.empty()) request.set("X-Destination", wanted.destination);
    if (wanted.method == "PUT") {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        request.set("X-Timestamp", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()));
        request.body() = {wanted.body.data(), wanted.body.size()};
        request.content_length(wanted.body.size());
    }
    return request;
}

struct Head {
    unsigned status = 0;
    std::string location;
};

/// One request and its answer, on a connection of its own.
class Exchange {
public:
    explicit Exchange(const PortAddress& address) : address_(address) {}

    base::Result<Head> run(const WebRequest& wanted, const WebBoard::Sink& sink) {
        if (auto connected = connect(); !connected) return tl::unexpected(connected.error());
        const Request request = request_of(address_, wanted);
        stream_.expires_after(silence_max);
        // A board that has no room answers before it has read it all: the answer says more than this error.
        (void)wait([&](auto done) { http::async_write(stream_, request, done); });
        stream_.expires_after(silence_max);
        parser_.header_limit(header_size_max);
        parser_.body_limit(board_file_max);
        const error_code error = wait([&](auto done) { http::async_read_header(stream_, buffer_, parser_, done); });
        if (error) return tl::unexpected(problem(error));
        const Head head{parser_.get().result_int(), std::string(parser_.get()[http::field::location])};
        const bool success = head.status >= 200 && head.status < 300;
        if (success) {
            if (auto read = read_body(sink); !read) return tl::unexpected(read.error());
        }
        return head;
    }

private:
    /// Starts something and runs until it is done.
    template <typename Start>
    error_code wait(Start start) {
        error_code result;
        start([&result](error_code error, const auto&...) { result = error; });
        io_.restart();
        io_.run();
        return result;
    }

    base::Result<> connect() {
        tcp::resolver resolver(io_);
        tcp::resolver::results_type found;
        const error_code unknown = wait([&](auto done) {
            resolver.async_resolve(address_.host, std::to_string(address_.port), tcp::resolver::numeric_service,
                                   [&found, done](error_code error, tcp::resolver::results_type results) {
                                       found = std::move(results);
                                       done(error);
                                   });
        });
        if (unknown) {
            return base::fail(ErrorCode::not_found, "there is no host " + address_.host + " here: " + unknown.message(),
                              "Names in .local need mDNS on this machine (libnss-mdns); an IP address does not.");
        }
        stream_.expires_after(connect_time);
        const error_code error = wait([&](auto done) { stream_.async_connect(found, done); });
        if (!error) return {};
        return base::fail(ErrorCode::disconnected, "cannot connect to " + address_.text() + ": " + error.message(),
                          "Is the board there, with CIRCUITPY_WIFI_SSID in its settings.toml?");
    }

    base::Result<> read_body(const WebBoard::Sink& sink) {
        std::array<char, piece_size> piece{};
        while (!parser_.is_done()) {
            parser_.get().body().data = piece.data();
            parser_.get().body().size = piece.size();
            stream_.expires_after(silence_max);
            const error_code error = wait([&](auto done) { http::async_read(stream_, buffer_, parser_, done); });
            if (error && error != http::error::need_buffer) return tl::unexpected(problem(error));
            const std::size_t size = piece.size() - parser_.get().body().size;
            if (auto taken = sink({piece.data(), size}); !taken) return taken;
        }
        return {};
    }

    base::Error problem(error_code error) const {
        const std::string at = address_.text();
        if (error == boost::beast::error::timeout) {
            return {ErrorCode::timeout, std::string_view(at + " says nothing for 30 s"), "Reset the board."};
        }
        if (error == http::error::body_limit || error == http::error::header_limit) {
            return {ErrorCode::too_large, std::string_view(at + " answers with more than is read here"), ""};
        }
        const bool http = error.category() == http::make_error_code(http::error::bad_version).category();
        const bool cut = error == http::error::end_of_stream || error == http::error::partial_message;
        if (http && !cut) {
            return {ErrorCode::malformed, std::string_view(at + " does not speak HTTP: " + error.message()),
                    "Is it the board?"};
        }
        return {ErrorCode::disconnected, std::string_view(at + " ended the connection in the middle of its answer"),
                "Did the board restart? Try once more."};
    }

    const PortAddress& address_;
    asio::io_context io_;
    boost::beast::tcp_stream stream_{io_};
    boost::beast::flat_buffer buffer_;
    http::response_parser<http::buffer_body> parser_;
};

} // namespace

base::Result<unsigned> HttpBoard::ask(const WebRequest& request, const Sink& sink) {
    for (int i = 0; i < redirects_max; ++i) {
        const auto head = Exchange(address_).run(request, sink);
        if (!head) return tl::unexpected(head.error());
        if (head->status != temporary_redirect) return head->status;
        if (auto moved = move_to(head->location); !moved) return tl::unexpected(moved.error());
    }
    return base::fail(ErrorCode::malformed, address_.text() + " sends us on and on", "Use the board's IP address.");
}

base::Result<> HttpBoard::move_to(std::string_view location) {
    const auto host = location.find("://");
    const auto path = host == std::string_view::npos ? host : location.find('/', host + 3);
    auto target = parse_port_address(location.substr(0, path));
    const bool near = target && (target->host.ends_with(".local") || target->host == address_.host);
    if (!near || target->kind != address_.kind || !target->password.empty()) {
        return base::fail(ErrorCode::refused,
                          address_.text() + " sends us to another place, where no password of ours goes",
                          "Use the board's own name or IP address.");
    }
    target->password = address_.password;
    address_ = std::move(*target);
    return {};
}

} // namespace hub::workbench
