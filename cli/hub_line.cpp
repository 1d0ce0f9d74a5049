// SPDX-License-Identifier: Apache-2.0
#include "cli/hub_line.hpp"

#include "cli/client.hpp"
#include "cli/hub_socket.hpp"
#include "hub/core/json_parts.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <utility>

namespace cli {

namespace asio = boost::asio;
using hub::core::text_at;

namespace {

constexpr std::chrono::seconds answer_deadline{5};
// More than the hub sends in one message.
constexpr std::size_t incoming_size_max = std::size_t{1024} * 1024;

std::string target_of(const HubSession& session, const std::string& name, HubLine::Mode mode) {
    const char* const more = mode == HubLine::Mode::lease ? "&lease=1" : mode == HubLine::Mode::watch ? "&watch=1" : "";
    return "/api/sessions/" + encoded(session.id) + "/line?name=" + encoded(name) + more;
}

} // namespace

struct HubLine::Impl final : HubSocket::Listener, std::enable_shared_from_this<Impl> {
    Impl(asio::io_context& context, Port::Listener& hears, OnNotice notices)
        : io(context),
          socket(context, *this, incoming_size_max),
          listener(&hears),
          on_notice(std::move(notices)) {}

    void on_message(std::string_view bytes, bool is_text) override {
        const auto self = shared_from_this(); // whoever hears it may destroy the line
        if (!is_text) return hear(bytes);
        const Json notice = Json::parse(bytes, nullptr, false);
        if (!notice.is_object()) return;
        if (const std::string reason = text_at(notice, "reason"); !reason.empty()) why = reason;
        const std::string type = text_at(notice, "type");
        if (type == "done" || type == "failed") {
            answer = notice;
        } else if (on_notice) {
            on_notice(notice);
        }
    }

    void on_end(const std::string&) override {
        const auto self = shared_from_this();
        deliver();
        if (listener == nullptr) return;
        std::exchange(listener, nullptr)->on_hang_up(why.empty() ? "the hub has ended" : why);
    }

    void hear(std::string_view bytes) {
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
        if (!socket.send(control.dump(), true))
            return base::fail(base::ErrorCode::busy, "too much waits to be written");
        const auto self = shared_from_this(); // a hang-up may destroy the line
        const auto deadline = std::chrono::steady_clock::now() + answer_deadline;
        asking = true;
        answer = nullptr;
        if (io.stopped()) io.restart();
        while (answer.is_null() && listener != nullptr && io.run_one_until(deadline) > 0) {
        }
        asking = false;
        asio::post(io, [self] { self->deliver(); });
        if (text_at(answer, "type") == "done") return {};
        if (text_at(answer, "type") == "failed") return tl::unexpected(hub_error(answer));
        if (listener == nullptr) return base::fail(base::ErrorCode::disconnected, "the board is gone: " + why);
        return base::fail(base::ErrorCode::timeout, "the hub does not answer", "Look at its log.");
    }

    void detach() {
        listener = nullptr;
        socket.close();
    }

    asio::io_context& io;
    HubSocket socket;
    Port::Listener* listener; ///< null once closed
    OnNotice on_notice;
    std::string why;  ///< what the hub said last about an end
    std::string held; ///< from the board, while the hub is asked
    Json answer;      ///< the hub's, to what it was asked; null while it waits
    bool asking = false;
};

base::Result<std::unique_ptr<HubLine>> HubLine::open(asio::io_context& io, const HubSession& session,
                                                     const std::string& name, Mode mode, Listener& listener,
                                                     OnNotice on_notice) {
    auto impl = std::make_shared<Impl>(io, listener, std::move(on_notice));
    if (auto attached = impl->socket.open(session.socket, target_of(session, name, mode)); !attached) {
        return tl::unexpected(attached.error());
    }
    return std::unique_ptr<HubLine>(new HubLine(std::move(impl)));
}

HubLine::HubLine(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

HubLine::~HubLine() { impl_->detach(); }

bool HubLine::write(std::string_view bytes) { return impl_->socket.send(bytes, false); }

std::size_t HubLine::waiting() const noexcept { return impl_->socket.waiting(); }

base::Result<> HubLine::set_baud(unsigned baud) {
    const auto impl = impl_;
    return impl->ask({{"type", "baud"}, {"baud", baud}});
}

base::Result<> HubLine::set_lines(hub::workbench::ControlLines lines) {
    const auto impl = impl_;
    return impl->ask({{"type", "lines"}, {"dtr", lines.dtr}, {"rts", lines.rts}});
}

} // namespace cli
