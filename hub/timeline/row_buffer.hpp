// SPDX-License-Identifier: Apache-2.0
// Holds the rows that wait for the disk, up to a stated maximum.
#pragma once

#include "hub/timeline/record.hpp"

#include <cstdint>
#include <deque>
#include <vector>

namespace hub::timeline {

/// A row with its place in the order of recording.
struct WaitingRow {
    std::uint64_t order = 0;
    Row row;
};

/// First in, first out. When there is no room the oldest log line goes first, then the oldest row; what went is
/// counted. Not thread-safe.
class RowBuffer {
public:
    /// Both at least 1.
    RowBuffer(std::size_t rows_max, std::size_t bytes_max);

    void push(Row row);

    /// Takes up to `count` rows, oldest first.
    std::vector<WaitingRow> take(std::size_t count);

    /// Puts back what `take` gave and could not be written; it is again the oldest.
    void put_back(std::vector<WaitingRow> rows);

    std::size_t size() const noexcept { return logs_.size() + others_.size(); }
    bool empty() const noexcept { return size() == 0; }
    std::uint64_t dropped() const noexcept { return dropped_; }

private:
    std::deque<WaitingRow>& queue_for(const Row& row) { return is_log(row) ? logs_ : others_; }
    std::deque<WaitingRow>& oldest();
    void make_room();

    std::size_t rows_max_;
    std::size_t bytes_max_;
    std::deque<WaitingRow> logs_;
    std::deque<WaitingRow> others_;
    std::size_t bytes_ = 0;
    std::uint64_t next_order_ = 0;
    std::uint64_t dropped_ = 0;
};

} // namespace hub::timeline
