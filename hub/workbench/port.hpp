// SPDX-License-Identifier: Apache-2.0
// What a board is reached through: bytes in both directions, and where there are any, its control lines.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// The most bytes that may wait for a port that does not take them.
inline constexpr std::size_t write_queue_max = std::size_t{64} * 1024;

/// What DTR and RTS are to say; "true" is asserted, which is a low level on the wire.
struct ControlLines {
    bool dtr = false;
    bool rts = false;

    bool operator==(const ControlLines&) const = default;
};

/// An open port. One thread: the io_context's that it was opened with. Destroying it closes it at once; what waits to
/// be written is lost, and not one call to the listener comes after.
class Port {
public:
    class Listener {
    public:
        /// Valid during the call. May destroy the port.
        virtual void on_bytes(std::span<const std::uint8_t> bytes) = 0;
        /// The other end is gone, or was never reached; said once, and nothing comes after it. May destroy the port.
        virtual void on_hang_up(std::string_view reason) = 0;

    protected:
        ~Listener() = default;
    };

    virtual ~Port() = default;

    /// False while a connection is still being made: what is written meanwhile waits for it. Once true it stays so.
    virtual bool ready() const noexcept { return true; }

    /// Takes all of `bytes` or, when more than `write_queue_max` would wait, none and returns false. Never blocks.
    [[nodiscard]] virtual bool write(std::string_view bytes) = 0;

    /// How many bytes wait here to be written.
    virtual std::size_t waiting() const noexcept = 0;

    /// 8N1 at `baud`, at once: for when all that was written has been answered. Errors: `unsupported` (a port without a
    /// rate, a rate that it does not know), `invalid_state` (not ready yet), `io`.
    virtual base::Result<> set_baud(unsigned baud) = 0;

    /// Sets DTR and then RTS. Errors: `unsupported` (a port without lines), `invalid_state` (not ready yet), `io`.
    virtual base::Result<> set_lines(ControlLines lines) = 0;
};

/// Opens one port for a listener that outlives it. Whoever has one of these need not know what kind of port it is.
using PortOpener = std::function<base::Result<std::unique_ptr<Port>>(boost::asio::io_context&, Port::Listener&)>;

} // namespace hub::workbench
