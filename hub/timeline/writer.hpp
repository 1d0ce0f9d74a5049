// SPDX-License-Identifier: Apache-2.0
// The thread that writes the timeline.
#pragma once

#include "hub/timeline/row_buffer.hpp"
#include "hub/timeline/sqlite_store.hpp"
#include "hub/timeline/write_connection.hpp"

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace hub::timeline {

/// Takes rows from any thread and writes them in batches. A disk that says no loses nothing until the buffer is full:
/// the batch goes back to its place, the connection is opened anew where it may be broken, and the next attempt comes
/// by itself. A file that turns out to be damaged is moved aside and a new one begun.
class Writer {
public:
    /// `notice` is said by `health` while there is nothing worse. `file_replaced` runs on the writer's thread after a
    /// new file was begun.
    Writer(std::filesystem::path file, const SqliteLimits& limits, std::unique_ptr<WriteConnection> connection,
           std::string notice, std::function<void()> file_replaced);
    /// Writes what waits, with one attempt, and ends the thread.
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void record(std::vector<Row> rows);
    void flush();
    Health health() const;

private:
    bool is_urgent() const { return stopping_ || flushes_wanted_ != flushes_done_; }
    void run();
    void wait_for_work(std::unique_lock<std::mutex>& lock);
    void write_waiting(std::unique_lock<std::mutex>& lock);
    bool write_batch(std::unique_lock<std::mutex>& lock);

    // On the writer's thread, without the lock. The text says what went wrong; empty if nothing did.
    std::string attempt(const std::vector<WaitingRow>& batch);
    std::string ensure_connection();
    std::string begin_new_file();
    void after_failure(const SQLite::Exception& error);

    const std::filesystem::path file_;
    const SqliteLimits limits_;
    const std::function<void()> file_replaced_;
    std::unique_ptr<WriteConnection> connection_; ///< the writer's thread only; null after an error that may break it
    bool checked_ = false;                        ///< the writer's thread only; whether `connection_` was checked
    bool damaged_ = false;                        ///< the writer's thread only

    mutable std::mutex mutex_;
    std::condition_variable work_;
    std::condition_variable flushed_;
    RowBuffer buffer_;
    std::size_t in_flight_ = 0;
    std::uint64_t rows_written_ = 0;
    std::string problem_; ///< of the last attempt
    std::string notice_;
    std::uint64_t flushes_wanted_ = 0;
    std::uint64_t flushes_done_ = 0;
    bool stopping_ = false;

    std::thread thread_; // last: it uses everything above
};

} // namespace hub::timeline
