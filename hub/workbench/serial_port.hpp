// SPDX-License-Identifier: Apache-2.0
// One serial port or pseudo terminal, opened for us alone.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/known_usb.hpp"
#include "hub/workbench/port.hpp"

#include <filesystem>
#include <memory>
#include <string_view>

namespace hub::workbench {

/// Raw bytes in both directions, 115,200 baud where that means something.
class SerialPort final : public Port {
public:
    /// Opens the port and locks it against others who ask (flock; for a real port also TIOCEXCL). One that another
    /// program has open is left alone, also if that did not lock it: only a board's own pty (`Wiring::none`) may be.
    /// Resets no board. The kernel raises DTR and RTS in opening; of a bridge both are let go, RTS first, as RTS
    /// without DTR would hold the chip in reset; a board's own USB keeps them, as to it DTR says that somebody listens.
    /// Closing leaves them as they are. `listener` outlives the port. Errors: `not_found`, `busy` (with the name and
    /// pid of the holder), `refused` for missing rights, `unsupported` for what is no terminal, `io`.
    static base::Result<std::unique_ptr<SerialPort>> open(boost::asio::io_context& io,
                                                          const std::filesystem::path& path, Listener& listener,
                                                          Wiring wiring = Wiring::none);
    ~SerialPort() override;
    SerialPort(const SerialPort&) = delete;
    SerialPort& operator=(const SerialPort&) = delete;

    [[nodiscard]] bool write(std::string_view bytes) override;
    std::size_t waiting() const noexcept override;
    base::Result<> set_baud(unsigned baud) override;
    base::Result<> set_lines(ControlLines lines) override;

private:
    struct Impl;
    explicit SerialPort(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

} // namespace hub::workbench
