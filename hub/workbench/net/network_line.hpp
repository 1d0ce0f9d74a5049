// SPDX-License-Identifier: Apache-2.0
// What every port on the network is made of: one TCP connection, what waits to be sent, and the end said once.
#pragma once

#include "hub/workbench/net/port_address.hpp"
#include "hub/workbench/port.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace hub::workbench {

/// How long it may take until a port is ready: name, connection, and whatever the two sides say to each other first.
inline constexpr std::chrono::milliseconds ready_time_max{5000};

/// Lives as long as its handlers; `close` makes it mute. Kinds of ports override what they do with bytes. One thread.
class NetworkLine : public std::enable_shared_from_this<NetworkLine> {
public:
    NetworkLine(boost::asio::io_context& io, PortAddress address, Port::Listener& listener);
    NetworkLine(const NetworkLine&) = delete;
    NetworkLine& operator=(const NetworkLine&) = delete;
    virtual ~NetworkLine() = default;

    /// Looks up the name and connects. Once.
    void start();
    /// At once, and without a word to the listener.
    void close();

    bool ready() const noexcept { return ready_; }
    bool write(std::string_view bytes);
    std::size_t waiting() const noexcept { return held_.size() + waiting_.size() + writing_.size() + queued(); }
    virtual base::Result<> set_baud(unsigned baud);
    virtual base::Result<> set_lines(ControlLines lines);

protected:
    /// The connection stands; ends in `become_ready`, now or later.
    virtual void on_connected() = 0;
    virtual void on_received(std::span<const std::uint8_t> bytes) = 0;
    /// Makes `send`s of what goes to the board.
    virtual void encode(std::string_view bytes) = 0;
    /// What it has encoded, or will, and not sent yet.
    virtual std::size_t queued() const noexcept { return 0; }
    /// It is not ready in time.
    virtual void on_late();
    /// The other end has closed the connection.
    virtual void on_closed();

    const PortAddress& address() const noexcept { return address_; }
    bool closed() const noexcept { return listener_ == nullptr; }
    /// From now on it has so long to become ready.
    void limit(std::chrono::milliseconds time);
    void become_ready();
    /// Bytes as they are. Those of `write` are bounded there; what a kind of port says by itself is short.
    void send(std::string_view bytes);
    /// While `true`, what is sent waits.
    void hold(bool on);
    /// To whoever listens, who may close this line.
    void deliver(std::span<const std::uint8_t> bytes);
    /// Closes, and says why.
    void hang_up(const std::string& reason);

private:
    void connect(const boost::asio::ip::tcp::resolver::results_type& found);
    void watch_connection();
    void read();
    void write_next();

    PortAddress address_;
    Port::Listener* listener_; ///< null once closed
    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer late_;
    std::array<std::uint8_t, 4096> input_{};
    bool ready_ = false;
    bool on_hold_ = false;
    std::string held_;    ///< written before it was ready
    std::string waiting_; ///< encoded
    std::string writing_;
};

} // namespace hub::workbench
