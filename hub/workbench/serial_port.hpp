// SPDX-License-Identifier: Apache-2.0
// One serial port or pseudo terminal, opened for us alone.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/known_usb.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

namespace boost::asio {
class io_context;
}

namespace hub::workbench {

/// The most bytes that may wait for a port that does not take them.
inline constexpr std::size_t write_queue_max = std::size_t{64} * 1024;

/// Raw bytes in both directions, 115,200 baud where that means something. One thread: the io_context's.
class SerialPort {
public:
    class Listener {
    public:
        /// Valid during the call. May destroy the port.
        virtual void on_bytes(std::span<const std::uint8_t> bytes) = 0;
        /// The other end is gone; said once, and nothing comes after it. May destroy the port.
        virtual void on_hang_up(std::string_view reason) = 0;

    protected:
        ~Listener() = default;
    };

    /// Opens the port and locks it against others who ask (flock; for a real port also TIOCEXCL). One that another
    /// program has open is left alone, also if that did not lock it: only a board's own pty (`Wiring::none`) may be.
    /// Resets no board. The kernel raises DTR and RTS in opening; of a bridge both are let go, RTS first, as RTS
    /// without DTR would hold the chip in reset; a board's own USB keeps them, as to it DTR says that somebody listens.
    /// Closing leaves them as they are. `listener` outlives the port. Errors: `not_found`, `busy` (with the name and
    /// pid of the holder), `refused` for missing rights, `unsupported` for what is no terminal, `io`.
    static base::Result<std::unique_ptr<SerialPort>> open(boost::asio::io_context& io,
                                                          const std::filesystem::path& path, Listener& listener,
                                                          Wiring wiring = Wiring::none);
    /// Closes at once; what waits to be written is lost. Not one call to the listener after this.
    ~SerialPort();
    SerialPort(const SerialPort&) = delete;
    SerialPort& operator=(const SerialPort&) = delete;

    /// Takes all of `bytes` or, when more than `write_queue_max` would wait, none and returns false. Never blocks.
    [[nodiscard]] bool write(std::string_view bytes);

private:
    struct Impl;
    explicit SerialPort(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::workbench
