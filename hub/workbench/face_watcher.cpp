// SPDX-License-Identifier: Apache-2.0
// Asks once, then only listens.
#include "hub/workbench/face_watcher.hpp"

#include "hub/core/safe_json.hpp"
#include "hub/workbench/control_client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <sys/un.h>

#include <array>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace hub::workbench {
namespace {

using boost::asio::local::stream_protocol;
using boost::system::error_code;

constexpr std::chrono::seconds retry_interval{1};
constexpr std::string_view request = "[\"watch\",\"face\"]\n";

} // namespace

struct FaceWatcher::Impl : std::enable_shared_from_this<Impl> {
    Impl(boost::asio::io_context& io, std::filesystem::path path, std::uint64_t first_version,
         std::function<void()> changed)
        : socket_path(std::move(path)),
          on_change(std::move(changed)),
          socket(io),
          timer(io),
          face(first_version) {}

    void connect() {
        if (stopped || socket_path.string().size() >= sizeof(sockaddr_un::sun_path)) return;
        const auto self = shared_from_this();
        socket.async_connect(stream_protocol::endpoint(socket_path.string()), [self](error_code error) {
            if (self->stopped) return;
            if (error) return self->retry();
            self->input.clear();
            self->answered = false;
            self->ask();
        });
    }

    void ask() {
        const auto self = shared_from_this();
        boost::asio::async_write(socket, boost::asio::buffer(request), [self](error_code error, std::size_t) {
            if (self->stopped) return;
            if (error) return self->retry();
            self->receive();
        });
    }

    void receive() {
        const auto self = shared_from_this();
        socket.async_read_some(boost::asio::buffer(chunk), [self](error_code error, std::size_t size) {
            if (self->stopped) return;
            if (error) return self->retry();
            self->input.append(self->chunk.data(), size);
            const std::uint64_t before = self->face.version();
            const bool well = self->take_lines();
            if (self->face.complete() && self->face.version() != before) self->on_change();
            if (self->stopped || self->faceless) return;
            well ? self->receive() : self->retry();
        });
    }

    // False for a line that breaks the rules.
    bool take_lines() {
        std::size_t begin = 0;
        for (std::size_t end = 0; (end = input.find('\n', begin)) != std::string::npos; begin = end + 1) {
            if (!take_line(std::string_view(input).substr(begin, end - begin))) return false;
            if (faceless) return true;
        }
        input.erase(0, begin);
        return input.size() < control_line_max;
    }

    bool take_line(std::string_view line) {
        const auto message = core::parse_json(line, control_line_max - 1); // and the line feed
        if (!message || !message->is_array() || message->empty()) return false;
        if (answered) return face.take(*message);
        answered = true;
        if (face.begin(*message)) return true;
        faceless = (*message)[0] == "error";
        return faceless;
    }

    void retry() {
        error_code ignored;
        socket.close(ignored);
        timer.expires_after(retry_interval);
        timer.async_wait([self = shared_from_this()](error_code error) {
            if (!error) self->connect();
        });
    }

    void stop() {
        stopped = true;
        timer.cancel();
        error_code ignored;
        socket.close(ignored);
    }

    const std::filesystem::path socket_path;
    const std::function<void()> on_change;
    stream_protocol::socket socket;
    boost::asio::steady_timer timer;
    core::Face face;
    std::array<char, 16384> chunk{};
    std::string input;
    bool answered = false;
    bool faceless = false; ///< the board has said that it has no screen
    bool stopped = false;
};

FaceWatcher::FaceWatcher(boost::asio::io_context& io, std::filesystem::path socket, std::uint64_t first_version,
                         std::function<void()> on_change)
    : impl_(std::make_shared<Impl>(io, std::move(socket), first_version, std::move(on_change))) {}

FaceWatcher::~FaceWatcher() { impl_->stop(); }

void FaceWatcher::start() { impl_->connect(); }

const core::Face* FaceWatcher::face() const noexcept { return impl_->face.complete() ? &impl_->face : nullptr; }

} // namespace hub::workbench
