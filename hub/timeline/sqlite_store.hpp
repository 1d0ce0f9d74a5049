// SPDX-License-Identifier: Apache-2.0
// The limits of the SQLite store, for those who need others than the usual ones.
#pragma once

#include "hub/timeline/store.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>

namespace hub::timeline {

struct SqliteLimits {
    /// What may wait for a disk that is full or slow: some minutes of a busy house, and a bound on memory. Beyond
    /// it the oldest log line is dropped, then the oldest row; one batch more may be on its way.
    std::size_t rows_waiting_max = 200'000;
    std::size_t bytes_waiting_max = std::size_t{64} * 1024 * 1024;
    /// A transaction is this many rows, or what came within this time: seldom enough to spare an SD card.
    std::size_t batch_rows = 1'000;
    std::chrono::milliseconds batch_wait{100};
    /// After a failure the next attempt waits this long; `flush` attempts at once.
    std::chrono::milliseconds retry_wait{1'000};
    /// A file up to this size is checked from end to end, by the writer thread, when it is opened.
    std::uintmax_t checked_size_max = std::uintmax_t{64} * 1024 * 1024;
};

/// As `open_sqlite(file)`, with limits of the caller's own; all of them above 0.
base::Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, const SqliteLimits& limits);

} // namespace hub::timeline
