// SPDX-License-Identifier: Apache-2.0
// What a chip becomes when its flash holds a valid image: a command on a terminal whose other end is the chip's UART.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>

namespace tests::rom {

/// One thread; nothing here waits.
class BoardProgram {
public:
    /// `command`: for a shell.
    explicit BoardProgram(std::string command) : command_(std::move(command)) {}
    ~BoardProgram() { stop(); }
    BoardProgram(const BoardProgram&) = delete;
    BoardProgram& operator=(const BoardProgram&) = delete;

    /// A new one, in place of the one that runs.
    void start();
    /// As a reset ends it: at once, and without a word.
    void stop();
    bool runs() const { return pid_ > 0; }
    /// True once it has ended by itself.
    bool has_ended();

    /// To wait for what it prints; -1 when it does not run.
    int descriptor() const { return terminal_; }
    /// What it has printed, at most `size_max` bytes.
    std::string read(std::size_t size_max);
    /// What its terminal does not take waits, up to 64 KiB; the rest is lost, as by a UART that nobody reads.
    void write(std::span<const std::uint8_t> bytes);

private:
    std::string command_;
    std::string waiting_;
    pid_t pid_ = -1;
    int terminal_ = -1;
};

} // namespace tests::rom
