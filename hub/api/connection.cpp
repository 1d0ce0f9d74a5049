// SPDX-License-Identifier: Apache-2.0
// One HTTP connection: reads requests within their limits, asks the door, hands them to the handlers, writes the
// answers.
#include "hub/api/server.hpp"

#include "hub/api/answers.hpp"
#include "hub/api/routes.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

namespace hub::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using base::ErrorCode;

namespace {

using Parser = http::request_parser<http::string_body>;
using FileParser = http::request_parser<http::buffer_body>;
using Fields = http::request_header<>;
using OutgoingBody = http::span_body<const char>;
constexpr auto await_tuple = asio::as_tuple(asio::use_awaitable);

// Longer than any handler takes: a command waits 61 s at most.
constexpr std::chrono::seconds answer_deadline{75};
constexpr std::chrono::seconds linger_deadline{2};
constexpr std::chrono::minutes file_deadline{10};
constexpr std::size_t file_piece_size = std::size_t{64} * 1024;
constexpr std::size_t linger_size_max = std::size_t{1024} * 1024;

constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' "
    "data:; "
    "connect-src 'self' data:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

Head head_of(const Fields& fields) {
    const auto text = [&](http::field name) { return std::string(fields[name]); };
    Head head;
    head.method = fields.method_string();
    head.target = fields.target();
    head.host = text(http::field::host);
    head.host_repeated = fields.count(http::field::host) > 1;
    head.has_origin = fields.count(http::field::origin) > 0;
    head.origin = fields.count(http::field::origin) == 1 ? text(http::field::origin) : std::string();
    head.cookie = text(http::field::cookie);
    head.authorization = text(http::field::authorization);
    head.content_type = text(http::field::content_type);
    head.x_ouro = std::string(fields["X-Ouro"]);
    head.accept_encoding = text(http::field::accept_encoding);
    head.if_none_match = text(http::field::if_none_match);
    head.forwarded_host = std::string(fields["X-Forwarded-Host"]);
    head.remote_user = std::string(fields["X-Remote-User-Display-Name"]);
    if (head.remote_user.empty()) head.remote_user = std::string(fields["X-Remote-User-Name"]);
    return head;
}

Answer answer_of(const beast::error_code& error) {
    if (error == http::error::body_limit) {
        return error_answer({ErrorCode::too_large, "The body is larger than this address takes", "Send less at once."});
    }
    if (error == http::error::header_limit) {
        return error_answer(431, ErrorCode::too_large, "The header is over 8 KiB",
                            "Send a shorter address or fewer headers.");
    }
    if (error == beast::error::timeout) {
        return error_answer(408, ErrorCode::timeout, "The request did not arrive in time", "Send it in one go.");
    }
    return error_answer({ErrorCode::malformed, "This is not an HTTP/1.1 request", ""});
}

Answer no_such_address() {
    return error_answer(
        {ErrorCode::not_found, "There is nothing at this address", "hub/api/openapi.yaml lists what there is."});
}

/// One request's way through the door: either an answer already, or a route to follow.
struct Admitted {
    const Route* route = nullptr;
    Request request;
    std::optional<Answer> answer;
};

Answer static_answer(const Server& server, const Head& head) {
    const std::string_view path = std::string_view(head.target).substr(0, head.target.find('?'));
    const Asset* asset = find_asset(server.assets, path);
    if (!asset) return no_such_address();
    if (head.method == "GET") return asset_answer(*asset, head);
    return error_answer(405, ErrorCode::unsupported, "Files can only be read", "Use GET.");
}

Admitted admit(Server& server, const Head& head, const Peer& peer) {
    Admitted admitted;
    admitted.request.peer = peer;
    admitted.answer = server.admission.check_origin(head, peer);
    if (admitted.answer) return admitted;
    const Match match = find_route(head.method, head.target, admitted.request);
    if (!match.route && match.path_known) {
        admitted.answer = error_answer(405, ErrorCode::unsupported, "This address does not take that method",
                                       "hub/api/openapi.yaml lists what it takes.");
    } else if (!match.route) {
        admitted.answer = static_answer(server, head);
    } else if (match.malformed) {
        admitted.answer = error_answer({ErrorCode::malformed, "The address has a broken percent-encoding", ""});
    } else {
        admitted.route = match.route;
        admitted.answer = server.admission.check_caller(*match.route, head, peer, admitted.request.caller);
        if (!admitted.answer && match.route->upgrade && !head.upgrade) {
            admitted.answer =
                error_answer({ErrorCode::malformed, "This address is a WebSocket", "Ask for an upgrade."});
        }
    }
    return admitted;
}

/// Starts something that replies, and waits for it.
asio::awaitable<Answer> answer_to(Server& server, std::function<void(Reply)> start) {
    struct Waiting {
        explicit Waiting(asio::io_context& io) : gate(io, answer_deadline) {}
        asio::steady_timer gate;
        std::optional<Answer> answer;
    };
    // Shared with the reply, which may come after this side has given up.
    const auto waiting = std::make_shared<Waiting>(server.io);
    Reply reply = [waiting](Answer answer) {
        waiting->answer = std::move(answer);
        waiting->gate.cancel();
    };
    start(std::move(reply));
    if (!waiting->answer) co_await waiting->gate.async_wait(await_tuple);
    if (!waiting->answer) co_return error_answer({ErrorCode::timeout, "The hub took too long to answer", "Try again."});
    co_return std::move(*waiting->answer);
}

/// Runs the handler and waits for its reply.
asio::awaitable<Answer> handle(Server& server, const Route& route, const Request& request) {
    std::function<void(Reply)> start = [&](Reply reply) { route.handle(server.context, request, std::move(reply)); };
    co_return co_await answer_to(server, std::move(start));
}

http::response<OutgoingBody> response_of(const Answer& answer, unsigned version, bool keep_alive) {
    http::response<OutgoingBody> response;
    response.version(version);
    response.result(answer.status);
    response.keep_alive(keep_alive);
    if (!answer.content_type.empty()) response.set(http::field::content_type, answer.content_type);
    response.set(http::field::cache_control, "no-store");
    response.set("Content-Security-Policy", content_security_policy);
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Referrer-Policy", "no-referrer");
    for (const auto& [name, value] : answer.headers) response.set(name, value);
    const std::span<const char> body = answer.is_static ? answer.static_body : std::span<const char>(answer.body);
    response.body() = beast::span<const char>(body.data(), body.size());
    const bool has_body = answer.status != 204 && answer.status != 304;
    if (has_body) response.content_length(body.size());
    return response;
}

asio::awaitable<bool> write_answer(Server& server, Stream& stream, const Answer& answer, unsigned version,
                                   bool keep_alive) {
    auto response = response_of(answer, version, keep_alive);
    stream.expires_after(server.limits.idle_timeout);
    const auto [error, size] = co_await http::async_write(stream, response, await_tuple);
    co_return !error && keep_alive;
}

/// Ends a connection whose request was not read to its end: closing at once would make the system reset it and so take
/// the answer away from the client that is still sending.
asio::awaitable<void> linger(Stream& stream) {
    beast::error_code ignored;
    stream.socket().shutdown(Socket::shutdown_send, ignored);
    stream.expires_after(linger_deadline);
    std::array<char, 4096> drain{};
    std::size_t total = 0;
    while (total < linger_size_max) {
        const auto [error, size] = co_await stream.async_read_some(asio::buffer(drain), await_tuple);
        if (error) break;
        total += size;
    }
}

/// Waits for a request's first byte, then takes its header. The slow get no longer than the limits, byte by byte or
/// not.
asio::awaitable<beast::error_code> read_header(Server& server, Stream& stream, beast::flat_buffer& buffer,
                                               Parser& parser, bool first) {
    if (buffer.size() == 0) {
        stream.expires_after(first ? server.limits.header_timeout : server.limits.idle_timeout);
        const auto [error, size] = co_await stream.async_read_some(buffer.prepare(4096), await_tuple);
        if (error) co_return http::error::end_of_stream; // nothing was asked: nothing to answer
        buffer.commit(size);
    }
    stream.expires_after(server.limits.header_timeout);
    const auto [error, size] = co_await http::async_read_header(stream, buffer, parser, await_tuple);
    co_return error;
}

/// The next piece of a body that is a file; empty at its end.
asio::awaitable<beast::error_code> read_piece(Server& server, Stream& stream, beast::flat_buffer& buffer,
                                              FileParser& parser, std::string& piece) {
    piece.resize(file_piece_size);
    parser.get().body().data = piece.data();
    parser.get().body().size = piece.size();
    stream.expires_after(server.limits.header_timeout);
    const auto [error, size] = co_await http::async_read(stream, buffer, parser, await_tuple);
    piece.resize(piece.size() - parser.get().body().size);
    co_return error == http::error::need_buffer ? beast::error_code() : error;
}

/// Takes a body that is a file, piece by piece, and has it looked at.
asio::awaitable<Answer> take_file(Server& server, Stream& stream, beast::flat_buffer& buffer, FileParser& parser,
                                  const Request& request) {
    auto file = server.context.hub.desk().begin_upload(request.find_query("name").value_or(""));
    if (!file) co_return error_answer(file.error());
    const auto until = std::chrono::steady_clock::now() + file_deadline;
    std::string piece;
    while (!parser.is_done()) {
        if (const auto error = co_await read_piece(server, stream, buffer, parser, piece)) co_return answer_of(error);
        if (std::chrono::steady_clock::now() > until) co_return answer_of(beast::error::timeout);
        std::function<Answer()> write = [file = *file, piece] {
            const auto written = file->write(piece);
            return written ? Answer() : error_answer(written.error());
        };
        std::function<void(Reply)> start = [&](Reply reply) {
            server.context.query(std::move(write), std::move(reply));
        };
        Answer written = co_await answer_to(server, std::move(start));
        if (written.status != 200) co_return written;
    }
    std::function<void(Reply)> finish = [&](Reply reply) {
        server.context.hub.desk().end_upload(std::move(*file), [reply](const base::Result<jobs::Upload>& upload) {
            reply(upload ? json_answer(jobs::json_of(*upload), 201) : error_answer(upload.error()));
        });
    };
    stream.expires_never();
    co_return co_await answer_to(server, std::move(finish));
}

asio::awaitable<void> serve_file(Server& server, Stream& stream, beast::flat_buffer& buffer, Parser& parser,
                                 const Request& request) {
    FileParser file(std::move(parser));
    const Answer answer = co_await take_file(server, stream, buffer, file, request);
    co_await write_answer(server, stream, answer, 11, false);
    if (!file.is_done()) co_await linger(stream);
}

/// How much may follow this header.
std::uint64_t body_size_max(const Server& server, const std::optional<Admitted>& admitted) {
    const bool is_file = admitted && !admitted->answer && admitted->route->takes_file;
    return is_file ? jobs::upload_size_max : server.limits.body_size_max;
}

/// Serves one request; true when the connection goes on.
asio::awaitable<bool> serve_request(Server& server, Stream& stream, beast::flat_buffer& buffer, const Peer& peer,
                                    bool first) {
    Parser parser;
    parser.header_limit(static_cast<std::uint32_t>(server.limits.header_size_max));
    parser.body_limit(jobs::upload_size_max); // until it is known what it is for
    beast::error_code error = co_await read_header(server, stream, buffer, parser, first);
    if (error == http::error::end_of_stream) co_return false;
    std::optional<Admitted> admitted;
    if (!error) {
        Head head = head_of(parser.get().base());
        head.upgrade = beast::websocket::is_upgrade(parser.get());
        admitted = admit(server, head, peer);
        // What is refused is refused before its body is read.
        const std::uint64_t size_max = body_size_max(server, admitted);
        parser.body_limit(size_max);
        if (!admitted->answer && parser.content_length().value_or(0) > size_max) error = http::error::body_limit;
        if (!error && !admitted->answer && admitted->route->takes_file) {
            co_await serve_file(server, stream, buffer, parser, admitted->request);
            co_return false;
        }
        if (!error && !admitted->answer && !parser.is_done()) {
            stream.expires_after(server.limits.header_timeout);
            const auto [body_error, size] = co_await http::async_read(stream, buffer, parser, await_tuple);
            error = body_error;
        }
    }
    const unsigned version = 11;
    if (error) {
        const Answer answer = answer_of(error);
        co_await write_answer(server, stream, answer, version, false);
        co_await linger(stream);
        co_return false;
    }
    const bool keep_alive = parser.get().keep_alive() && parser.is_done();
    if (!admitted->answer && admitted->route->upgrade) {
        stream.expires_never();
        admitted->answer = server.open_web_socket(stream, parser.get(), admitted->request);
        if (!admitted->answer) co_return false;
    }
    if (!admitted->answer) {
        admitted->request.body = std::move(parser.get().body());
        stream.expires_never();
        admitted->answer = co_await handle(server, *admitted->route, admitted->request);
    }
    const bool goes_on = co_await write_answer(server, stream, *admitted->answer, version, keep_alive);
    if (!goes_on && !parser.is_done()) co_await linger(stream);
    co_return goes_on;
}

} // namespace

asio::awaitable<void> serve_connection(Server& server, Stream& stream, Peer peer) {
    beast::flat_buffer buffer(server.limits.header_size_max + server.limits.body_size_max + 4096);
    bool first = true;
    while (co_await serve_request(server, stream, buffer, peer, first)) first = false;
}

} // namespace hub::api
