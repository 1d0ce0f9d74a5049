// SPDX-License-Identifier: Apache-2.0
// Where on the network a board is reached, as a person types it.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace hub::workbench {

/// The longest address that is read, in bytes.
inline constexpr std::size_t port_address_max = 512;
/// The longest passwords that the boards know, in bytes.
inline constexpr std::size_t webrepl_password_max = 9;
inline constexpr std::size_t web_password_max = 63;

struct PortAddress {
    enum class Kind : std::uint8_t {
        rfc2217,      ///< a serial server, with rate and lines
        tcp,          ///< a serial server or an emulator, nothing but bytes
        webrepl,      ///< MicroPython's prompt over a WebSocket
        web_workflow, ///< CircuitPython's files and prompt over HTTP
    };

    Kind kind = Kind::tcp;
    std::string host; ///< a name, or an IP address without brackets
    std::uint16_t port = 0;
    std::string password; ///< empty: none was given

    /// For messages and logs: without the password.
    std::string text() const;
    /// "host:port" as it stands in an address and in HTTP's `Host`; without the port if that is the kind's own.
    std::string authority() const;

    bool operator==(const PortAddress&) const = default;
};

/// Whether `text` is meant to be an address ("scheme://…") and no path and no name.
bool is_port_address(std::string_view text) noexcept;

/// Reads `rfc2217://host:port`, `tcp://host:port`, `ws://[:password@]host[:8266]`, `http://[:password@]host[:80]`. An
/// IPv6 address stands in brackets; in a password, `%40` is "@". Errors: `invalid_argument`, `unsupported` for another
/// scheme; never with the password in them.
base::Result<PortAddress> parse_port_address(std::string_view text);

/// Whether boards take such a password. Error: `invalid_argument`, without the password.
base::Result<> check_password(PortAddress::Kind kind, std::string_view password);

} // namespace hub::workbench
