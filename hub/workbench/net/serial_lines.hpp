// SPDX-License-Identifier: Apache-2.0
// Serial servers: those that pass bytes and nothing else, and those that speak RFC 2217.
#pragma once

#include "hub/workbench/net/network_line.hpp"
#include "protocol/telnet/com_port_client.hpp"

namespace hub::workbench {

/// ser2net's `raw`, QEMU's `tcp:`.
class TcpLine final : public NetworkLine {
public:
    using NetworkLine::NetworkLine;

private:
    void on_connected() override { become_ready(); }
    void on_received(std::span<const std::uint8_t> bytes) override { deliver(bytes); }
    void encode(std::string_view bytes) override { send(bytes); }
};

/// Ready when the server has taken 115,200 baud, 8N1, or has said that it moves neither rate nor lines. DTR and RTS
/// stay as the server has them until `set_lines`.
class Rfc2217Line final : public NetworkLine, private protocol::telnet::ComPortClient::Dependencies {
public:
    Rfc2217Line(boost::asio::io_context& io, PortAddress address, Port::Listener& listener)
        : NetworkLine(io, std::move(address), listener),
          client_(*this) {}

    base::Result<> set_baud(unsigned baud) override;
    base::Result<> set_lines(ControlLines lines) override;

private:
    void on_connected() override;
    void on_received(std::span<const std::uint8_t> bytes) override;
    void encode(std::string_view bytes) override;
    void on_late() override;

    void send(std::span<const std::uint8_t> bytes) override;
    void on_bytes(std::span<const std::uint8_t> bytes) override { deliver(bytes); }

    void negotiate();
    base::Result<> check_control() const;

    protocol::telnet::ComPortClient client_;
    bool connected_ = false;
    bool set_up_ = false; ///< rate and frame are asked for
};

} // namespace hub::workbench
