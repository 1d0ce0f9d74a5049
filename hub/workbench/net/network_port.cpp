// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/network_port.hpp"

#include "hub/workbench/net/serial_lines.hpp"
#include "hub/workbench/net/web_socket_line.hpp"

#include <utility>

namespace hub::workbench {
namespace {

std::shared_ptr<NetworkLine> line_of(boost::asio::io_context& io, const PortAddress& address,
                                     Port::Listener& listener) {
    switch (address.kind) {
    case PortAddress::Kind::rfc2217: return std::make_shared<Rfc2217Line>(io, address, listener);
    case PortAddress::Kind::tcp: return std::make_shared<TcpLine>(io, address, listener);
    case PortAddress::Kind::webrepl: return std::make_shared<WebReplLine>(io, address, listener);
    case PortAddress::Kind::web_workflow: return std::make_shared<WebTerminalLine>(io, address, listener);
    }
    return nullptr;
}

} // namespace

base::Result<std::unique_ptr<NetworkPort>> NetworkPort::open(boost::asio::io_context& io, const PortAddress& address,
                                                             Listener& listener) {
    auto line = line_of(io, address, listener);
    line->start();
    return std::unique_ptr<NetworkPort>(new NetworkPort(std::move(line)));
}

NetworkPort::NetworkPort(std::shared_ptr<NetworkLine> line) : line_(std::move(line)) {}

NetworkPort::~NetworkPort() { line_->close(); }

bool NetworkPort::ready() const noexcept { return line_->ready(); }

bool NetworkPort::write(std::string_view bytes) { return line_->write(bytes); }

std::size_t NetworkPort::waiting() const noexcept { return line_->waiting(); }

base::Result<> NetworkPort::set_baud(unsigned baud) { return line_->set_baud(baud); }

base::Result<> NetworkPort::set_lines(ControlLines lines) { return line_->set_lines(lines); }

PortOpener network_opener(PortAddress address) {
    return [address = std::move(address)](boost::asio::io_context& io,
                                          Port::Listener& listener) -> base::Result<std::unique_ptr<Port>> {
        return NetworkPort::open(io, address, listener);
    };
}

} // namespace hub::workbench
