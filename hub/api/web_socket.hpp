// SPDX-License-Identifier: Apache-2.0
// One WebSocket client: hears everything, or looks at one board's face; says nothing.
#pragma once

#include "hub/api/api.hpp"
#include "hub/api/outbox.hpp"
#include "hub/api/stream.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <functional>
#include <memory>
#include <string>

namespace hub::api {

/// Lives until its connection ends; keeps itself alive while an operation runs. Core's thread only.
class WebSocket : public std::enable_shared_from_this<WebSocket> {
public:
    using Upgrade = boost::beast::http::request<boost::beast::http::string_body>;

    /// `session`: the key of the cookie's session, to be closed with it. `on_end` is called once, when the client is
    /// gone.
    WebSocket(Stream stream, const Limits& limits, std::string session, std::function<void(WebSocket&)> on_end);

    /// Answers the upgrade; `on_open` is called when the client may be written to.
    void accept(const Upgrade& upgrade, std::function<void()> on_open);

    /// Puts a batch in the queue and writes as soon as the client takes it.
    void send(SharedBatch batch);

    /// What there is to say now; null for nothing.
    using Source = std::function<SharedBatch()>;
    /// Asks `source` for more, about `board`, whenever the client has taken all that was sent and somebody calls
    /// `draw`, or when that happened meanwhile.
    void draw_from(std::string board, Source source);
    void draw();
    /// Empty for a client that hears everything.
    const std::string& drawn_from() const noexcept { return board_; }

    /// Cuts the connection if one write has lasted longer than the limit: a client may answer pings and still read
    /// nothing.
    void check_stalled(std::chrono::steady_clock::time_point now);

    /// Cuts the connection.
    void close();

    const std::string& session() const noexcept { return session_; }

private:
    void read();
    void write();
    void end();

    boost::beast::websocket::stream<Stream> stream_;
    Limits limits_;
    std::string session_;
    std::function<void(WebSocket&)> on_end_;
    boost::beast::flat_buffer incoming_;
    Outbox outbox_;
    std::unique_ptr<const Frame> writing_;
    std::chrono::steady_clock::time_point write_began_;
    std::string board_;
    Source source_;
    bool open_ = false;
};

} // namespace hub::api
