// SPDX-License-Identifier: Apache-2.0
// The store over SQLite: one writer, many readers.
#include "hub/timeline/sqlite_store.hpp"

#include "base/expect.hpp"
#include "hub/timeline/database_file.hpp"
#include "hub/timeline/queries.hpp"
#include "hub/timeline/reader_pool.hpp"
#include "hub/timeline/writer.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace hub::timeline {
namespace {

constexpr std::size_t points_limit = 10'000;
constexpr std::size_t entries_limit = 1'000;
constexpr std::array<std::string_view, 7> words = {"", "event", "state", "output", "command", "log", "crash"};

base::Error error_of(const SQLite::Exception& exception) {
    const std::string text = std::string("the timeline can't be read: ") + exception.what();
    const base::FixedString<192> message{std::string_view(text)};
    switch (exception.getErrorCode() & 0xFF) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return {base::ErrorCode::malformed, message, "Restart the hub: it sets a damaged file aside."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return {base::ErrorCode::busy, message, "Close the other program that has it open."};
    default: return {base::ErrorCode::io, message, "Check the disk."};
    }
}

bool is_damage(const SQLite::Exception& exception) { return error_of(exception).code == base::ErrorCode::malformed; }

class SqliteStore final : public Store {
public:
    SqliteStore(const std::filesystem::path& file, const SqliteLimits& limits,
                std::unique_ptr<WriteConnection> connection, std::string notice)
        : readers_(file),
          writer_(file, limits, std::move(connection), std::move(notice), [this] { readers_.renew(); }) {}
    // No query runs any more. The writer's connection closes last, and so tidies the write-ahead log away.
    ~SqliteStore() override { readers_.renew(); }
    SqliteStore(const SqliteStore&) = delete;
    SqliteStore& operator=(const SqliteStore&) = delete;

    void on_change(const core::Change& change) override {
        std::vector<Row> rows = rows_of(change);
        if (!rows.empty()) writer_.record(std::move(rows));
    }
    void flush() override { writer_.flush(); }
    Health health() const override { return writer_.health(); }

    base::Result<std::vector<Point>> samples(const std::string& uid, const std::string& id, Span span,
                                             std::size_t points_max) const override {
        if (points_max < 1 || points_max > points_limit) {
            return base::fail(base::ErrorCode::invalid_argument, "the number of points is not 1 to 10,000");
        }
        if (span.to < span.from) return base::fail(base::ErrorCode::invalid_argument, "the span ends before it begins");
        try {
            const auto reader = readers_.lease();
            return query_samples(*reader, uid, id, span, points_max);
        } catch (const SQLite::Exception& exception) {
            return tl::unexpected(error_of(exception));
        }
    }

    base::Result<std::vector<Entry>> entries(const std::string& uid, const std::string& what, std::size_t limit,
                                             std::optional<std::int64_t> before_seq) const override {
        if (limit < 1 || limit > entries_limit) {
            return base::fail(base::ErrorCode::invalid_argument, "the number of entries is not 1 to 1,000");
        }
        if (std::find(words.begin(), words.end(), what) == words.end()) {
            return base::fail(base::ErrorCode::invalid_argument, "no entries are called that",
                              "Ask for event, state, output, command, log or crash.");
        }
        try {
            const auto reader = readers_.lease();
            return query_entries(*reader, uid, what, limit, before_seq);
        } catch (const SQLite::Exception& exception) {
            return tl::unexpected(error_of(exception));
        }
    }

private:
    mutable ReaderPool readers_; // before the writer, whose thread uses it
    Writer writer_;
};

base::Result<std::unique_ptr<WriteConnection>> open_or_begin_again(const std::filesystem::path& file,
                                                                   std::string& notice) {
    try {
        return WriteConnection::open(file);
    } catch (const SQLite::Exception& exception) {
        if (!is_damage(exception)) return tl::unexpected(error_of(exception));
    }
    const auto aside = move_aside(file);
    if (!aside) return tl::unexpected(aside.error());
    if (auto prepared = prepare_file(file); !prepared) return tl::unexpected(prepared.error());
    notice = "The timeline's file was damaged. It is kept as " + aside->string() + ", and a new one was begun.";
    try {
        return WriteConnection::open(file);
    } catch (const SQLite::Exception& exception) {
        return tl::unexpected(error_of(exception));
    }
}

} // namespace

base::Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file, const SqliteLimits& limits) {
    expect(limits.batch_rows > 0);
    if (auto prepared = prepare_file(file); !prepared) return tl::unexpected(prepared.error());
    std::string notice;
    auto connection = open_or_begin_again(file, notice);
    if (!connection) return tl::unexpected(connection.error());
    return std::make_unique<SqliteStore>(file, limits, std::move(*connection), std::move(notice));
}

base::Result<std::unique_ptr<Store>> open_sqlite(const std::filesystem::path& file) {
    return open_sqlite(file, SqliteLimits{});
}

} // namespace hub::timeline
