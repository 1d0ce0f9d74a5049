// SPDX-License-Identifier: Apache-2.0
// Which files of a folder become an app on the board, and what is refused.
#include "firmware/ports/posix/app_files.hpp"

#include "base/tests/temporary_folder.hpp"
#include "firmware/ports/shared/strict_flash.hpp"
#include "firmware/vm/flash_image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace firmware::ports::posix {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;

class AppFiles : public testing::Test {
protected:
    void put(const std::string& name, const std::string& content = "x") {
        const std::filesystem::path path = app + "/" + name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << content;
    }
    std::string refused() {
        const auto done = install(flash, app);
        return done ? "nothing" : std::string(done.error().message.view());
    }
    /// Whether the board's app is exactly these files: then to install them again writes nothing.
    bool holds(const std::map<std::string, std::string>& files) {
        std::vector<vm::ImageFile> image;
        for (const auto& [name, content] : files) {
            image.push_back({name, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()}});
        }
        const std::vector<std::uint8_t> before = medium;
        return vm::install_app(flash, "door", image).has_value() && medium == before;
    }

    base::tests::TemporaryFolder folder;
    std::string app = folder.path() / "door";
    std::vector<std::uint8_t> medium = std::vector<std::uint8_t>(std::size_t{4096} * 128, 0xFF);
    StrictFlash flash{medium, {4096, 128, 256}};
};

TEST_F(AppFiles, takes_sub_folders_and_leaves_hidden_things_out) {
    put("app.py", "import lib.door");
    put("lib/__init__.py", "");
    put("lib/door.py", "x = 1");
    put("lib/deep/er.py", "y = 2");
    put(".git/config");
    put(".hidden");
    put("__pycache__/app.cpython-311.pyc");
    put("lib/__pycache__/door.cpython-311.pyc");
    const auto installed = install(flash, app);
    ASSERT_TRUE(installed) << installed.error().message.view();
    EXPECT_EQ(*installed, "door");
    EXPECT_TRUE(holds({{"app.py", "import lib.door"},
                       {"lib/__init__.py", ""},
                       {"lib/door.py", "x = 1"},
                       {"lib/deep/er.py", "y = 2"}}));
}

TEST_F(AppFiles, needs_the_file_that_the_app_starts_with) {
    EXPECT_THAT(refused(), HasSubstr("there is no folder"));
    put("main.py");
    EXPECT_THAT(refused(), HasSubstr("there is no app.py in"));
    put("app.toml", "entry = 'main.py'\n");
    EXPECT_EQ(refused(), "nothing");
    put("app.toml", "entry = 'other.py'\n");
    EXPECT_THAT(refused(), HasSubstr("there is no other.py in"));
}

TEST_F(AppFiles, goes_three_folders_deep) {
    put("app.py");
    put("a/b/c/d.py");
    EXPECT_EQ(refused(), "nothing");
    put("a/b/c/d/e.py");
    EXPECT_THAT(refused(), EndsWith("3 deep: a/b/c/d"));
}

TEST_F(AppFiles, takes_64_files_of_256_kib) {
    put("app.py");
    for (int i = 0; i < 63; ++i) put("f" + std::to_string(i));
    EXPECT_EQ(refused(), "nothing");
    put("one_more");
    EXPECT_THAT(refused(), HasSubstr("at most 64 files"));
    std::filesystem::remove(app + "/one_more");
    put("f0", std::string(256 * 1024 + 1, 'x'));
    EXPECT_THAT(refused(), HasSubstr("at most 256 KiB"));
}

TEST_F(AppFiles, does_not_follow_links_to_folders) {
    put("app.py");
    std::filesystem::create_directory_symlink(app, app + "/again");
    EXPECT_EQ(refused(), "nothing");
    EXPECT_TRUE(holds({{"app.py", "x"}}));
}

} // namespace
} // namespace firmware::ports::posix
