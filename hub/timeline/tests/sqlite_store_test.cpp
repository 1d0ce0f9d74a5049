// SPDX-License-Identifier: Apache-2.0
#include "hub/timeline/sqlite_store.hpp"

#include "hub/timeline/tests/temporary_folder.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <sys/stat.h>

#include <thread>

namespace hub::timeline {
namespace {

using std::chrono::microseconds;
const core::Time noon{std::chrono::seconds(1'700'000'000)};
const Span always{core::Time::min(), core::Time::max()};

class SqliteStore : public testing::Test {
protected:
    SqliteStore() { open(); }

    void open() {
        store_.reset();
        auto opened = open_sqlite(folder_.file());
        ASSERT_TRUE(opened) << opened.error().message.view();
        store_ = std::move(*opened);
    }
    void number(core::Time at, double value, const std::string& uid = "b0a7d001") {
        store_->on_change(core::StateChanged{uid, "temperature", core::State{value, at}});
    }
    void log(core::Time at, const std::string& text, const std::string& uid = "b0a7d001") {
        store_->on_change(core::LogLine{uid, "info", text, at});
    }
    void ring(core::Time at, const std::string& type, const std::string& uid = "b0a7d001") {
        store_->on_change(core::EventFired{uid, "bell", type, core::Json::object(), at});
    }
    std::vector<Point> points(std::size_t points_max = 10'000, Span span = always) {
        auto found = store_->samples("b0a7d001", "temperature", span, points_max);
        EXPECT_TRUE(found) << found.error().message.view();
        return found.value_or(std::vector<Point>());
    }
    std::string texts(const std::string& uid, const std::string& what, std::size_t limit = 100,
                      std::optional<std::int64_t> before = {}) {
        auto found = store_->entries(uid, what, limit, before);
        EXPECT_TRUE(found) << found.error().message.view();
        std::string joined;
        for (const Entry& entry : found.value_or(std::vector<Entry>())) joined += entry.text + " ";
        return joined;
    }

    TemporaryFolder folder_;
    std::unique_ptr<Store> store_;
};

TEST_F(SqliteStore, a_number_comes_back_with_its_time) {
    number(noon + microseconds(7), 21.25);
    store_->flush();
    const auto found = points();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].at, noon + microseconds(7));
    EXPECT_EQ(found[0].min, 21.25);
    EXPECT_EQ(found[0].mean, 21.25);
    EXPECT_EQ(found[0].max, 21.25);
}

TEST_F(SqliteStore, an_entry_comes_back_whole) {
    store_->on_change(core::EventFired{"b0a7d001", "bell", "ring", {{"count", 2}}, noon});
    store_->flush();
    const auto found = store_->entries("b0a7d001", "event", 10, {});
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 1U);
    const Entry& entry = found->front();
    EXPECT_GT(entry.seq, 0);
    EXPECT_EQ(entry.at, noon);
    EXPECT_EQ(entry.uid, "b0a7d001");
    EXPECT_EQ(entry.what, "event");
    EXPECT_EQ(entry.id, "bell");
    EXPECT_EQ(entry.text, "ring");
    EXPECT_EQ(entry.data, core::Json({{"count", 2}}));
}

TEST_F(SqliteStore, rows_of_equal_time_are_all_kept_in_the_order_of_recording) {
    for (int i = 0; i < 300; ++i) number(noon, i);
    open(); // what counts them apart is not forgotten with the program
    for (int i = 300; i < 500; ++i) number(noon, i);
    ring(noon, "first");
    ring(noon, "second");
    store_->flush();
    const auto found = points();
    ASSERT_EQ(found.size(), 500U);
    for (int i = 0; i < 500; ++i) EXPECT_EQ(found[static_cast<std::size_t>(i)].mean, i);
    EXPECT_EQ(texts("", ""), "second first ");
}

TEST_F(SqliteStore, a_hundred_thousand_rows_survive_a_restart) {
    for (int i = 0; i < 100'000; ++i) number(noon + microseconds(i / 3), i);
    open();
    SQLite::Database database(folder_.file(), SQLite::OPEN_READONLY);
    EXPECT_EQ(database.execAndGet("SELECT count(*) FROM samples").getInt(), 100'000);
    EXPECT_EQ(database.execAndGet("SELECT count(DISTINCT value) FROM samples").getInt(), 100'000);
    EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
    EXPECT_EQ(points(100).size(), 100U);
}

TEST_F(SqliteStore, health_counts_what_was_written) {
    number(noon, 1);
    ring(noon, "ring");
    store_->flush();
    const Health health = store_->health();
    EXPECT_EQ(health.rows_written, 2U);
    EXPECT_EQ(health.rows_waiting, 0U);
    EXPECT_EQ(health.rows_dropped, 0U);
    EXPECT_EQ(health.problem, "");
}

TEST_F(SqliteStore, rows_are_written_without_a_flush) {
    number(noon, 1);
    while (store_->health().rows_written == 0) std::this_thread::yield(); // ctest's time limit ends a store that hangs
    EXPECT_EQ(points().size(), 1U);
}

TEST_F(SqliteStore, entries_are_newest_first_by_their_own_time) {
    ring(noon + microseconds(2), "now");
    ring(noon, "late");
    ring(noon + microseconds(1), "between");
    store_->flush();
    EXPECT_EQ(texts("", ""), "now between late ");
}

TEST_F(SqliteStore, pages_follow_each_other_without_gap_or_overlap) {
    for (const char* type : {"a", "b", "c", "d", "e"}) ring(noon, type);
    store_->flush();
    const auto first = store_->entries("", "", 2, {});
    ASSERT_TRUE(first);
    EXPECT_EQ(texts("", "", 2), "e d ");
    EXPECT_EQ(texts("", "", 2, first->back().seq), "c b ");
    ring(noon - microseconds(1), "older");
    store_->flush();
    EXPECT_EQ(texts("", "", 10, first->back().seq), "c b a older ");
}

TEST_F(SqliteStore, going_on_from_an_entry_that_is_not_there_is_an_error) {
    const auto found = store_->entries("", "", 10, 12345);
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, base::ErrorCode::not_found);
}

TEST_F(SqliteStore, log_lines_are_listed_only_when_asked_for) {
    ring(noon, "ring");
    log(noon, "hello");
    log(noon, "other", "b0a7d002");
    store_->flush();
    EXPECT_EQ(texts("", ""), "ring ");
    EXPECT_EQ(texts("b0a7d001", ""), "ring ");
    EXPECT_EQ(texts("", "log"), "other hello ");
    EXPECT_EQ(texts("b0a7d002", "log"), "other ");
    EXPECT_EQ(texts("b0a7d002", "event"), "");
    EXPECT_EQ(texts("b0a7d001", "event"), "ring ");
}

TEST_F(SqliteStore, both_lists_are_read_from_an_index_and_never_sorted) {
    SQLite::Database database(folder_.file(), SQLite::OPEN_READONLY);
    for (const char* filter :
         {"what <> 'log'", "what <> 'log' AND uid = 'x'", "what = 'log'", "what = 'log' AND uid = 'x'",
          "what <> 'log' AND what = 'event' AND (at_us, seq) < (5, 5)"}) {
        SQLite::Statement plan(database, std::string("EXPLAIN QUERY PLAN SELECT * FROM entries WHERE ") + filter +
                                             " ORDER BY at_us DESC, seq DESC LIMIT 10");
        std::string text;
        while (plan.executeStep()) text += plan.getColumn(3).getString() + "\n";
        EXPECT_NE(text.find("USING INDEX"), std::string::npos) << text;
        EXPECT_EQ(text.find("TEMP B-TREE"), std::string::npos) << text;
    }
}

TEST_F(SqliteStore, samples_keep_to_the_span_with_both_ends) {
    for (int i = 0; i < 10; ++i) number(noon + microseconds(i), i);
    store_->flush();
    const auto found = points(100, Span{noon + microseconds(3), noon + microseconds(5)});
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found.front().mean, 3);
    EXPECT_EQ(found.back().mean, 5);
    EXPECT_TRUE(points(100, Span{noon + microseconds(10), noon + microseconds(20)}).empty());
}

TEST_F(SqliteStore, buckets_are_as_wide_as_the_samples_and_not_as_the_question) {
    for (int i = 0; i < 1'000; ++i) number(noon + microseconds(i), i % 10);
    store_->flush();
    const auto found = points(100);
    ASSERT_EQ(found.size(), 100U);
    for (const Point& point : found) {
        EXPECT_EQ(point.min, 0);
        EXPECT_DOUBLE_EQ(point.mean, 4.5);
        EXPECT_EQ(point.max, 9);
    }
}

TEST_F(SqliteStore, an_entity_that_was_never_heard_of_has_no_samples) {
    const auto found = store_->samples("b0a7d009", "nothing", always, 10);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->empty());
}

TEST_F(SqliteStore, questions_keep_to_their_limits) {
    EXPECT_FALSE(store_->samples("b0a7d001", "temperature", always, 0));
    EXPECT_TRUE(store_->samples("b0a7d001", "temperature", always, 1));
    EXPECT_TRUE(store_->samples("b0a7d001", "temperature", always, 10'000));
    EXPECT_FALSE(store_->samples("b0a7d001", "temperature", always, 10'001));
    EXPECT_FALSE(store_->samples("b0a7d001", "temperature", Span{noon, noon - microseconds(1)}, 1));
    EXPECT_TRUE(store_->samples("b0a7d001", "temperature", Span{noon, noon}, 1));
    EXPECT_FALSE(store_->entries("", "", 0, {}));
    EXPECT_TRUE(store_->entries("", "", 1, {}));
    EXPECT_TRUE(store_->entries("", "", 1'000, {}));
    EXPECT_FALSE(store_->entries("", "", 1'001, {}));
    EXPECT_FALSE(store_->entries("", "sample", 1, {}));
}

TEST_F(SqliteStore, names_are_values_and_never_part_of_the_question) {
    ring(noon, "ring");
    store_->flush();
    EXPECT_EQ(texts("' OR 1=1 --", ""), "");
    const auto found = store_->samples("b0a7d001", "x' UNION SELECT 1, 2 --", always, 10);
    ASSERT_TRUE(found);
    EXPECT_TRUE(found->empty());
}

TEST_F(SqliteStore, its_files_are_for_the_owner_alone) {
    number(noon, 1);
    store_->flush();
    std::size_t files = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path())) {
        EXPECT_EQ(file.status().permissions(), std::filesystem::perms(0600)) << file.path();
        ++files;
    }
    EXPECT_EQ(files, 3U); // with its write-ahead log and the log's index
    store_.reset();
    ::chmod(folder_.file().c_str(), 0644);
    open();
    EXPECT_EQ(std::filesystem::status(folder_.file()).permissions(), std::filesystem::perms(0600));
}

TEST_F(SqliteStore, closing_tidies_the_write_ahead_log_away) {
    number(noon, 1);
    store_->flush();
    EXPECT_EQ(points().size(), 1U); // a reader's connection is idle now
    store_.reset();
    EXPECT_FALSE(std::filesystem::exists(folder_.file().string() + "-wal"));
}

TEST_F(SqliteStore, a_long_reader_does_not_hold_the_writer_up) {
    number(noon, 1);
    store_->flush();
    SQLite::Database reader(folder_.file(), SQLite::OPEN_READONLY);
    SQLite::Statement scan(reader, "SELECT value FROM samples");
    ASSERT_TRUE(scan.executeStep());
    number(noon, 2);
    store_->flush();
    EXPECT_EQ(store_->health().rows_written, 2U);
}

TEST_F(SqliteStore, many_threads_may_ask_while_one_records) {
    std::vector<std::thread> readers;
    for (int i = 0; i < 4; ++i) {
        readers.emplace_back([this] {
            for (int n = 0; n < 50; ++n) {
                EXPECT_TRUE(store_->samples("b0a7d001", "temperature", always, 10));
                EXPECT_TRUE(store_->entries("", "", 10, {}));
            }
        });
    }
    for (int i = 0; i < 5'000; ++i) number(noon + microseconds(i), i);
    for (std::thread& reader : readers) reader.join();
    store_->flush();
    EXPECT_EQ(points().size(), 5'000U);
}

} // namespace
} // namespace hub::timeline
