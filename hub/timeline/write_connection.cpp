// SPDX-License-Identifier: Apache-2.0
// Puts rows into their tables.
#include "hub/timeline/write_connection.hpp"

#include "hub/timeline/schema.hpp"

#include <utility>

namespace hub::timeline {
namespace {

// How long to wait for another program that looks into the file; the rows can wait longer in the buffer.
constexpr int busy_wait_ms = 200;
// Forgotten and looked up again beyond this many: a bound on memory, not on the number of series.
constexpr std::size_t series_remembered_max = 20'000;

constexpr const char* insert_sample_sql =
    "INSERT INTO samples SELECT ?1, ?2, coalesce(max(seq) + 1, 0), ?3 FROM samples WHERE series = ?1 AND at_us = ?2";
constexpr const char* insert_line_sql =
    "INSERT INTO entries (at_us, uid, what, id, text, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
constexpr const char* insert_series_sql = "INSERT INTO series (uid, id) VALUES (?1, ?2)";
constexpr const char* find_series_sql = "SELECT series FROM series WHERE uid = ?1 AND id = ?2";

/// Whatever happens to a statement, it is ready for the next use: one left running would block ROLLBACK and closing.
class Use {
public:
    explicit Use(SQLite::Statement& statement) noexcept : statement_(statement) {}
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() { statement_.tryReset(); }

private:
    SQLite::Statement& statement_;
};

} // namespace

base::Result<std::unique_ptr<WriteConnection>> WriteConnection::open(const std::filesystem::path& file) {
    SQLite::Database database(file, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, busy_wait_ms);
    if (auto migrated = migrate(database); !migrated) return tl::unexpected(migrated.error());
    if (database.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
        return base::fail(base::ErrorCode::unsupported, "the timeline's file system can't hold a write-ahead log",
                          "Put the data folder on a local disk.");
    }
    database.exec("PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216");
    return std::unique_ptr<WriteConnection>(new WriteConnection(std::move(database)));
}

WriteConnection::WriteConnection(SQLite::Database database)
    : database_(std::move(database)),
      insert_sample_(database_, insert_sample_sql),
      insert_line_(database_, insert_line_sql),
      insert_series_(database_, insert_series_sql),
      find_series_(database_, find_series_sql) {}

void WriteConnection::write(std::span<const WaitingRow> rows) {
    try {
        SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
        for (const WaitingRow& waiting : rows) {
            std::visit([this](const auto& row) { insert(row); }, waiting.row);
        }
        transaction.commit();
    } catch (...) {
        series_.clear(); // some were rolled back
        throw;
    }
}

bool WriteConnection::is_sound() { return database_.execAndGet("PRAGMA quick_check(1)").getString() == "ok"; }

void WriteConnection::insert(const Sample& sample) {
    const std::int64_t series = series_of(sample);
    const Use use(insert_sample_);
    insert_sample_.bind(1, series);
    insert_sample_.bind(2, std::int64_t{sample.at.time_since_epoch().count()});
    insert_sample_.bind(3, sample.value);
    insert_sample_.exec();
}

void WriteConnection::insert(const Line& line) {
    const Use use(insert_line_);
    insert_line_.bind(1, std::int64_t{line.at.time_since_epoch().count()});
    insert_line_.bindNoCopy(2, line.uid);
    insert_line_.bindNoCopy(3, line.what);
    insert_line_.bindNoCopy(4, line.id);
    insert_line_.bindNoCopy(5, line.text);
    insert_line_.bindNoCopy(6, line.data);
    insert_line_.exec();
}

std::int64_t WriteConnection::series_of(const Sample& sample) {
    std::string key = sample.uid + '/' + sample.id;
    if (const auto known = series_.find(key); known != series_.end()) return known->second;
    const std::int64_t series = find_or_add_series(sample);
    if (series_.size() >= series_remembered_max) series_.clear();
    series_.emplace(std::move(key), series);
    return series;
}

std::int64_t WriteConnection::find_or_add_series(const Sample& sample) {
    const Use use_find(find_series_);
    find_series_.bindNoCopy(1, sample.uid);
    find_series_.bindNoCopy(2, sample.id);
    if (find_series_.executeStep()) return find_series_.getColumn(0).getInt64();
    const Use use_insert(insert_series_);
    insert_series_.bindNoCopy(1, sample.uid);
    insert_series_.bindNoCopy(2, sample.id);
    insert_series_.exec();
    return database_.getLastInsertRowid();
}

} // namespace hub::timeline
