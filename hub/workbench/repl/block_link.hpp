// SPDX-License-Identifier: Apache-2.0
// The fast way to a board's Python: a program there that takes packed blocks of any bytes, and answers each.
#pragma once

#include "hub/workbench/repl/python_runner.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hub::workbench {

/// What a board's Python is and can do.
struct BoardAbilities {
    bool has_sha256 = false; ///< else its hashes are CRC-32
    bool has_crc = false;    ///< binascii.crc32
    bool is_read_only = false;
    std::size_t block = 1024;   ///< how many bytes its memory takes at once
    int window_bits = 9;        ///< of the window that fits in beside that
    std::uint64_t memory = 0;   ///< free, in bytes
    unsigned mpy = 0;           ///< sys.implementation._mpy
    std::string implementation; ///< "micropython", "circuitpython"
    std::string platform;       ///< "esp32", "rp2", …
};

/// The line that snippets::about prints; false for another one.
bool read_abilities(std::string_view line, BoardAbilities& abilities);

/// On the wire a block is one or more pieces. Each has a header of 15 bytes, little-endian: sequence number u8 (0 to
/// 15), flags u8 (1: a block, 2: its last piece, 4: packed), place in the block u16, size u16, size of the unpacked
/// block u16, how much of that is code u16, CRC-32 (or the sum, on boards without) of the piece u32, and the sum of
/// these bytes
/// + 90, u8. The board answers 06 and 'A' + the number, or 15 and 'A' + the number that it waits for; before that comes
/// what the code printed, and 1A with the exception that ended it. Blocks are one stream of raw deflate where the board
/// has that. A header of zero flags ends it, and so do 5 s without a header.
/// One thread; every call waits.
class BlockLink {
public:
    /// `runner` outlives this.
    explicit BlockLink(PythonRunner& runner);
    /// Stops.
    ~BlockLink();
    BlockLink(const BlockLink&) = delete;
    BlockLink& operator=(const BlockLink&) = delete;

    /// Asks the board what it can do, and starts the program there. False when this board can't run it, or the way to
    /// it changes bytes: nothing runs there then. Errors: those of the runner.
    base::Result<bool> start();

    /// Whether the program runs there, as far as is known.
    bool is_alive() const noexcept;
    /// Of the last start; complete only if that succeeded.
    const BoardAbilities& abilities() const noexcept;

    /// Has the board run `code`, which finds `data` in _ob; both together at most `abilities().block` bytes. The result
    /// is the text of the exception that ended it, or empty. A piece that is not answered is sent again, a damaged one
    /// in smaller pieces. Errors: `invalid_state` (not alive, interrupted), `timeout`, `io` (the line loses too much),
    /// those of the runner; it is not alive after them.
    /// `patience`: how long the board may say nothing.
    base::Result<std::string> ask(std::string_view code, std::string_view data, const PythonRunner::Output& output,
                                  base::Micros patience);

    /// Ends the program: the prompt is free again. As well as it goes.
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace hub::workbench
