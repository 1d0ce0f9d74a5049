// SPDX-License-Identifier: Apache-2.0
// The ROM partitions of a board: flash from which MicroPython mounts a read-only file system at /rom when it starts.
#pragma once

#include "hub/workbench/repl/block_link.hpp"
#include "hub/workbench/repl/python_runner.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

struct RomPartition {
    unsigned number = 0;
    bool is_device = false;       ///< an object with blocks writes it; else rom_ioctl does
    std::uint64_t size = 0;       ///< in bytes
    std::uint64_t block_size = 0; ///< what is erased at once; 0 where the board does not say
    std::string beginning;        ///< its first bytes, 64 at most

    /// How large the ROMFS in it is, in bytes; nothing where there is none.
    std::optional<std::uint64_t> image_size() const;
};

/// Through the board's Python: `vfs.rom_ioctl` of MicroPython 1.25 and later. Until this is destroyed a program may
/// wait on the board. Errors of all: those of the runner; `malformed` when the board says strange things,
/// `invalid_state` (interrupted), `io`. One thread; every call waits.
class RomFlash {
public:
    using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

    /// `runner` outlives this.
    explicit RomFlash(PythonRunner& runner) : runner_(runner), link_(runner) {}

    /// Frees the prompt for other programs; the next call here takes it again.
    void release() { link_.stop(); }

    /// Empty for a board without any.
    base::Result<std::vector<RomPartition>> partitions();

    /// Whether the partition begins with `image`, by its SHA-256. Error: `unsupported` on a board without hashlib.
    base::Result<bool> holds(const RomPartition& partition, std::string_view image);

    /// Its first `size` bytes, held against their hash.
    base::Result<std::string> read(const RomPartition& partition, std::uint64_t size, const Progress& progress);

    /// Erases, writes, and reads back each piece and in the end the whole. The beginning, by which a ROMFS is known, is
    /// written last: a partition that was left half-written holds none. Nothing in memory may come from this partition:
    /// the board's Python is new (PortPython::renew). Errors: `too_large`, `io` also for flash that does not keep what
    /// it is given.
    base::Result<> write(const RomPartition& partition, std::string_view image, const Progress& progress);

private:
    base::Result<std::string> ask(const std::string& code, std::string_view data, base::Micros patience);
    base::Result<> open(const RomPartition& partition);
    base::Result<std::string> hash(const RomPartition& partition, std::uint64_t size);
    base::Result<std::string> hash_opened(std::uint64_t size);
    base::Result<> erase(const RomPartition& partition, std::uint64_t size, const Progress& progress);

    PythonRunner& runner_;
    BlockLink link_;
    bool has_sha256_ = true;
    std::size_t piece_ = 0;      ///< how many bytes are written at once: a power of two
    std::size_t write_unit_ = 0; ///< each piece is a multiple of it
};

} // namespace hub::workbench
