// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/app_files.hpp"

#include "hub/workbench/python_caches.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

class AppFilesTest : public testing::Test {
protected:
    AppFilesTest() {
        std::string name = (fs::temp_directory_path() / "ouro-app-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        folder_ = fs::path(name) / "door";
        write("app.py", "import src.a\n");
        write("src/a.py", "A = 1\n");
    }
    ~AppFilesTest() override { fs::remove_all(folder_.parent_path()); }

    void write(const std::string& path, std::string_view text) {
        fs::create_directories((folder_ / path).parent_path());
        std::ofstream(folder_ / path) << text;
    }
    AppFolder read() {
        const auto app = read_app_folder(folder_, "");
        EXPECT_TRUE(app) << app.error().message.view();
        return *app;
    }
    ErrorCode error(const std::string& name = "") {
        const auto app = read_app_folder(folder_, name);
        return app ? ErrorCode::internal : app.error().code;
    }

    fs::path folder_;
};

TEST_F(AppFilesTest, an_app_is_its_files_without_caches_and_hidden_ones) {
    for (const std::string path : {".git/config", ".env", "src/__pycache__/a.pyc", "src/b.pyc"}) write(path, "x");
    const AppFolder app = read();
    EXPECT_EQ(app.name, "door");
    ASSERT_EQ(app.files.size(), 2U);
    EXPECT_EQ(app.files[0].path, "app.py");
    EXPECT_EQ(app.files[1].path, "src/a.py");
    EXPECT_EQ(app.files[1].size, 6U);
    EXPECT_EQ(app.files[1].sha256.size(), 64U);
}

TEST_F(AppFilesTest, the_version_follows_from_names_and_contents) {
    const std::string version = read().version;
    EXPECT_EQ(version.size(), 12U);
    EXPECT_EQ(read().version, version);
    write("src/a.py", "A = 2\n");
    EXPECT_NE(read().version, version);
    write("src/a.py", "A = 1\n");
    EXPECT_EQ(read().version, version);
    fs::rename(folder_ / "src/a.py", folder_ / "src/b.py");
    EXPECT_NE(read().version, version);
}

TEST_F(AppFilesTest, a_name_is_what_a_board_takes) {
    EXPECT_EQ(error(std::string(32, 'x')), ErrorCode::internal);
    for (const std::string& name : {std::string(33, 'x'), std::string("a/b"), std::string(".."), std::string("a b")}) {
        EXPECT_EQ(error(name), ErrorCode::invalid_argument) << name;
    }
}

TEST_F(AppFilesTest, a_folder_without_a_beginning_is_no_app) {
    fs::remove(folder_ / "app.py");
    EXPECT_EQ(error(), ErrorCode::not_found);
    fs::remove_all(folder_);
    EXPECT_EQ(error(), ErrorCode::not_found);
}

TEST_F(AppFilesTest, a_link_that_leads_back_ends) {
    fs::create_directory_symlink(folder_, folder_ / "again");
    EXPECT_EQ(error(), ErrorCode::too_large);
}

TEST_F(AppFilesTest, too_many_files_are_no_app) {
    for (std::size_t i = 2; i < app_files_max; ++i) write("many/" + std::to_string(i), "");
    EXPECT_EQ(error(), ErrorCode::internal);
    write("one more", "");
    EXPECT_EQ(error(), ErrorCode::too_large);
}

TEST_F(AppFilesTest, row_2_23_only_caches_are_removed) {
    for (const std::string path : {"src/__pycache__/a.pyc", "src/b.pyc", "src/pyc"}) write(path, "x");
    const auto removed = remove_python_caches(folder_);
    ASSERT_TRUE(removed);
    EXPECT_EQ(removed->size(), 2U);
    EXPECT_TRUE(fs::exists(folder_ / "src/pyc"));
    EXPECT_TRUE(remove_python_caches(folder_)->empty());
}

} // namespace
} // namespace hub::workbench
