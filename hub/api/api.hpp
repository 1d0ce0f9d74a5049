// SPDX-License-Identifier: Apache-2.0
// The hub's API: openapi.yaml over HTTP and WebSocket, on TCP and on a Unix socket.
#pragma once

#include "base/result.hpp"
#include "hub/api/access.hpp"
#include "hub/api/assets.hpp"
#include "hub/core/console_session.hpp"
#include "hub/core/face.hpp"
#include "hub/core/home_report.hpp"
#include "hub/core/hub.hpp"
#include "hub/core/secrets.hpp"
#include "hub/jobs/desk.hpp"
#include "hub/timeline/store.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace boost::asio {
class io_context;
class thread_pool;
} // namespace boost::asio

namespace hub::api {

/// How much of the hub one stranger may use.
struct Limits {
    std::chrono::milliseconds header_timeout{10'000}; ///< from a request's first byte to its last
    std::chrono::milliseconds idle_timeout{60'000};   ///< between requests
    std::chrono::milliseconds stall_timeout{30'000};  ///< a WebSocket client that takes nothing, or is silent to pings
    /// With `wait=1`: how long after a command's time to live its end is waited for. The core gives up a little earlier
    /// (`core::Hub::handler_time_max`) and says so.
    std::chrono::milliseconds outcome_grace{32'000};
    std::size_t header_size_max = std::size_t{8} * 1024;
    std::size_t body_size_max = std::size_t{64} * 1024;
    std::size_t connections_max = 200;                     ///< for TCP and the Unix socket each
    std::size_t queue_size_max = std::size_t{1024} * 1024; ///< bytes that wait for one WebSocket client
    int send_buffer_size = 0;                              ///< of a socket, in bytes; 0 leaves it to the system
};

/// The listener for Home Assistant's ingress: who connects from one of these addresses has been let in by it and is
/// `operator`; whoever else connects is hung up on. It has no login. Listening on an address that others can reach is
/// therefore no risk, and no substitute for the check either.
struct Ingress {
    std::string address = "0.0.0.0";                    ///< numeric
    std::uint16_t port = 8099;                          ///< 0: any free one, see `Api::ingress_port`
    std::vector<std::string> sources = {"172.30.32.2"}; ///< numeric; by default the Supervisor's
};

struct Options {
    std::string address = "127.0.0.1"; ///< numeric IPv4 or IPv6
    std::uint16_t port = 8321;         ///< 0: any free one, see `Api::port`
    std::filesystem::path socket;      ///< the Unix socket, made with mode 0600; empty: none
    std::vector<std::string> allowed_hosts;
    std::vector<Token> tokens;
    std::optional<Ingress> ingress;
    std::span<const Asset> assets = page_assets();
    Limits limits;
};

/// Single-threaded: every call on the thread that runs `io`.
class Api final : public core::Observer {
public:
    /// What the API asks of the rest of the hub. Nothing here blocks, but what says so.
    class Dependencies {
    public:
        using ControlReply = std::function<void(base::Result<core::Json>)>;

        virtual const std::vector<core::Board>& boards() const = 0;
        /// As `core::Hub::command`.
        virtual base::Result<std::string> command(const core::CommandRequest& request) = 0;
        /// One request to a virtual board's control socket; replies once, with the socket's answer.
        virtual void control(const std::string& uid, const core::Json& request, ControlReply reply) = 0;
        /// What a virtual board shows; null when nothing. Not kept beyond the call that asks.
        virtual const core::Face* face(const std::string& uid) const = 0;
        /// "connected", "connecting", "off"
        virtual std::string mqtt_status() const = 0;
        /// The console's latest bytes of a board, for whoever attaches.
        virtual std::string console_history(const std::string& uid) const = 0;
        virtual std::vector<core::SessionInfo> sessions() const = 0;
        /// Attaches to the session of that id, if its state allows it; `viewer` outlives what it gets.
        virtual base::Result<std::unique_ptr<core::Attachment>>
        attach(std::string_view session, const core::AttachRequest& request, core::Viewer& viewer) = 0;
        /// Ends whatever is attached and gives the port back for a while. Error: `not_found`.
        virtual base::Result<> end_session(std::string_view session) = 0;
        virtual jobs::Desk& desk() = 0;
        virtual core::HomeReport home_report() const = 0;
        /// Makes Home Assistant forget those of these discovery topics that are orphans; how many were.
        virtual std::size_t forget_orphans(const std::vector<std::string>& topics) = 0;
        /// Blocks: used on the pool alone, and outlives it.
        virtual core::SecretKeeper& secrets() = 0;

    protected:
        ~Dependencies() = default;
    };

    /// All four must outlive the Api; queries of `store` run on `pool`.
    Api(boost::asio::io_context& io, boost::asio::thread_pool& pool, Dependencies& hub, const timeline::Store& store,
        Options options);
    ~Api();
    Api(const Api&) = delete;
    Api& operator=(const Api&) = delete;

    /// Binds both sockets and begins to serve. Errors: `io` (address in use, no permission), `invalid_argument`.
    base::Result<> start();

    /// The TCP port in use; 0 before `start`.
    std::uint16_t port() const noexcept;
    /// That of the ingress listener; 0 without one.
    std::uint16_t ingress_port() const noexcept;

    /// Stops listening and cuts every connection; what was running on them ends in the next turns of `io`.
    void stop();

    void on_change(const core::Change& change) override;
    /// What `Dependencies::face` gives for this board has changed.
    void on_face(const std::string& uid);
    void on_job(const jobs::Job& job);

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::api
