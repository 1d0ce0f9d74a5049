// SPDX-License-Identifier: Apache-2.0
// Lending and taking back connections.
#include "hub/timeline/reader_pool.hpp"

#include <utility>

namespace hub::timeline {
namespace {

constexpr std::size_t idle_max = 4;
constexpr int busy_wait_ms = 1000;

} // namespace

ReaderPool::Lease ReaderPool::lease() {
    std::unique_lock lock(mutex_);
    const std::uint64_t generation = generation_;
    if (!idle_.empty()) {
        std::unique_ptr<SQLite::Database> database = std::move(idle_.back());
        idle_.pop_back();
        return {*this, std::move(database), generation};
    }
    lock.unlock();
    const int flags = SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX;
    return {*this, std::make_unique<SQLite::Database>(file_, flags, busy_wait_ms), generation};
}

void ReaderPool::renew() {
    const std::scoped_lock lock(mutex_);
    ++generation_;
    idle_.clear();
}

void ReaderPool::take_back(std::unique_ptr<SQLite::Database> database, std::uint64_t generation) noexcept {
    const std::scoped_lock lock(mutex_);
    if (generation == generation_ && idle_.size() < idle_max) idle_.push_back(std::move(database));
}

} // namespace hub::timeline
