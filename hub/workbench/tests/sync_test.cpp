// SPDX-License-Identifier: Apache-2.0
// Plans for a board that is a map of paths; tests/e2e/test_sync.py has real ones.
#include "hub/workbench/sync.hpp"

#include "hub/workbench/repl/digest.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>
#include <set>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

class MapBoard final : public BoardFiles {
public:
    base::Result<std::vector<BoardEntry>> list(const std::string& path) override { return walk(path); }
    base::Result<std::vector<BoardEntry>> walk(const std::string& path) override {
        std::vector<BoardEntry> found;
        const std::string prefix = path.empty() ? "" : path + "/";
        for (const auto& folder : folders) {
            if (folder.starts_with(prefix) && folder != path) found.push_back({folder.substr(prefix.size()), true, 0});
        }
        for (const auto& [name, content] : files) {
            if (name.starts_with(prefix)) found.push_back({name.substr(prefix.size()), false, content.size()});
        }
        return found;
    }
    base::Result<std::optional<BoardEntry>> look(const std::string& path) override {
        if (path.empty() || folders.contains(path)) return BoardEntry{path, true, 0};
        if (!files.contains(path)) return std::nullopt;
        return BoardEntry{path, false, files[path].size()};
    }
    base::Result<BoardSpace> space(const std::string&) override { return BoardSpace{1'000'000, free}; }
    base::Result<std::string> sha256(const std::string& path) override { return sha256_hex(files[path]); }
    base::Result<> read(const std::string& path, const Sink& sink) override { return sink(files[path]); }
    base::Result<> write(const std::string& path, std::string_view content) override {
        files[path] = content;
        if (written) written(path);
        return {};
    }
    base::Result<> flush() override { return {}; }
    void on_written(std::function<void(const std::string&)> call) override { written = std::move(call); }
    base::Result<std::vector<std::size_t>> differing(const std::vector<WantedFile>& wanted) override {
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const auto file = files.find(wanted[i].path);
            if (file == files.end() || sha256_hex(file->second) != wanted[i].sha256) places.push_back(i);
        }
        return places;
    }
    base::Result<bool> is_read_only() override { return read_only; }
    base::Result<> remove(const std::string& path, bool) override {
        removed.push_back(path);
        files.erase(path);
        return {};
    }
    base::Result<> make_folder(const std::string& path) override { return make_folders({path}); }
    base::Result<> make_folders(const std::vector<std::string>& paths) override {
        folders.insert(paths.begin(), paths.end());
        return {};
    }
    base::Result<> remove_folder(const std::string& path) override {
        removed.push_back(path);
        folders.erase(path);
        return {};
    }
    base::Result<> move(const std::string&, const std::string&) override { return {}; }
    base::Result<> copy(const std::string&, const std::string&) override { return {}; }
    base::Result<> touch(const std::string&) override { return {}; }

    std::map<std::string, std::string> files;
    std::set<std::string> folders;
    std::vector<std::string> removed;
    std::uint64_t free = 1'000'000;
    bool read_only = false;
    std::function<void(const std::string&)> written;
};

class Sync : public testing::Test {
protected:
    Sync() {
        std::string path = (fs::temp_directory_path() / "ouro-sync-XXXXXX").string();
        folder_ = ::mkdtemp(path.data());
    }
    ~Sync() override { fs::remove_all(folder_); }
    void file(const std::string& path, const std::string& content) {
        fs::create_directories((folder_ / path).parent_path());
        std::ofstream(folder_ / path, std::ios::binary) << content;
    }
    SyncPlan plan(const SyncOptions& options) {
        auto plan = plan_sync(board_, folder_, options);
        EXPECT_TRUE(plan) << plan.error().message.view();
        return plan ? *plan : SyncPlan{};
    }
    static std::vector<std::string> paths(const std::vector<LocalFile>& files) {
        std::vector<std::string> all;
        for (const LocalFile& file : files) all.push_back(file.there);
        return all;
    }
    static std::vector<std::string> paths(const std::vector<BoardEntry>& entries) {
        std::vector<std::string> all;
        for (const BoardEntry& entry : entries) all.push_back(entry.path);
        return all;
    }
    using Names = std::vector<std::string>;

    fs::path folder_;
    MapBoard board_;
};

TEST_F(Sync, the_plan_tells_added_changed_and_unchanged_files_apart) {
    file("main.py", "new");
    file("lib/a.py", "a");
    file("lib/b.py", "bb");
    board_.files = {{"main.py", "old"}, {"lib/a.py", "a"}, {"other.py", "x"}};
    const SyncPlan made = plan({});
    EXPECT_EQ(paths(made.added), Names{"lib/b.py"});
    EXPECT_EQ(paths(made.changed), Names{"main.py"});
    EXPECT_EQ(made.unchanged, 1U);
    EXPECT_EQ(made.bytes, 5U);
    EXPECT_GT(made.wire_bytes, 0U);
    EXPECT_TRUE(made.removed.empty()) << "what was not asked for stays";
    const auto report = carry_out(board_, made, {});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->files.written, 2U);
    EXPECT_EQ(board_.files["lib/b.py"], "bb");
    EXPECT_TRUE(board_.folders.contains("lib"));
    EXPECT_TRUE(plan({}).is_empty());
    EXPECT_TRUE(board_.files.contains("other.py"));
}

TEST_F(Sync, a_target_that_is_not_there_is_made_with_the_folders_above_it) {
    file("a.py", "a");
    const SyncPlan made = plan({"deep/er/", false});
    EXPECT_EQ(made.folders, (Names{"deep", "deep/er"}));
    EXPECT_EQ(paths(made.added), Names{"deep/er/a.py"});
    EXPECT_EQ(plan({"/lib", false}).folders, Names{"/lib"});
    EXPECT_TRUE(plan({"/", false}).folders.empty());
}

TEST_F(Sync, what_is_removed_is_neither_ignored_nor_what_a_board_is_reached_by) {
    file("main.py", "m");
    file(".ouroignore", "*.log\n");
    file("skip.log", "here");
    board_.folders = {"old", "old/deep", "data"};
    board_.files = {{"boot.py", "b"},
                    {"settings.toml", "s"},
                    {"webrepl_cfg.py", "w"},
                    {"secret_config.py", "p"},
                    {"old/deep/x.py", "xx"},
                    {"data/today.log", "kept"},
                    {"old/boot.py", "not the board's"}};
    const SyncPlan made = plan({"", true});
    EXPECT_EQ(paths(made.added), Names{"main.py"});
    EXPECT_EQ(paths(made.removed), (Names{"old/deep/x.py", "old/boot.py", "old/deep", "old"}));
    ASSERT_TRUE(carry_out(board_, made, {}));
    EXPECT_EQ(board_.removed, paths(made.removed));
    EXPECT_EQ(board_.folders, std::set<std::string>{"data"});
    EXPECT_EQ(board_.files.size(), 6U);
}

TEST_F(Sync, what_does_not_fit_is_refused_before_anything_is_written) {
    file("a.bin", std::string(600, 'a'));
    board_.free = 600;
    EXPECT_EQ(plan({}).bytes_needed, 600U);
    board_.free = 599;
    const auto refused = plan_sync(board_, folder_, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::full);
    board_.files = {{"a.bin", std::string(600, 'b')}};
    EXPECT_FALSE(plan_sync(board_, folder_, {})) << "the new one is written beside the old one";
    board_.files["junk"] = "x";
    EXPECT_TRUE(plan_sync(board_, folder_, {"", true})) << "what goes makes room";
}

TEST_F(Sync, a_read_only_board_is_refused_with_what_to_do) {
    file("a.py", "a");
    board_.read_only = true;
    const auto refused = plan_sync(board_, folder_, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::refused);
    EXPECT_NE(refused.error().hint.view().find("storage.remount"), std::string_view::npos);
    board_.files = {{"a.py", "a"}};
    EXPECT_TRUE(plan_sync(board_, folder_, {})) << "nothing is to be written";
}

TEST_F(Sync, a_folder_that_is_not_there_is_named) {
    const auto none = plan_sync(board_, folder_ / "none", {});
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, ErrorCode::not_found);
}

} // namespace
} // namespace hub::workbench
