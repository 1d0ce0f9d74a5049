// SPDX-License-Identifier: Apache-2.0
// One WebSocket to a server, with or without TLS: texts in, texts out.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace hub::home {

struct WebSocketAddress {
    bool tls = false;
    std::string host;
    std::string port;
    std::string target;  ///< the path
    std::string ca_file; ///< for TLS; empty: the system's certificates
};

/// Opened once, ends once. Connecting, the TLS handshake (with the host's name checked) and the upgrade take at most 10
/// s; a server that neither speaks nor answers pings for 60 s is gone. On the io_context's thread.
class WebSocketClient {
public:
    struct Handlers {
        std::function<void(std::string_view text)> on_text;
        std::function<void(std::string reason)> on_end; ///< exactly once, unless `close` came first
    };
    /// More waiting to be sent than this ends the connection.
    static constexpr std::size_t unsent_max = std::size_t{1024} * 1024;

    static std::shared_ptr<WebSocketClient> open(boost::asio::io_context& io, const WebSocketAddress& address,
                                                 std::size_t message_size_max, Handlers handlers);
    virtual ~WebSocketClient() = default;

    /// Before the connection stands it waits.
    virtual void send(std::string text) = 0;
    /// Ends it at once; no handler is called any more.
    virtual void close() = 0;
};

} // namespace hub::home
