// SPDX-License-Identifier: Apache-2.0
// The migrations, oldest first. A published one never changes; a new one goes to the end.
#include "hub/timeline/schema.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <array>
#include <string>

namespace hub::timeline {
namespace {

// "OURO": tells our file from any other SQLite database.
constexpr int application_id = 0x4F55524F;

// samples.seq keeps samples of equal time apart: it counts them, from 0, so that for nearly all rows it takes no space.
// The two kinds of index on entries are for the two lists that people look at: what happened, and the log.
constexpr std::array migrations = {
    R"sql(
CREATE TABLE series (
    series INTEGER PRIMARY KEY,
    uid    TEXT NOT NULL,
    id     TEXT NOT NULL,
    UNIQUE (uid, id)
);
CREATE TABLE samples (
    series INTEGER NOT NULL,
    at_us  INTEGER NOT NULL,
    seq    INTEGER NOT NULL,
    value  REAL NOT NULL,
    PRIMARY KEY (series, at_us, seq)
) WITHOUT ROWID;
CREATE TABLE entries (
    seq   INTEGER PRIMARY KEY,
    at_us INTEGER NOT NULL,
    uid   TEXT NOT NULL,
    what  TEXT NOT NULL,
    id    TEXT NOT NULL,
    text  TEXT NOT NULL,
    data  TEXT NOT NULL
);
CREATE INDEX happened ON entries (at_us) WHERE what <> 'log';
CREATE INDEX happened_on ON entries (uid, at_us) WHERE what <> 'log';
CREATE INDEX logged ON entries (at_us) WHERE what = 'log';
CREATE INDEX logged_on ON entries (uid, at_us) WHERE what = 'log';
)sql",
};

int pragma(SQLite::Database& database, const char* query) { return database.execAndGet(query).getInt(); }

bool is_timeline_or_empty(SQLite::Database& database) {
    if (pragma(database, "PRAGMA application_id") == application_id) return true;
    return pragma(database, "SELECT count(*) FROM sqlite_schema") == 0;
}

} // namespace

int schema_version() noexcept { return static_cast<int>(migrations.size()); }

base::Result<> migrate(SQLite::Database& database) {
    if (!is_timeline_or_empty(database)) {
        return base::fail(base::ErrorCode::unsupported, "the file is a database of another program",
                          "Choose another file for the timeline.");
    }
    const int version = pragma(database, "PRAGMA user_version");
    if (version < 0 || version > schema_version()) {
        return base::fail(base::ErrorCode::unsupported, "the timeline was written by a newer Ouroboard",
                          "Update Ouroboard, or choose another file for the timeline.");
    }
    for (int step = version; step < schema_version(); ++step) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        database.exec(migrations[static_cast<std::size_t>(step)]);
        database.exec("PRAGMA application_id = " + std::to_string(application_id));
        database.exec("PRAGMA user_version = " + std::to_string(step + 1));
        transaction.commit();
    }
    return {};
}

} // namespace hub::timeline
