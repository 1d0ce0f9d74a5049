// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/data_folder.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace hub::daemon {
namespace {

struct DataFolderTest : testing::Test {
    std::filesystem::path parent;
    std::filesystem::path path;

    DataFolderTest() {
        std::string name = (std::filesystem::temp_directory_path() / "ouro-data-XXXXXX").string();
        parent = ::mkdtemp(name.data());
        path = parent / "deep/data";
    }
    ~DataFolderTest() override { std::filesystem::remove_all(parent); }

    static unsigned mode(const std::filesystem::path& file) {
        struct stat info {};
        EXPECT_EQ(::stat(file.c_str(), &info), 0);
        return info.st_mode & 0777U;
    }
};

TEST_F(DataFolderTest, the_folder_is_made_for_its_user_alone) {
    ASSERT_TRUE(DataFolder::open(path));
    EXPECT_EQ(mode(path), 0700U);
}

TEST_F(DataFolderTest, a_second_hub_is_refused_until_the_first_is_gone) {
    {
        const auto first = DataFolder::open(path);
        ASSERT_TRUE(first);
        const auto second = DataFolder::open(path);
        ASSERT_FALSE(second);
        EXPECT_EQ(second.error().code, base::ErrorCode::busy);
        EXPECT_NE(second.error().message.view().find(path.string()), std::string_view::npos);
    }
    EXPECT_TRUE(DataFolder::open(path));
}

TEST_F(DataFolderTest, the_token_is_made_once_and_kept_private) {
    const auto folder = DataFolder::open(path);
    const auto token = folder->token("token");
    ASSERT_TRUE(token);
    EXPECT_EQ(token->size(), 43U);
    EXPECT_EQ(*folder->token("token"), *token);
    EXPECT_EQ(mode(path / "token"), 0600U);
}

TEST_F(DataFolderTest, a_token_that_others_can_read_is_refused) {
    const auto folder = DataFolder::open(path);
    ASSERT_TRUE(folder->token("token"));
    for (const unsigned readable : {0640U, 0604U, 0666U}) {
        ::chmod((path / "token").c_str(), readable);
        EXPECT_EQ(folder->token("token").error().code, base::ErrorCode::refused);
    }
    ::chmod((path / "token").c_str(), 0400);
    EXPECT_TRUE(folder->token("token"));
}

TEST_F(DataFolderTest, a_token_that_is_none_is_refused) {
    const auto folder = DataFolder::open(path);
    for (const std::string& bad : {std::string(), std::string("short"), std::string(43, ' '), std::string(129, 'a'),
                                   std::string(43, 'a') + "\n\n"}) {
        ASSERT_TRUE(write_private_file(path / "token", bad));
        EXPECT_EQ(folder->token("token").error().code, base::ErrorCode::malformed) << bad;
    }
    std::filesystem::remove(path / "token");
    std::filesystem::create_symlink("/proc/self/environ", path / "token");
    EXPECT_EQ(folder->token("token").error().code, base::ErrorCode::io);
}

TEST_F(DataFolderTest, tokens_of_lesser_roles_are_only_there_if_somebody_put_them) {
    const auto folder = DataFolder::open(path);
    EXPECT_EQ(folder->find_token("token.viewer").value(), std::nullopt);
    ASSERT_TRUE(write_private_file(path / "token.viewer", std::string(20, 'v')));
    EXPECT_EQ(folder->find_token("token.viewer").value(), std::string(20, 'v'));
}

} // namespace
} // namespace hub::daemon
