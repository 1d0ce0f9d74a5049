// SPDX-License-Identifier: Apache-2.0
// The virtual board's serial port: a pty that behaves like a USB serial adapter.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "firmware/contract/console.hpp"
#include "firmware/ports/posix/fd.hpp"

#include <cstdint>
#include <string>

namespace firmware::ports::posix {

/// Raw, reachable through a symbolic link that stays the same. Its other end is kept open, so that people may come and
/// go.
class PtyConsole final : public contract::Console {
public:
    /// After this long without a reader, output is dropped until somebody reads again.
    static constexpr base::Micros patience = base::from_ms(100);

    explicit PtyConsole(const base::Clock& clock) noexcept : clock_(clock) {}
    ~PtyConsole();

    /// Opens the pty and lets `link` point to it. Errors: `io`.
    base::Result<> open(const std::string& link);

    std::size_t read(std::span<std::uint8_t> into) noexcept override;
    std::size_t write(std::span<const std::uint8_t> bytes) noexcept override;

    int fd() const noexcept { return master_.get(); }
    /// When a write that found no room is to be tried again, to be dropped; `never` if none did.
    base::Micros deadline() const noexcept;

private:
    const base::Clock& clock_;
    Fd master_;
    Fd slave_;
    std::string link_;
    base::Micros stalled_since_ = -1; ///< below 0: it is not
};

} // namespace firmware::ports::posix
