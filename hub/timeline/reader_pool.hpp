// SPDX-License-Identifier: Apache-2.0
// Read-only connections, one for each query that runs.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

namespace hub::timeline {

/// Lends connections to any thread; a few idle ones are kept. In WAL mode a reader neither waits for the writer nor
/// makes it wait, and a read-only connection never checkpoints.
class ReaderPool {
public:
    explicit ReaderPool(std::filesystem::path file) : file_(std::move(file)) {}

    /// A connection for one query. Comes back to the pool by itself, and may not outlive it.
    class Lease {
    public:
        Lease(ReaderPool& pool, std::unique_ptr<SQLite::Database> database, std::uint64_t generation) noexcept
            : pool_(pool),
              database_(std::move(database)),
              generation_(generation) {}
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        ~Lease() { pool_.take_back(std::move(database_), generation_); }

        SQLite::Database& operator*() const noexcept { return *database_; }

    private:
        ReaderPool& pool_;
        std::unique_ptr<SQLite::Database> database_;
        std::uint64_t generation_;
    };

    /// Throws SQLite::Exception.
    Lease lease();

    /// The file is another one now: no connection from before is lent again.
    void renew();

private:
    void take_back(std::unique_ptr<SQLite::Database> database, std::uint64_t generation) noexcept;

    const std::filesystem::path file_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<SQLite::Database>> idle_;
    std::uint64_t generation_ = 0;
};

} // namespace hub::timeline
