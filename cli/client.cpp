// SPDX-License-Identifier: Apache-2.0
#include "cli/client.hpp"

#include "cli/hub_socket.hpp"
#include "hub/core/json_parts.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <memory>
#include <optional>
#include <string_view>

namespace cli {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
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

/// Hands on the hub's messages, until somebody has heard enough.
class Watcher final : public HubSocket::Listener {
public:
    explicit Watcher(const std::function<bool(const Json&)>& heard) : heard_(heard) {}

    void on_message(std::string_view bytes, bool) override {
        const Json messages = Json::parse(bytes, nullptr, false);
        if (!messages.is_array()) {
            result = fail(exit_failed, "The hub said something that is no JSON array");
            return;
        }
        for (const Json& message : messages) {
            if (!result && message.is_object() && !heard_(message)) result = Outcome<>();
        }
    }
    void on_end(const std::string& reason) override {
        result = fail(exit_no_hub, "The hub is gone: " + reason, "Start it again with `ouro serve`.");
    }

    std::optional<Outcome<>> result; ///< once it is over

private:
    const std::function<bool(const Json&)>& heard_;
};

Failure failure_of_answer(unsigned status, const Json& answer) {
    const auto text = [&answer](const char* key) { return hub::core::text_at(answer, key); };
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
    Watcher watcher(heard);
    HubSocket socket(io, watcher, answer_size_max);
    if (const auto opened = socket.open(socket_, "/api/ws"); !opened) return tl::unexpected(no_hub());
    while (!watcher.result && io.run_one() > 0) {
    }
    return *watcher.result;
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
