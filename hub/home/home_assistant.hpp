// SPDX-License-Identifier: Apache-2.0
// The hub as a client of Home Assistant: what boards watch, and what they ask for.
#pragma once

#include "base/result.hpp"
#include "hub/core/hub.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace hub::home {

struct HomeAssistantConfig {
    std::string url;     ///< "http://homeassistant.local:8123" or https://…; a whole address ends in /websocket
    std::string token;   ///< a long-lived access token; never logged
    std::string ca_file; ///< for https; empty: the system's certificates
};

/// Errors: `invalid_argument` for what is not http:// or https:// with a host.
base::Result<> check_ha_url(std::string_view url);

/// Keeps one WebSocket to Home Assistant, again and again with growing pauses (1 to 60 s); after a refused token not
/// before five minutes, so that Home Assistant does not ban the hub. A call is sent once; if the connection breaks
/// before its answer, the board hears that nobody knows whether it was done.
///
/// All calls on the io_context's thread, which is the core's. Add it to the hub as an observer.
class HomeAssistant final : public core::Observer {
public:
    HomeAssistant(boost::asio::io_context& io, HomeAssistantConfig config, core::Hub& hub); ///< the hub outlives it
    ~HomeAssistant();                                                                       ///< like `stop`
    HomeAssistant(const HomeAssistant&) = delete;
    HomeAssistant& operator=(const HomeAssistant&) = delete;

    void start();
    void stop();

    /// "connected", "connecting", "refused" (the token), "off".
    std::string_view status() const;
    /// Of Home Assistant, as it said at the last log-in; empty before.
    const std::string& version() const;

    void on_change(const core::Change& change) override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hub::home
