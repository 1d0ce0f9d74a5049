// SPDX-License-Identifier: Apache-2.0
// A chip in real time: the wire to it at its speed, and the program that it starts.
#pragma once

#include "tests/rom/board_program.hpp"
#include "tests/rom/fake_chip.hpp"
#include "tests/rom/noise.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace tests::rom {

/// Microseconds since the first call.
base::Micros real_now();

/// One thread; nothing here waits.
class ChipBench {
public:
    /// `program`: what a chip with a valid image runs, for a shell; empty: nothing beyond its banner.
    ChipBench(FakeChip& chip, Noise to_chip, Noise to_host, const std::string& program);

    void set_baud(unsigned baud) { baud_ = baud; }
    void set_lines(hub::workbench::ControlLines lines);
    /// The host has sent this.
    void sent(std::span<const std::uint8_t> bytes);
    /// What has arrived at the host. To be called whenever something is due.
    std::vector<std::uint8_t> heard();
    /// When something happens by itself; `never` when the chip waits.
    base::Micros due() const;
    /// The host is to wait with what it sends.
    bool is_full() const { return pieces_.size() > 64; }
    /// To wait for what the program prints; -1 when nothing of it would be taken now.
    int program_descriptor() const;

private:
    struct Piece {
        std::vector<std::uint8_t> bytes;
        unsigned baud;
        base::Micros arrives;
    };

    void deliver_until(base::Micros moment);
    void follow_chip();
    bool takes_print() const;

    FakeChip& chip_;
    Noise to_chip_;
    Noise to_host_;
    std::optional<BoardProgram> program_;
    unsigned program_of_reset_ = 0; ///< which of the chip's resets started it
    unsigned baud_ = 115200;
    base::Micros free_at_ = 0;
    std::deque<Piece> pieces_;
};

} // namespace tests::rom
