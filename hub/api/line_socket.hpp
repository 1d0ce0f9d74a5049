// SPDX-License-Identifier: Apache-2.0
// One WebSocket client of a board's console: sees what it prints, types, or has it for itself.
#pragma once

#include "hub/api/api.hpp"
#include "hub/api/line_outbox.hpp"
#include "hub/api/stream.hpp"
#include "hub/api/web_socket.hpp"
#include "hub/core/console_session.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hub::api {

/// Lives until its connection ends; keeps itself alive while an operation runs. Core's thread only. A viewer that reads
/// too slowly skips bytes and is told; one that has the lease would be misled by that, and is cut. What is typed is
/// read no faster than the board takes it.
class LineSocket final : public core::Viewer, public std::enable_shared_from_this<LineSocket> {
public:
    /// `session`: the key of the cookie's session, to be closed with it. `on_end` is called once, when the client is
    /// gone.
    LineSocket(boost::asio::io_context& io, const Limits& limits, std::string session,
               std::function<void(LineSocket&)> on_end);
    ~LineSocket();

    /// Before `accept`, with the one that this viewer was given to.
    void attach(std::unique_ptr<core::Attachment> attachment, bool is_lease);
    /// Takes the connection over and answers the upgrade. A client on this machine's Unix socket is not pinged: its end
    /// is noticed without that, and a tool may be silent for as long as it likes.
    void accept(Stream stream, const WebSocket::Upgrade& upgrade, bool is_local);

    void on_output(const core::SharedBytes& bytes) override;
    void on_notice(const core::SharedBytes& json) override;
    void on_cut() override;

    /// Cuts a connection of which one write has lasted longer than the limit.
    void check_stalled(std::chrono::steady_clock::time_point now);
    /// Cuts the connection.
    void close();

    const std::string& session() const noexcept { return session_; }

private:
    void read();
    void pass_on();
    void answer(const base::Result<>& control);
    void write();
    void finish(std::string_view reason);
    void detach_soon();
    int native_handle();
    void end();

    boost::asio::io_context& io_;
    Limits limits_;
    std::string session_;
    std::function<void(LineSocket&)> on_end_;
    std::unique_ptr<core::Attachment> attachment_;
    std::optional<boost::beast::websocket::stream<Stream>> stream_;
    boost::beast::flat_buffer incoming_;
    boost::asio::steady_timer pass_on_timer_;
    LineOutbox outbox_;
    std::optional<LineFrame> writing_;
    std::chrono::steady_clock::time_point write_began_;
    bool is_lease_ = false;
    bool open_ = false;
    bool finishing_ = false; ///< closes when all that waits is written
};

} // namespace hub::api
