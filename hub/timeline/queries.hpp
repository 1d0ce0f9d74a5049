// SPDX-License-Identifier: Apache-2.0
// The questions that the timeline answers, in SQL.
#pragma once

#include "hub/timeline/store.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace hub::timeline {

/// `Store::samples`; the arguments are checked by the caller. Throws SQLite::Exception.
std::vector<Point> query_samples(SQLite::Database& database, const std::string& uid, const std::string& id, Span span,
                                 std::size_t points_max);

/// `Store::entries`; the arguments are checked by the caller. Error: `not_found` when there is no entry `before_seq`.
/// Throws SQLite::Exception.
base::Result<std::vector<Entry>> query_entries(SQLite::Database& database, const std::string& uid,
                                               const std::string& what, std::size_t limit,
                                               std::optional<std::int64_t> before_seq);

} // namespace hub::timeline
