// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/serial_lines.hpp"

#include <utility>

namespace hub::workbench {
namespace {

using Control = protocol::telnet::ComPortClient::Control;

// A server that says nothing about rate and lines within this time has none to move.
constexpr std::chrono::milliseconds negotiation_time_max{2000};

constexpr std::uint32_t baud_at_first = 115'200;

// Servers say the rate that their divisor makes of it.
bool is_about(std::uint32_t baud, std::uint32_t wanted) {
    const std::uint32_t tolerance = wanted / 32;
    return baud + tolerance >= wanted && baud <= wanted + tolerance;
}

} // namespace

void Rfc2217Line::on_connected() {
    connected_ = true;
    limit(negotiation_time_max);
    client_.start();
}

void Rfc2217Line::on_received(std::span<const std::uint8_t> bytes) {
    client_.receive(bytes);
    hold(client_.suspended());
    if (!ready() && !closed()) negotiate();
}

void Rfc2217Line::negotiate() {
    if (client_.control() == Control::refused) return become_ready();
    if (client_.control() != Control::granted) return;
    if (!std::exchange(set_up_, true)) {
        client_.set_baud(baud_at_first);
        client_.set_frame();
    }
    const auto baud = client_.acknowledged_baud();
    if (!baud) return;
    if (is_about(*baud, baud_at_first)) return become_ready();
    hang_up(address().text() + " stays at " + std::to_string(*baud) + " baud, and the board speaks at 115200");
}

void Rfc2217Line::on_late() {
    if (!connected_) return NetworkLine::on_late();
    client_.give_up_control();
    become_ready();
}

void Rfc2217Line::encode(std::string_view bytes) {
    client_.write({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

void Rfc2217Line::send(std::span<const std::uint8_t> bytes) {
    NetworkLine::send({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

base::Result<> Rfc2217Line::check_control() const {
    if (!ready()) return base::fail(base::ErrorCode::invalid_state, address().text() + " is not connected yet");
    if (client_.control() == Control::granted) return {};
    return base::fail(base::ErrorCode::unsupported,
                      "the server " + address().text() + " passes bytes, but moves neither rate nor control lines",
                      "Turn RFC 2217 on there; with ser2net: accepter: telnet(rfc2217),tcp,PORT");
}

base::Result<> Rfc2217Line::set_baud(unsigned baud) {
    if (auto allowed = check_control(); !allowed) return allowed;
    if (baud == 0) return base::fail(base::ErrorCode::invalid_argument, "a rate of 0 baud makes no sense");
    client_.set_baud(baud);
    return {};
}

base::Result<> Rfc2217Line::set_lines(ControlLines lines) {
    if (auto allowed = check_control(); !allowed) return allowed;
    client_.set_dtr(lines.dtr);
    client_.set_rts(lines.rts);
    return {};
}

} // namespace hub::workbench
