// SPDX-License-Identifier: Apache-2.0
// A Line over any Port, for one thread that may wait.
#pragma once

#include "hub/workbench/flash/line.hpp"

#include <memory>

namespace hub::workbench::flash {

class PortLine final : public Line {
public:
    /// Opens the port for us. Errors: those of `opener`.
    static base::Result<std::unique_ptr<PortLine>> open(const PortOpener& opener);
    ~PortLine();
    PortLine(const PortLine&) = delete;
    PortLine& operator=(const PortLine&) = delete;

    /// From now on Ctrl-C (SIGINT) ends what goes on with `invalid_state`.
    void stop_on_interrupt();

    base::Micros now() override;
    base::Result<> write(std::span<const std::uint8_t> bytes) override;
    base::Result<std::vector<std::uint8_t>> read(base::Micros deadline) override;
    base::Result<> set_baud(unsigned baud) override;
    base::Result<> set_lines(ControlLines lines) override;

private:
    struct Impl;
    explicit PortLine(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace hub::workbench::flash
