// SPDX-License-Identifier: Apache-2.0
// A WebSocket of the hub, over its Unix socket. Only hub_socket.cpp knows Beast's, which takes long to compile.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace cli {

/// All calls, and those to the listener, on the thread that runs the io_context.
class HubSocket {
public:
    /// May destroy the socket in any call.
    class Listener {
    public:
        virtual void on_message(std::string_view bytes, bool is_text) = 0;
        /// The hub has closed it, or has ended; the last call.
        virtual void on_end(const std::string& reason) = 0;

    protected:
        ~Listener() = default;
    };

    /// Both outlive it. A message of more than `message_size_max` ends it.
    HubSocket(boost::asio::io_context& io, Listener& listener, std::size_t message_size_max);
    /// Closes it; no call comes any more.
    ~HubSocket();
    HubSocket(const HubSocket&) = delete;
    HubSocket& operator=(const HubSocket&) = delete;

    /// Once. Runs the io_context until the hub has answered, 5 s at most. Errors: `disconnected` when no hub is at
    /// `place`, `timeout`, and what the hub says against it.
    base::Result<> open(const std::filesystem::path& place, const std::string& target);

    /// In pieces, where it is longer than the hub takes in one message. False, and nothing is sent, when too much waits
    /// already; true when nobody is there any more.
    bool send(std::string_view bytes, bool is_text);
    /// Bytes that wait to be sent.
    std::size_t waiting() const noexcept;
    void close();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// An Error of openapi.yaml, from whoever has sent this.
base::Error hub_error(const nlohmann::json& answer);

} // namespace cli
