// SPDX-License-Identifier: Apache-2.0
// The one connection that writes and checkpoints the timeline.
#pragma once

#include "base/result.hpp"
#include "hub/timeline/row_buffer.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>

namespace hub::timeline {

/// Exactly one of these is open at a time: besides keeping the order simple, it keeps clear of SQLite's WAL-reset
/// fault (3.7.0 to 3.51.2), which needs two connections that checkpoint. Used by one thread at a time.
class WriteConnection {
public:
    /// Opens an existing file, in WAL mode, and migrates it. Errors: those of `migrate`, and `unsupported` for a file
    /// system that can't hold a write-ahead log. Throws SQLite::Exception.
    static base::Result<std::unique_ptr<WriteConnection>> open(const std::filesystem::path& file);

    /// Writes all rows in one transaction, or none and throws SQLite::Exception.
    void write(std::span<const WaitingRow> rows);

    /// Reads the whole file. False when it is damaged. Throws SQLite::Exception.
    bool is_sound();

private:
    explicit WriteConnection(SQLite::Database database);

    void insert(const Sample& sample);
    void insert(const Line& line);
    std::int64_t series_of(const Sample& sample);
    std::int64_t find_or_add_series(const Sample& sample);

    SQLite::Database database_; // before the statements: they go first
    SQLite::Statement insert_sample_;
    SQLite::Statement insert_line_;
    SQLite::Statement insert_series_;
    SQLite::Statement find_series_;
    std::unordered_map<std::string, std::int64_t> series_; ///< by uid and id
};

} // namespace hub::timeline
