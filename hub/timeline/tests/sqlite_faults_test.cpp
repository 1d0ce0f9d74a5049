// SPDX-License-Identifier: Apache-2.0
#include "hub/timeline/sqlite_store.hpp"
#include "hub/timeline/tests/temporary_folder.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace hub::timeline {
namespace {

const core::Time noon{std::chrono::seconds(1'700'000'000)};
const Span always{core::Time::min(), core::Time::max()};

void number(Store& store, double value) {
    store.on_change(core::StateChanged{"b0a7d001", "temperature", core::State{value, noon}});
}
void log(Store& store, const std::string& text) { store.on_change(core::LogLine{"b0a7d001", "info", text, noon}); }

std::unique_ptr<Store> open_or_fail(const std::filesystem::path& file, const SqliteLimits& limits = {}) {
    auto opened = open_sqlite(file, limits);
    EXPECT_TRUE(opened) << opened.error().message.view();
    return opened ? std::move(*opened) : nullptr;
}

std::int64_t count(const std::filesystem::path& file, const char* table) {
    SQLite::Database database(file, SQLite::OPEN_READWRITE); // may have to recover a write-ahead log
    EXPECT_EQ(database.execAndGet("PRAGMA integrity_check").getString(), "ok");
    return database.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt64();
}

void fill(const std::filesystem::path& file) {
    const auto store = open_or_fail(file);
    for (int i = 0; i < 20'000; ++i) number(*store, i);
}

std::size_t files_named(const std::filesystem::path& folder, const std::string& part) {
    std::size_t found = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().filename().string().find(part) != std::string::npos) ++found;
    }
    return found;
}

TEST(SqliteFaults, a_writer_that_is_killed_loses_no_row_that_was_flushed) {
    for (const int rounds_before_the_kill : {1, 7, 40}) {
        const TemporaryFolder folder;
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe(pipe.data()), 0);
        const pid_t child = ::fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const auto store = open_or_fail(folder.file());
            while (true) { // until it is killed
                for (int i = 0; i < 500; ++i) number(*store, i);
                store->flush();
                if (::write(pipe[1], "f", 1) != 1) ::_exit(1);
            }
        }
        ::close(pipe[1]);
        std::int64_t flushed = 0;
        char byte = 0;
        while (flushed < rounds_before_the_kill * 500 && ::read(pipe[0], &byte, 1) == 1) flushed += 500;
        ::kill(child, SIGKILL);
        while (::read(pipe[0], &byte, 1) == 1) flushed += 500; // said before the end
        ::close(pipe[0]);
        ::waitpid(child, nullptr, 0);
        EXPECT_GE(flushed, rounds_before_the_kill * 500);
        EXPECT_GE(count(folder.file(), "samples"), flushed);
        EXPECT_EQ(open_or_fail(folder.file())->health().problem, "");
    }
}

TEST(SqliteFaults, a_newer_schema_is_refused_and_left_alone) {
    const TemporaryFolder folder;
    fill(folder.file());
    SQLite::Database(folder.file(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 2");
    const auto opened = open_sqlite(folder.file());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::ErrorCode::unsupported);
    EXPECT_EQ(count(folder.file(), "samples"), 20'000);
}

TEST(SqliteFaults, another_programs_database_is_refused_and_left_alone) {
    const TemporaryFolder folder;
    {
        SQLite::Database database(folder.file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec("CREATE TABLE recipes (name TEXT)");
    }
    const auto opened = open_sqlite(folder.file());
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::ErrorCode::unsupported);
    EXPECT_EQ(count(folder.file(), "recipes"), 0);
}

TEST(SqliteFaults, a_folder_that_is_not_there_is_an_error_with_a_hint) {
    const TemporaryFolder folder;
    const auto opened = open_sqlite(folder.path() / "nowhere" / "timeline.db");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::ErrorCode::io);
    EXPECT_FALSE(opened.error().hint.empty());
}

TEST(SqliteFaults, a_file_that_is_no_database_is_moved_aside) {
    const TemporaryFolder folder;
    std::ofstream(folder.file()) << std::string(5'000, '!');
    const auto store = open_or_fail(folder.file());
    number(*store, 1);
    store->flush();
    EXPECT_NE(store->health().problem.find("was damaged. It is kept as"), std::string::npos);
    EXPECT_EQ(store->health().rows_written, 1U);
    EXPECT_EQ(files_named(folder.path(), ".damaged-"), 1U);
}

TEST(SqliteFaults, flipped_bits_in_the_middle_are_found_and_the_file_is_moved_aside) {
    const TemporaryFolder folder;
    fill(folder.file());
    {
        std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(20 * 4096);
        file << std::string(8'192, '\x5A');
    }
    const auto store = open_or_fail(folder.file());
    number(*store, 1);
    store->flush();
    EXPECT_NE(store->health().problem.find("was damaged"), std::string::npos);
    const auto found = store->samples("b0a7d001", "temperature", always, 10);
    ASSERT_TRUE(found) << found.error().message.view();
    EXPECT_EQ(found->size(), 1U);
    EXPECT_EQ(files_named(folder.path(), ".damaged-"), 1U);
}

TEST(SqliteFaults, damage_that_only_writing_finds_costs_no_row_either) {
    const TemporaryFolder folder;
    fill(folder.file());
    {
        std::fstream file(folder.file(), std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4'096); // all but the page with the schema
        file << std::string(std::filesystem::file_size(folder.file()) - 4'096, '\x5A');
    }
    SqliteLimits limits;
    limits.checked_size_max = 1;
    const auto store = open_or_fail(folder.file(), limits);
    EXPECT_FALSE(store->samples("b0a7d001", "temperature", always, 10));
    number(*store, 1);
    store->flush();
    store->flush(); // the second attempt begins the new file
    EXPECT_NE(store->health().problem.find("was damaged"), std::string::npos);
    EXPECT_EQ(store->health().rows_written, 1U);
    const auto found = store->samples("b0a7d001", "temperature", always, 10);
    ASSERT_TRUE(found) << found.error().message.view();
    EXPECT_EQ(found->size(), 1U);
}

TEST(SqliteFaults, a_truncated_file_is_moved_aside) {
    const TemporaryFolder folder;
    fill(folder.file());
    std::filesystem::resize_file(folder.file(), 10 * 4096);
    const auto store = open_or_fail(folder.file());
    number(*store, 1);
    store->flush();
    EXPECT_EQ(store->health().rows_written, 1U);
    EXPECT_NE(store->health().problem.find("was damaged"), std::string::npos);
}

TEST(SqliteFaults, a_lock_by_another_program_costs_time_and_no_row) {
    const TemporaryFolder folder;
    const auto store = open_or_fail(folder.file());
    store->flush();
    SQLite::Database other(folder.file(), SQLite::OPEN_READWRITE);
    other.exec("BEGIN IMMEDIATE");
    number(*store, 1);
    store->flush();
    EXPECT_NE(store->health().problem.find("locked"), std::string::npos);
    EXPECT_EQ(store->health().rows_waiting, 1U);
    other.exec("ROLLBACK");
    store->flush();
    EXPECT_EQ(store->health().problem, "");
    EXPECT_EQ(store->health().rows_waiting, 0U);
    EXPECT_EQ(store->health().rows_written, 1U);
}

/// While it lives, no file of this process may grow beyond a size: writing then fails as on a broken disk.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) {
        ::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }

private:
    rlimit before_{};
};

TEST(SqliteFaults, a_disk_that_fails_is_said_and_recording_resumes) {
    const TemporaryFolder folder;
    const auto store = open_or_fail(folder.file());
    number(*store, 0);
    store->flush();
    {
        const FileSizeLimit limit(20'000);
        for (int i = 0; i < 3'000; ++i) number(*store, i);
        store->flush();
        EXPECT_NE(store->health().problem.find("can't be written"), std::string::npos);
        EXPECT_EQ(store->health().rows_waiting, 3'000U);
    }
    store->flush();
    EXPECT_EQ(store->health().problem, "");
    EXPECT_EQ(store->health().rows_written, 3'001U);
    EXPECT_EQ(store->health().rows_dropped, 0U);
    EXPECT_EQ(count(folder.file(), "samples"), 3'001);
}

TEST(SqliteFaults, while_the_disk_fails_logs_make_room_first_and_every_loss_is_counted) {
    const TemporaryFolder folder;
    SqliteLimits limits;
    limits.rows_waiting_max = 2'000;
    limits.batch_rows = 100;
    const auto store = open_or_fail(folder.file(), limits);
    store->flush();
    {
        const FileSizeLimit limit(4'096);
        for (int i = 0; i < 500; ++i) log(*store, "line");
        store->flush();
        for (int i = 0; i < 1'800; ++i) number(*store, i);
        store->flush();
        EXPECT_EQ(store->health().rows_waiting, 2'000U);
        EXPECT_EQ(store->health().rows_dropped, 300U);
    }
    store->flush();
    EXPECT_EQ(store->health().rows_written, 2'000U);
    EXPECT_EQ(count(folder.file(), "samples"), 1'800);
    EXPECT_EQ(count(folder.file(), "entries"), 200);
}

// Runs in a child with mounts of its own. Returns what went wrong; 0 for nothing.
int fill_a_small_disk(const std::filesystem::path& folder) {
    if (::mount("none", folder.c_str(), "tmpfs", 0, "size=256k") != 0) return 100;
    const auto store = open_or_fail(folder / "timeline.db");
    for (int i = 0; i < 30'000; ++i) number(*store, i);
    store->flush();
    const Health full = store->health();
    if (full.problem.find("disk of the timeline is full") == std::string::npos) return 1;
    if (full.rows_written + full.rows_waiting != 30'000) return 2;
    if (::mount("none", folder.c_str(), "tmpfs", MS_REMOUNT, "size=16m") != 0) return 3;
    store->flush();
    const Health after = store->health();
    if (!after.problem.empty()) return 4;
    if (after.rows_written != 30'000 || after.rows_dropped != 0) return 5;
    return count(folder / "timeline.db", "samples") == 30'000 ? 0 : 6;
}

TEST(SqliteFaults, a_full_disk_is_said_and_recording_resumes_when_there_is_room) {
    const TemporaryFolder folder;
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
        if (::unshare(CLONE_NEWNS) != 0) ::_exit(100);
        if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) ::_exit(100);
        ::_exit(fill_a_small_disk(folder.path()));
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFEXITED(status));
    if (WEXITSTATUS(status) == 100) GTEST_SKIP() << "needs the right to mount";
    EXPECT_EQ(WEXITSTATUS(status), 0);
}

} // namespace
} // namespace hub::timeline
