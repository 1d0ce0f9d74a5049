// SPDX-License-Identifier: Apache-2.0
// A queue of requests over one Unix socket.
#include "hub/workbench/control_client.hpp"

#include "hub/core/safe_json.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <nlohmann/json.hpp>

#include <sys/un.h>

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

namespace hub::workbench {
namespace {

using base::ErrorCode;
using boost::asio::local::stream_protocol;
using boost::system::error_code;
using nlohmann::json;

bool starts_with_a_word(const json& message) {
    return message.is_array() && !message.empty() && message.front().is_string();
}

bool is_answer(const json& message) {
    return starts_with_a_word(message) && (message.front() == "ok" || message.front() == "error");
}

} // namespace

struct ControlClient::Impl : std::enable_shared_from_this<Impl> {
    struct Pending {
        std::string line;
        Answer done;
        std::chrono::steady_clock::time_point deadline;
    };

    Impl(boost::asio::io_context& context, std::filesystem::path path, std::chrono::milliseconds limit)
        : io(context),
          socket_path(std::move(path)),
          deadline(limit),
          socket(context),
          timer(context) {}

    void answer(Answer done, base::Result<json> result) {
        auto call = [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); };
        boost::asio::post(io, std::move(call));
    }

    void request(const json& message, Answer done) {
        if (!starts_with_a_word(message)) {
            return answer(std::move(done),
                          base::fail(ErrorCode::invalid_argument, "a request is an array that starts with a word",
                                     "For example [\"press\",\"call\",200]."));
        }
        std::string line = message.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
        if (line.size() > control_line_max) {
            return answer(std::move(done), base::fail(ErrorCode::too_large, "the request is longer than 1,024 bytes"));
        }
        if (queue.size() >= control_requests_max) {
            return answer(std::move(done), base::fail(ErrorCode::busy, "too many requests wait for the board",
                                                      "Wait for their answers."));
        }
        queue.push_back(Pending{std::move(line), std::move(done), std::chrono::steady_clock::now() + deadline});
        if (queue.size() == 1) begin();
    }

    // Sends the request at the head of the queue.
    void begin() {
        if (queue.empty()) return;
        timer.expires_at(queue.front().deadline);
        const auto self = shared_from_this();
        const std::uint64_t turn = ++turns;
        timer.async_wait([self, turn](error_code error) {
            if (error || turn != self->turns) return;
            self->abandon(base::Error{ErrorCode::timeout, "the virtual board did not answer in time", "Does it run?"});
        });
        if (socket.is_open())
            send();
        else
            connect();
    }

    void connect() {
        if (socket_path.string().size() >= sizeof(sockaddr_un::sun_path)) {
            return abandon(base::Error{ErrorCode::not_found, "the path of the control socket is too long",
                                       "Use a folder with a shorter name."});
        }
        const auto self = shared_from_this();
        const std::uint64_t mine = ++connection;
        socket.async_connect(stream_protocol::endpoint(socket_path.string()), [self, mine](error_code error) {
            if (mine != self->connection) return;
            if (error) return self->lose();
            self->input.clear();
            self->receive();
            self->send();
        });
    }

    void send() {
        const auto self = shared_from_this();
        const std::uint64_t mine = connection;
        sending = queue.front().line;
        boost::asio::async_write(socket, boost::asio::buffer(sending), [self, mine](error_code error, std::size_t) {
            if (error && mine == self->connection) self->lose();
        });
    }

    // Reads on while nothing is asked, too: so a board that went away is noticed before the next request.
    void receive() {
        const auto self = shared_from_this();
        const std::uint64_t mine = connection;
        socket.async_read_some(boost::asio::buffer(chunk), [self, mine](error_code error, std::size_t size) {
            if (mine != self->connection) return;
            if (error) return self->lose();
            self->input.append(self->chunk.data(), size);
            self->take_lines();
            if (mine == self->connection) self->receive();
        });
    }

    void take_lines() {
        const std::uint64_t mine = connection;
        for (std::size_t end = 0; mine == connection && (end = input.find('\n')) != std::string::npos;) {
            const std::string line = input.substr(0, end);
            input.erase(0, end + 1);
            take_line(line);
        }
        if (mine == connection && input.size() >= control_line_max) abandon(broken_answer());
    }

    void take_line(const std::string& line) {
        auto message = core::parse_json(line, control_line_max - 1); // and the line feed
        if (!message || !starts_with_a_word(*message)) return abandon(broken_answer());
        if (!is_answer(*message)) return; // a word of a later version
        if (queue.empty()) return abandon(broken_answer());
        finish(std::move(*message));
    }

    static base::Error broken_answer() {
        return {ErrorCode::malformed, "the virtual board's answer is not one of the control socket's",
                "Is it of the same version?"};
    }

    void lose() { abandon(base::Error{ErrorCode::disconnected, "the virtual board is not there", "Start it."}); }

    // What comes over this connection after a failure would be taken for the answer to another request: never use it
    // again.
    void abandon(const base::Error& error) {
        ++connection;
        error_code ignored;
        socket.close(ignored);
        if (!queue.empty()) finish(tl::unexpected(error));
    }

    void finish(base::Result<json> result) {
        ++turns;
        timer.cancel();
        answer(std::move(queue.front().done), std::move(result));
        queue.pop_front();
        begin();
    }

    void stop() {
        ++connection;
        ++turns;
        timer.cancel();
        error_code ignored;
        socket.close(ignored);
        for (Pending& pending : queue) {
            answer(std::move(pending.done), base::fail(ErrorCode::disconnected, "the hub let go of the virtual board"));
        }
        queue.clear();
    }

    boost::asio::io_context& io;
    const std::filesystem::path socket_path;
    const std::chrono::milliseconds deadline;
    stream_protocol::socket socket;
    boost::asio::steady_timer timer;
    std::deque<Pending> queue; ///< the first is on its way
    std::string sending;       ///< the line on its way
    std::array<char, 1024> chunk{};
    std::string input;            ///< the beginning of a line
    std::uint64_t connection = 0; ///< tells the handlers of a lost connection from those of this one
    std::uint64_t turns = 0;      ///< the same for the timer
};

ControlClient::ControlClient(boost::asio::io_context& io, std::filesystem::path socket,
                             std::chrono::milliseconds deadline)
    : impl_(std::make_shared<Impl>(io, std::move(socket), deadline)) {}

ControlClient::~ControlClient() { impl_->stop(); }

void ControlClient::request(const nlohmann::json& request, Answer done) { impl_->request(request, std::move(done)); }

} // namespace hub::workbench
