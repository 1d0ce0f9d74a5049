// SPDX-License-Identifier: Apache-2.0
// A session's life: absent, open, known, gone, and again.
#include "hub/workbench/session.hpp"

#include "hub/workbench/serial_port.hpp"
#include "protocol/json/value.hpp"
#include "protocol/link/frame_reader.hpp"
#include "protocol/link/names.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace hub::workbench {
namespace {

using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds retry_min{100};
constexpr milliseconds retry_max{800};

base::Micros now() {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

// The uid in `["hello",{"uid":…}]`; nothing for any other message.
std::optional<std::string> uid_in_hello(std::string_view json) {
    const auto message = protocol::json::parse(json);
    if (!message || !message->at(0).equals("hello")) return std::nullopt;
    std::array<char, 33> buffer{};
    const auto uid = message->at(1).find("uid").text(buffer);
    return uid && protocol::link::is_uid(*uid) ? std::optional(std::string(*uid)) : std::nullopt;
}

std::string frame_of(const core::Json& message) {
    std::string frame(1, static_cast<char>(protocol::link::record_separator));
    frame += message.dump(-1, ' ', false, core::Json::error_handler_t::replace);
    return frame += '\n';
}

} // namespace

struct Session::Impl final : SerialPort::Listener, protocol::link::FrameSink, std::enable_shared_from_this<Impl> {
    Impl(Session& owner, boost::asio::io_context& context, BoardPort where, Dependencies& outward)
        : line(owner),
          io(context),
          port(std::move(where)),
          dependencies(outward),
          uid(port.uid),
          retry_timer(context),
          flush_timer(context),
          reader(std::in_place, *this) {}

    void open_after(milliseconds pause) {
        retry_timer.expires_after(pause);
        const auto self = shared_from_this();
        retry_timer.async_wait([self](error_code error) {
            if (!error && !self->stopped) self->open();
        });
    }

    void open() {
        auto opened =
            check_present(port).and_then([this] { return SerialPort::open(io, port.path, *this, port.wiring); });
        if (!opened) return absent(opened.error());
        serial = std::move(*opened);
        said_why_absent.clear();
        reader.emplace(*this);
        if (uid.empty()) return write(frame_of(core::Json::array({"who"})));
        open_line();
    }

    // Said once for each reason, not at each attempt.
    void absent(const base::Error& error) {
        if (error.code != base::ErrorCode::disconnected && said_why_absent != error.message.view()) {
            said_why_absent = error.message.view();
            dependencies.note(uid, "warning", said_why_absent + ". " + std::string(error.hint.view()));
        }
        open_later();
    }

    void open_later() {
        open_after(retry_pause);
        retry_pause = std::min(retry_pause * 2, retry_max);
    }

    void open_line() {
        line_is_open = true;
        dependencies.line_opened(uid, line, port.is_virtual);
    }

    void close_line(std::string_view reason) {
        if (std::exchange(line_is_open, false)) dependencies.line_closed(uid, reason);
    }

    void on_bytes(std::span<const std::uint8_t> bytes) override {
        retry_pause = retry_min;
        reader->feed(bytes, now());
        plan_flush();
    }

    void on_hang_up(std::string_view reason) override {
        serial.reset();
        flush_timer.cancel();
        reader->flush(now() + protocol::link::half_frame_timeout); // nothing will complete it
        close_line(reason);
        open_later();
    }

    void plan_flush() {
        const base::Micros deadline = reader->deadline();
        if (deadline == base::never) return;
        flush_timer.expires_at(std::chrono::steady_clock::time_point(std::chrono::microseconds(deadline)));
        const auto self = shared_from_this();
        flush_timer.async_wait([self](error_code error) {
            if (error || self->stopped) return;
            self->reader->flush(now());
            self->plan_flush();
        });
    }

    void on_frame(std::string_view json) override {
        if (auto said = uid_in_hello(json); said && *said != uid) {
            close_line("another board answers on this port");
            uid = std::move(*said);
        }
        if (uid.empty()) return; // nobody to tell it about yet
        if (!line_is_open) open_line();
        dependencies.on_message(uid, json);
    }

    void on_console(std::span<const std::uint8_t> bytes) override {
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        history.append(text);
        if (history.size() > console_history_max) history.erase(0, history.size() - console_history_max);
        if (line_is_open) dependencies.on_console(uid, text);
    }

    void write(const std::string& frame) {
        if (!serial) return;
        if (frame.size() > protocol::link::frame_size_max) {
            return dependencies.note(uid, "error", "A message is longer than the link allows; it was not sent.");
        }
        const bool taken = serial->write(frame);
        if (!taken && !dropping) {
            dependencies.note(uid, "warning", "The board does not read; messages for it are dropped.");
        }
        dropping = !taken;
    }

    void stop(std::string_view reason) {
        if (std::exchange(stopped, true)) return;
        close_line(reason);
        serial.reset();
        retry_timer.cancel();
        flush_timer.cancel();
    }

    Session& line;
    boost::asio::io_context& io;
    const BoardPort port;
    Dependencies& dependencies;
    std::string uid;
    boost::asio::steady_timer retry_timer;
    boost::asio::steady_timer flush_timer;
    std::optional<protocol::link::FrameReader> reader; ///< always set; a new one for each opening
    std::unique_ptr<SerialPort> serial;                ///< null while the board is absent
    std::string history;
    std::string said_why_absent;
    milliseconds retry_pause = retry_min;
    bool line_is_open = false;
    bool dropping = false;
    bool stopped = false;
};

Session::Session(boost::asio::io_context& io, BoardPort port, Dependencies& dependencies)
    : impl_(std::make_shared<Impl>(*this, io, std::move(port), dependencies)) {}

Session::~Session() { stop("the hub let go of it"); }

void Session::start() { impl_->open_after(milliseconds(0)); }

void Session::stop(std::string_view reason) { impl_->stop(reason); }

void Session::send(const core::Json& message) { impl_->write(frame_of(message)); }

std::string Session::path() const {
    return impl_->port.is_virtual ? "serial uart0 of virtual board" : "serial " + impl_->port.path.string();
}

const BoardPort& Session::port() const noexcept { return impl_->port; }

const std::string& Session::uid() const noexcept { return impl_->uid; }

const std::string& Session::console_history() const noexcept { return impl_->history; }

} // namespace hub::workbench
