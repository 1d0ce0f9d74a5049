// SPDX-License-Identifier: Apache-2.0
// What the connections share: the door, the handlers' context, the WebSocket clients.
#pragma once

#include "hub/api/admission.hpp"
#include "hub/api/api.hpp"
#include "hub/api/handlers.hpp"
#include "hub/api/stream.hpp"
#include "hub/api/web_socket.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace hub::api {

/// Outlives every connection. Core's thread only.
struct Server {
    boost::asio::io_context& io;
    Limits limits;
    std::span<const Asset> assets;
    Admission& admission;
    Context& context;
    /// Takes over an admitted WebSocket; `stream` is moved from then. Or refuses it, and leaves `stream` as it is.
    std::function<std::optional<Answer>(Stream& stream, const WebSocket::Upgrade&, const Request&)> open_web_socket;
};

/// Serves requests on one connection until it ends; never throws. `stream` is the caller's and outlives the call, so
/// that the caller can cut it; after an upgrade it is moved from.
boost::asio::awaitable<void> serve_connection(Server& server, Stream& stream, Peer peer);

} // namespace hub::api
