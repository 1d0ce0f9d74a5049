// SPDX-License-Identifier: Apache-2.0
// A board's port on the network.
#pragma once

#include "hub/workbench/net/port_address.hpp"
#include "hub/workbench/port.hpp"

#include <memory>
#include <string_view>

namespace hub::workbench {

class NetworkLine;

/// Connects by itself once it is open; `ready` says that it has. An address that can't be reached, a server that does
/// not answer within 5 s and a wrong password are hang-ups with that reason. A rate and lines are asked for in order
/// with what is written, and only `rfc2217://` has them.
class NetworkPort final : public Port {
public:
    /// Returns at once. `listener` outlives the port. Error: `invalid_argument` for a password that is missing.
    static base::Result<std::unique_ptr<NetworkPort>> open(boost::asio::io_context& io, const PortAddress& address,
                                                           Listener& listener);
    ~NetworkPort() override;
    NetworkPort(const NetworkPort&) = delete;
    NetworkPort& operator=(const NetworkPort&) = delete;

    bool ready() const noexcept override;
    [[nodiscard]] bool write(std::string_view bytes) override;
    std::size_t waiting() const noexcept override;
    base::Result<> set_baud(unsigned baud) override;
    base::Result<> set_lines(ControlLines lines) override;

private:
    explicit NetworkPort(std::shared_ptr<NetworkLine> line);
    std::shared_ptr<NetworkLine> line_;
};

/// What opens that port.
PortOpener network_opener(PortAddress address);

} // namespace hub::workbench
