// SPDX-License-Identifier: Apache-2.0
// Reads points and entries.
#include "hub/timeline/queries.hpp"

#include "hub/timeline/buckets.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <utility>

namespace hub::timeline {
namespace {

std::int64_t micros(core::Time at) { return at.time_since_epoch().count(); }

std::optional<std::int64_t> find_series(SQLite::Database& database, const std::string& uid, const std::string& id) {
    SQLite::Statement find(database, "SELECT series FROM series WHERE uid = ?1 AND id = ?2");
    find.bind(1, uid);
    find.bind(2, id);
    if (!find.executeStep()) return std::nullopt;
    return find.getColumn(0).getInt64();
}

// A plot of "everything" is as wide as what there is. Two subqueries, because each is then one step in the index.
std::optional<std::pair<std::int64_t, std::int64_t>> narrow(SQLite::Database& database, std::int64_t series,
                                                            Span span) {
    SQLite::Statement ends(database,
                           "SELECT (SELECT min(at_us) FROM samples WHERE series = ?1 AND at_us BETWEEN ?2 AND ?3), "
                           "(SELECT max(at_us) FROM samples WHERE series = ?1 AND at_us BETWEEN ?2 AND ?3)");
    ends.bind(1, series);
    ends.bind(2, micros(span.from));
    ends.bind(3, micros(span.to));
    if (!ends.executeStep() || ends.getColumn(0).isNull()) return std::nullopt;
    return std::pair{ends.getColumn(0).getInt64(), ends.getColumn(1).getInt64()};
}

// The words 'log' stand in the text, not in a parameter: that is what lets SQLite use the partial indexes.
std::string entries_sql(const std::string& uid, const std::string& what, bool continued) {
    std::string sql = "SELECT seq, at_us, uid, what, id, text, data FROM entries WHERE what ";
    sql += what == "log" ? "= 'log'" : "<> 'log'";
    if (!what.empty() && what != "log") sql += " AND what = :what";
    if (!uid.empty()) sql += " AND uid = :uid";
    if (continued) sql += " AND (at_us, seq) < (:at, :seq)";
    return sql + " ORDER BY at_us DESC, seq DESC LIMIT :limit";
}

std::optional<std::int64_t> time_of(SQLite::Database& database, std::int64_t seq) {
    SQLite::Statement find(database, "SELECT at_us FROM entries WHERE seq = ?1");
    find.bind(1, seq);
    if (!find.executeStep()) return std::nullopt;
    return find.getColumn(0).getInt64();
}

Entry entry_of(SQLite::Statement& row) {
    Entry entry;
    entry.seq = row.getColumn(0).getInt64();
    entry.at = core::Time(std::chrono::microseconds(row.getColumn(1).getInt64()));
    entry.uid = row.getColumn(2).getString();
    entry.what = row.getColumn(3).getString();
    entry.id = row.getColumn(4).getString();
    entry.text = row.getColumn(5).getString();
    entry.data = core::Json::parse(row.getColumn(6).getString(), nullptr, false);
    if (entry.data.is_discarded()) entry.data = nullptr; // written by another hand
    return entry;
}

} // namespace

std::vector<Point> query_samples(SQLite::Database& database, const std::string& uid, const std::string& id, Span span,
                                 std::size_t points_max) {
    const auto series = find_series(database, uid, id);
    if (!series) return {};
    const auto ends = narrow(database, *series, span);
    if (!ends) return {};
    SQLite::Statement scan(database, "SELECT at_us, value FROM samples WHERE series = ?1 AND at_us BETWEEN ?2 AND ?3 "
                                     "ORDER BY at_us, seq");
    scan.bind(1, *series);
    scan.bind(2, ends->first);
    scan.bind(3, ends->second);
    Buckets buckets(ends->first, ends->second, points_max);
    while (scan.executeStep()) buckets.add(scan.getColumn(0).getInt64(), scan.getColumn(1).getDouble());
    return buckets.finish();
}

base::Result<std::vector<Entry>> query_entries(SQLite::Database& database, const std::string& uid,
                                               const std::string& what, std::size_t limit,
                                               std::optional<std::int64_t> before_seq) {
    SQLite::Statement scan(database, entries_sql(uid, what, before_seq.has_value()));
    if (before_seq) {
        const auto at = time_of(database, *before_seq);
        if (!at) {
            return base::fail(base::ErrorCode::not_found, "no entry " + std::to_string(*before_seq) + " to go on from",
                              "Begin again with the newest.");
        }
        scan.bind(":at", *at);
        scan.bind(":seq", *before_seq);
    }
    if (!what.empty() && what != "log") scan.bind(":what", what);
    if (!uid.empty()) scan.bind(":uid", uid);
    scan.bind(":limit", static_cast<std::int64_t>(limit));
    std::vector<Entry> entries;
    while (scan.executeStep()) entries.push_back(entry_of(scan));
    return entries;
}

} // namespace hub::timeline
