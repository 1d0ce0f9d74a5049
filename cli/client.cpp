// SPDX-License-Identifier: Apache-2.0
#include "cli/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <memory>
#include <string_view>

namespace cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using Local = asio::local::stream_protocol;
using Stream = beast::basic_stream<Local>;

namespace {

// A command that waits for its end may take 92 s.
constexpr std::chrono::seconds answer_deadline{100};
constexpr std::size_t answer_size_max = std::size_t{64} * 1024 * 1024;

bool connect(Stream& stream, const std::filesystem::path& path) {
    beast::error_code error;
    if (path.string().size() >= sizeof(sockaddr_un::sun_path)) return false;
    stream.socket().connect(Local::endpoint(path.string()), error);
    return !error;
}

/// One request and its answer; every step of it within the deadline.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    explicit Exchange(asio::io_context& io) : stream(io) { parser.body_limit(answer_size_max); }

    void start() {
        stream.expires_after(answer_deadline);
        http::async_write(stream, request, [self = shared_from_this()](beast::error_code failed, std::size_t) {
            self->error = failed;
            if (!failed) self->read();
        });
    }
    void read() {
        http::async_read(stream, buffer, parser,
                         [self = shared_from_this()](beast::error_code failed, std::size_t) { self->error = failed; });
    }

    Stream stream;
    http::request<http::string_body> request;
    http::response_parser<http::string_body> parser;
    beast::flat_buffer buffer;
    beast::error_code error;
};

Failure failure_of_answer(unsigned status, const Json& answer) {
    const auto text = [&](const char* key) {
        return answer.is_object() && answer.contains(key) && answer[key].is_string() ? answer[key].get<std::string>()
                                                                                     : std::string();
    };
    if (text("message").empty()) return {exit_failed, "The hub answered with the status " + std::to_string(status), ""};
    return {exit_of(text("code")), text("message"), text("hint")};
}

Outcome<Json> parsed(const std::string& body) {
    Json answer = Json::parse(body, nullptr, false);
    if (!answer.is_discarded()) return answer;
    return fail(exit_failed, "The hub's answer is not JSON", "Is it of the same version as this program?");
}

} // namespace

Client::Client(const std::filesystem::path& data) : socket_(data / "ouro.sock") {}

Failure Client::no_hub() const {
    return {exit_no_hub, "No hub runs in " + socket_.parent_path().string(),
            "Start one with `ouro serve`, or name its folder with --data."};
}

Outcome<std::string> Client::ask(const std::string& method, const std::string& target, const std::string& body) const {
    asio::io_context io;
    const auto exchange = std::make_shared<Exchange>(io);
    if (!connect(exchange->stream, socket_)) return tl::unexpected(no_hub());
    auto& request = exchange->request;
    request.method_string(method);
    request.target(target);
    request.version(11);
    request.set(http::field::host, "localhost");
    request.set(http::field::connection, "close");
    if (method != "GET") {
        request.set("X-Ouro", "1");
        request.set(http::field::content_type, "application/json");
        request.body() = body;
    }
    request.prepare_payload();
    exchange->start();
    io.run();
    if (exchange->error)
        return fail(exit_failed, "The hub did not answer: " + exchange->error.message(), "Look at its log.");
    auto response = exchange->parser.release();
    if (response.result_int() < 400) return std::move(response.body());
    return tl::unexpected(failure_of_answer(response.result_int(), Json::parse(response.body(), nullptr, false)));
}

Outcome<std::string> Client::download(const std::string& target) const { return ask("GET", target, ""); }

Outcome<Json> Client::get(const std::string& target) const { return ask("GET", target, "").and_then(parsed); }

Outcome<Json> Client::post(const std::string& target, const Json& body) const {
    return ask("POST", target, body.dump(-1, ' ', false, Json::error_handler_t::replace)).and_then(parsed);
}

Outcome<> Client::remove(const std::string& target) const {
    return ask("DELETE", target, "").map([](const std::string&) {});
}

Outcome<> Client::watch(const std::function<bool(const Json&)>& heard) const {
    asio::io_context io;
    Stream connected(io);
    if (!connect(connected, socket_)) return tl::unexpected(no_hub());
    websocket::stream<Stream> stream(std::move(connected));
    beast::error_code error;
    stream.handshake("localhost", "/api/ws", error);
    stream.read_message_max(answer_size_max);
    beast::flat_buffer buffer;
    while (!error) {
        buffer.clear();
        stream.read(buffer, error);
        if (error) break;
        const Json messages = Json::parse(
            std::string_view(static_cast<const char*>(buffer.data().data()), buffer.size()), nullptr, false);
        if (!messages.is_array()) return fail(exit_failed, "The hub said something that is no JSON array");
        for (const Json& message : messages) {
            if (message.is_object() && !heard(message)) return {};
        }
    }
    return fail(exit_no_hub, "The hub is gone: " + error.message(), "Start it again with `ouro serve`.");
}

std::string encoded(std::string_view text) {
    static constexpr std::string_view plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string result;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (plain.find(c) != std::string_view::npos) {
            result += c;
        } else {
            result += {'%', digits[byte >> 4U], digits[byte & 15U]};
        }
    }
    return result;
}

} // namespace cli
