// SPDX-License-Identifier: Apache-2.0
// When to write, and what to do when the disk says no.
#include "hub/timeline/writer.hpp"

#include "hub/timeline/database_file.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <system_error>
#include <utility>

namespace hub::timeline {
namespace {

constexpr int primary_code_mask = 0xFF; // the rest of an SQLite code is detail

std::string explain(const SQLite::Exception& error) {
    const std::string end = "; what happens meanwhile is kept in memory, and written when it is over.";
    switch (error.getErrorCode() & primary_code_mask) {
    case SQLITE_FULL: return "The disk of the timeline is full" + end;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return "Another program has locked the timeline" + end;
    default: return std::string("The timeline can't be written (") + error.what() + ")" + end;
    }
}

} // namespace

Writer::Writer(std::filesystem::path file, const SqliteLimits& limits, std::unique_ptr<WriteConnection> connection,
               std::string notice, std::function<void()> file_replaced)
    : file_(std::move(file)),
      limits_(limits),
      file_replaced_(std::move(file_replaced)),
      connection_(std::move(connection)),
      buffer_(limits.rows_waiting_max, limits.bytes_waiting_max),
      notice_(std::move(notice)),
      thread_([this] { run(); }) {}

Writer::~Writer() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    work_.notify_one();
    thread_.join();
}

void Writer::record(std::vector<Row> rows) {
    bool wake = false;
    {
        const std::scoped_lock lock(mutex_);
        for (Row& row : rows) {
            buffer_.push(std::move(row));
            wake = wake || buffer_.size() == 1 || buffer_.size() == limits_.batch_rows;
        }
    }
    if (wake) work_.notify_one();
}

void Writer::flush() {
    std::unique_lock lock(mutex_);
    const std::uint64_t mine = ++flushes_wanted_;
    work_.notify_one();
    flushed_.wait(lock, [&] { return flushes_done_ >= mine; });
}

Health Writer::health() const {
    const std::scoped_lock lock(mutex_);
    return {rows_written_, buffer_.size() + in_flight_, buffer_.dropped(), problem_.empty() ? notice_ : problem_};
}

void Writer::run() {
    std::string problem = ensure_connection();
    std::unique_lock lock(mutex_);
    problem_ = std::move(problem);
    while (true) {
        wait_for_work(lock);
        const std::uint64_t flush = flushes_wanted_;
        const bool last = stopping_;
        write_waiting(lock);
        flushes_done_ = flush;
        flushed_.notify_all();
        if (last) return;
    }
}

void Writer::wait_for_work(std::unique_lock<std::mutex>& lock) {
    if (!problem_.empty()) {
        work_.wait_for(lock, limits_.retry_wait, [this] { return is_urgent(); });
        return;
    }
    work_.wait(lock, [this] { return is_urgent() || !buffer_.empty(); });
    work_.wait_for(lock, limits_.batch_wait, [this] { return is_urgent() || buffer_.size() >= limits_.batch_rows; });
}

// What comes in meanwhile waits for the next round, so that a flush ends however busy the house is.
void Writer::write_waiting(std::unique_lock<std::mutex>& lock) {
    const std::size_t waiting = buffer_.size();
    if (waiting == 0 && problem_.empty()) return;
    std::size_t done = 0;
    do { // at least once: an empty batch finds out whether a problem is over
        if (!write_batch(lock)) return;
        done += limits_.batch_rows;
    } while (done < waiting);
}

bool Writer::write_batch(std::unique_lock<std::mutex>& lock) {
    std::vector<WaitingRow> batch = buffer_.take(limits_.batch_rows);
    in_flight_ = batch.size();
    lock.unlock();
    std::string problem = attempt(batch);
    lock.lock();
    in_flight_ = 0;
    problem_ = std::move(problem);
    if (!problem_.empty()) {
        buffer_.put_back(std::move(batch));
        return false;
    }
    rows_written_ += batch.size();
    return true;
}

std::string Writer::attempt(const std::vector<WaitingRow>& batch) {
    if (std::string problem = ensure_connection(); !problem.empty()) return problem;
    try {
        connection_->write(batch);
        return {};
    } catch (const SQLite::Exception& error) {
        after_failure(error);
        return explain(error);
    }
}

std::string Writer::ensure_connection() {
    try {
        if (damaged_) return begin_new_file();
        if (!connection_) {
            auto opened = WriteConnection::open(file_);
            if (!opened) return std::string(opened.error().message.view());
            connection_ = std::move(*opened);
            checked_ = false;
        }
        if (checked_) return {};
        std::error_code unknown_size;
        const std::uintmax_t size = std::filesystem::file_size(file_, unknown_size);
        damaged_ = !unknown_size && size <= limits_.checked_size_max && !connection_->is_sound();
        checked_ = !damaged_;
        return damaged_ ? begin_new_file() : std::string();
    } catch (const SQLite::Exception& error) {
        after_failure(error);
        return explain(error);
    }
}

std::string Writer::begin_new_file() {
    connection_.reset();
    const auto aside = move_aside(file_);
    if (!aside) return std::string(aside.error().message.view());
    if (const auto prepared = prepare_file(file_); !prepared) return std::string(prepared.error().message.view());
    damaged_ = false;
    {
        const std::scoped_lock lock(mutex_);
        notice_ = "The timeline's file was damaged. It is kept as " + aside->string() + ", and a new one was begun.";
    }
    std::string problem = ensure_connection();
    file_replaced_();
    return problem;
}

// A full disk and a lock leave the connection as it was. After anything else it is not to be trusted.
void Writer::after_failure(const SQLite::Exception& error) {
    const int code = error.getErrorCode() & primary_code_mask;
    if (code == SQLITE_FULL || code == SQLITE_BUSY || code == SQLITE_LOCKED) return;
    damaged_ = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    connection_.reset();
}

} // namespace hub::timeline
