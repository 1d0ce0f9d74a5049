// SPDX-License-Identifier: Apache-2.0
// A session's life: absent, open, known, gone, and again.
#include "hub/workbench/session.hpp"
#include "hub/core/times.hpp"

#include "hub/workbench/audience.hpp"
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
using core::SessionInfo;
using core::steady_now;
using core::wall_now;
using std::chrono::milliseconds;

constexpr milliseconds retry_min{100};
constexpr milliseconds retry_max{800};
constexpr unsigned usual_baud = 115'200;
constexpr std::string_view prompt = ">>> ";

struct Hello {
    std::string uid;
    bool is_ours = false; ///< our firmware, which keeps messages and Python's input apart
};

// What `["hello",{"uid":…}]` says; nothing for any other message.
std::optional<Hello> hello_in(std::string_view json) {
    const auto message = protocol::json::parse(json);
    if (!message || !message->at(0).equals("hello")) return std::nullopt;
    std::array<char, 33> buffer{};
    const auto uid = message->at(1).find("uid").text(buffer);
    if (!uid || !protocol::link::is_uid(*uid)) return std::nullopt;
    return Hello{std::string(*uid), message->at(1).find("runtime").equals("ouroboard")};
}

std::string frame_of(const core::Json& message) {
    std::string frame(1, static_cast<char>(protocol::link::record_separator));
    frame += message.dump(-1, ' ', false, core::Json::error_handler_t::replace);
    return frame += '\n';
}

} // namespace

struct Session::Impl final : SerialPort::Listener,
                             protocol::link::FrameSink,
                             Audience::Board,
                             std::enable_shared_from_this<Impl> {
    Impl(Session& owner, boost::asio::io_context& context, BoardPort where, Dependencies& outward)
        : line(owner),
          io(context),
          port(std::move(where)),
          dependencies(outward),
          uid(port.uid),
          retry_timer(context),
          flush_timer(context),
          reader(std::in_place, *this),
          audience(*this, wall_now) {}

    void open_after(milliseconds pause) {
        retry_timer.expires_after(pause);
        const auto self = shared_from_this();
        retry_timer.async_wait([self](error_code error) {
            if (!error && !self->stopped) self->open();
        });
    }

    void open() {
        state = SessionInfo::State::absent;
        auto opened =
            check_present(port).and_then([this] { return SerialPort::open(io, port.path, *this, port.wiring); });
        if (!opened) return absent(opened.error());
        serial = std::move(*opened);
        state = SessionInfo::State::open;
        said_why_absent.clear();
        reader.emplace(*this);
        tail.clear();
        heard = false;
        is_ours = false;
        if (std::exchange(told_gone, false)) audience.on_back();
        if (!std::exchange(asked, true)) write(frame_of(core::Json::array({"who"})));
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
        audience.on_bytes({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        reader->feed(bytes, steady_now());
        plan_flush();
    }

    void on_hang_up(std::string_view reason) override {
        lose_port(reason);
        open_later();
    }

    void lose_port(std::string_view reason) {
        asked = false;
        serial.reset();
        state = SessionInfo::State::absent;
        flush_timer.cancel();
        reader->flush(steady_now() + protocol::link::half_frame_timeout); // nothing will complete it
        close_line(reason);
        if (!std::exchange(told_gone, true)) audience.on_gone(reason);
    }

    void unplug() {
        retry_timer.cancel();
        plugged_in = false;
        lose_port("it was unplugged");
    }

    void plug_in(BoardPort where) {
        if (where.uid.empty()) where.uid = uid;
        port = std::move(where);
        plugged_in = true;
        retry_pause = retry_min;
        open_after(milliseconds(0));
    }

    void release(std::string_view reason) {
        audience.cut(reason);
        if (!plugged_in) return;
        serial.reset();
        flush_timer.cancel();
        reader.emplace(*this);
        close_line(reason);
        state = SessionInfo::State::released;
        open_after(release_time);
    }

    void plan_flush() {
        const base::Micros deadline = reader->deadline();
        if (deadline == base::never) return;
        flush_timer.expires_at(core::steady_point(deadline));
        const auto self = shared_from_this();
        flush_timer.async_wait([self](error_code error) {
            if (error || self->stopped) return;
            self->reader->flush(steady_now());
            self->plan_flush();
        });
    }

    void on_frame(std::string_view json) override {
        heard = true;
        asked = false;
        if (auto hello = hello_in(json)) {
            is_ours = hello->is_ours;
            if (hello->uid != uid) {
                close_line("another board answers on this port");
                uid = std::move(hello->uid);
            }
        }
        if (uid.empty()) return; // nobody to tell it about yet
        if (!line_is_open) open_line();
        dependencies.on_message(uid, json);
    }

    void on_console(std::span<const std::uint8_t> bytes) override {
        const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        tail.append(text.substr(text.size() - std::min(text.size(), prompt.size())));
        tail.erase(0, tail.size() - std::min(tail.size(), prompt.size()));
        audience.on_console(text);
        if (line_is_open && !audience.lease()) dependencies.on_console(uid, text);
    }

    // What a tool and a board say to each other is of no use to read; that they did so is.
    void on_lease(const SessionInfo::Lease* lease) override {
        if (lease == nullptr) return restore_port();
        const std::string text = "\r\n[" + lease->name + " has the prompt]\r\n";
        audience.keep(text);
        if (line_is_open) dependencies.on_console(uid, text);
    }

    void restore_port() {
        const bool other_baud = std::exchange(baud_changed, false);
        const bool other_lines = std::exchange(lines_changed, false);
        if (!serial) return;
        if (other_baud) (void)serial->set_baud(usual_baud);
        // As they are after opening; a tool that was killed may have left the board in reset.
        if (other_lines && port.wiring == Wiring::bridge) (void)serial->set_lines({});
        if (other_baud || other_lines) meet_again();
    }

    // Whoever changed these has reset the board, and may have flashed it: what it was says nothing about what it is.
    void meet_again() {
        close_line("a tool has reset it");
        tail.clear();
        heard = false;
        is_ours = false;
        asked = true;
        write(frame_of(core::Json::array({"who"})));
    }

    bool write(std::string_view bytes) override { return !serial || serial->write(bytes); }

    base::Result<> set_baud(unsigned baud) override {
        if (!serial) return base::fail(base::ErrorCode::disconnected, "the board is not there");
        baud_changed = true;
        return serial->set_baud(baud);
    }

    base::Result<> set_lines(bool dtr, bool rts) override {
        if (!serial) return base::fail(base::ErrorCode::disconnected, "the board is not there");
        lines_changed = true;
        return serial->set_lines({dtr, rts});
    }

    // At a prompt that waits for a person only the question who it is, once for each time that the board said
    // something.
    bool may_send(bool is_question) {
        if (!heard || is_ours) return heard;
        const bool at_prompt = tail == prompt;
        return !audience.lease() && (!at_prompt || (is_question && !std::exchange(asked, true)));
    }

    void send(const core::Json& message) {
        if (!serial || !may_send(message.is_array() && message.size() == 1 && message[0] == "who")) return;
        const std::string frame = frame_of(message);
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
        audience.cut(reason);
        close_line(reason);
        serial.reset();
        retry_timer.cancel();
        flush_timer.cancel();
    }

    SessionInfo info() const {
        SessionInfo info;
        const auto file = port.is_virtual ? port.path.parent_path().filename() : port.path.filename();
        info.id = uid.empty() ? file.string() : uid;
        info.uid = uid;
        info.port = port.path.string();
        info.since = since;
        info.viewers = audience.viewers();
        info.lease = audience.lease();
        info.kept_bytes = audience.kept_bytes();
        info.state = state;
        return info;
    }

    Session& line;
    boost::asio::io_context& io;
    BoardPort port;
    Dependencies& dependencies;
    std::string uid;
    const core::Time since = wall_now();
    boost::asio::steady_timer retry_timer;
    boost::asio::steady_timer flush_timer;
    std::optional<protocol::link::FrameReader> reader; ///< always set; a new one for each opening
    Audience audience;
    std::unique_ptr<SerialPort> serial; ///< null while the board is absent
    SessionInfo::State state = SessionInfo::State::absent;
    std::string tail; ///< the newest console bytes, as many as a prompt has
    std::string said_why_absent;
    milliseconds retry_pause = retry_min;
    bool plugged_in = true;
    bool asked = false;     ///< who it is, since it was plugged in or said something
    bool heard = false;     ///< a message, since the port was opened
    bool is_ours = false;   ///< by its hello since then
    bool told_gone = false; ///< those who are attached wait for its return
    bool line_is_open = false;
    bool dropping = false;
    bool baud_changed = false;
    bool lines_changed = false;
    bool stopped = false;
};

Session::Session(boost::asio::io_context& io, BoardPort port, Dependencies& dependencies)
    : impl_(std::make_shared<Impl>(*this, io, std::move(port), dependencies)) {}

Session::~Session() { stop("the hub let go of it"); }

void Session::start() { impl_->open_after(milliseconds(0)); }

void Session::stop(std::string_view reason) { impl_->stop(reason); }

void Session::unplug() { impl_->unplug(); }

void Session::plug_in(BoardPort port) { impl_->plug_in(std::move(port)); }

void Session::release(std::string_view reason) { impl_->release(reason); }

base::Result<std::unique_ptr<core::Attachment>> Session::attach(const core::AttachRequest& request,
                                                                core::Viewer& viewer) {
    if (request.mode == core::AttachMode::lease && impl_->state != SessionInfo::State::open) {
        return base::fail(base::ErrorCode::disconnected, "the hub does not have " + impl_->port.path.string() + " open",
                          "Is the board plugged in? `ouro sessions` says how it is.");
    }
    return impl_->audience.attach(request, viewer);
}

SessionInfo Session::info() const { return impl_->info(); }

void Session::send(const core::Json& message) { impl_->send(message); }

std::string Session::held_by() const {
    return impl_->audience.lease() && !impl_->is_ours ? text_of(*impl_->audience.lease()) : std::string();
}

std::string Session::path() const {
    return impl_->port.is_virtual ? "serial uart0 of virtual board" : "serial " + impl_->port.path.string();
}

const BoardPort& Session::port() const noexcept { return impl_->port; }

const std::string& Session::uid() const noexcept { return impl_->uid; }

const std::string& Session::console_history() const noexcept { return impl_->audience.history(); }

bool Session::is_plugged_in() const noexcept { return impl_->plugged_in; }

} // namespace hub::workbench
