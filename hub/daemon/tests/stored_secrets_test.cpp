// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/stored_secrets.hpp"

#include "hub/daemon/secret_store.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <sstream>
#include <thread>

namespace hub::daemon {
namespace {

using base::ErrorCode;

struct StoredSecretsTest : testing::Test {
    std::filesystem::path parent;
    std::filesystem::path data;

    StoredSecretsTest() {
        std::string name = (std::filesystem::temp_directory_path() / "ouro-secrets-XXXXXX").string();
        parent = ::mkdtemp(name.data());
        data = parent / "data";
    }
    ~StoredSecretsTest() override { std::filesystem::remove_all(parent); }

    StoredSecrets secrets() const { return StoredSecrets(data); }
    std::filesystem::path file() const { return data / "secrets.json"; }
    std::string content() const {
        std::ostringstream text;
        text << std::ifstream(file()).rdbuf();
        return text.str();
    }
    std::string value(const std::string& name, const std::string& board) const {
        return SecretStore::open(data, SecretStore::Purpose::read)->for_board(board)[name];
    }
    static unsigned mode(const std::filesystem::path& path) {
        struct stat info {};
        EXPECT_EQ(::stat(path.c_str(), &info), 0);
        return info.st_mode & 0777U;
    }
};

TEST_F(StoredSecretsTest, one_is_kept_for_its_owner_alone_and_listed_without_its_value) {
    ASSERT_TRUE(secrets().list());
    EXPECT_TRUE(secrets().list()->empty());
    EXPECT_FALSE(std::filesystem::exists(data)) << "looking makes nothing";
    const auto kept = secrets().keep("API_KEY", "", "hush");
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->name, "API_KEY");
    EXPECT_GT(kept->set_at_ms, 0);
    EXPECT_EQ(mode(data), 0700U);
    EXPECT_EQ(mode(file()), 0600U);
    EXPECT_EQ(mode(data / "secrets.lock"), 0600U);
    const auto list = secrets().list();
    ASSERT_EQ(list->size(), 1U);
    EXPECT_EQ(list->front().name, "API_KEY");
    EXPECT_EQ(list->front().board, "");
    EXPECT_EQ(list->front().set_at_ms, kept->set_at_ms);
}

TEST_F(StoredSecretsTest, a_boards_own_value_stands_beside_the_one_for_all_and_goes_alone) {
    ASSERT_TRUE(secrets().keep("API_KEY", "abcd1234", "its own"));
    ASSERT_TRUE(secrets().keep("API_KEY", "", "for all"));
    ASSERT_TRUE(secrets().keep("API_KEY", "", "another for all"));
    ASSERT_EQ(secrets().list()->size(), 2U);
    EXPECT_EQ(secrets().list()->front().board, "") << "the one for all comes first";
    EXPECT_EQ(value("API_KEY", "abcd1234"), "its own");
    ASSERT_TRUE(secrets().remove("API_KEY", "abcd1234"));
    EXPECT_EQ(value("API_KEY", "abcd1234"), "another for all");
    const auto gone = secrets().remove("API_KEY", "abcd1234");
    ASSERT_FALSE(gone);
    EXPECT_EQ(gone.error().code, ErrorCode::not_found);
    EXPECT_EQ(gone.error().message.view(), "No API_KEY is kept for board abcd1234");
}

TEST_F(StoredSecretsTest, what_can_be_no_name_or_value_is_refused_and_not_repeated) {
    for (const std::string& name :
         {std::string(), std::string("9A"), std::string("A-B"), std::string("A\nB"), std::string(49, 'A')}) {
        EXPECT_EQ(secrets().keep(name, "", "hush").error().code, ErrorCode::invalid_argument) << name;
        EXPECT_EQ(secrets().remove(name, "").error().code, ErrorCode::invalid_argument) << name;
    }
    for (const std::string& text :
         {std::string(), std::string("two\nlines"), std::string("nul\0", 4), std::string(1025, 'x')}) {
        const auto kept = secrets().keep("API_KEY", "", text);
        ASSERT_FALSE(kept);
        EXPECT_EQ(kept.error().code, ErrorCode::invalid_argument);
        EXPECT_EQ(kept.error().message.view(), "A secret is one line of 1 to 1024 bytes");
    }
    EXPECT_FALSE(std::filesystem::exists(file()));
    EXPECT_TRUE(secrets().keep(std::string(48, 'A'), "", std::string(1024, 'x')));
}

TEST_F(StoredSecretsTest, there_is_room_for_256_and_a_full_store_still_replaces) {
    auto store = SecretStore::open(data, SecretStore::Purpose::change);
    ASSERT_TRUE(store);
    for (int i = 0; i < 255; ++i) ASSERT_TRUE(store->set({"NAME_" + std::to_string(i), "", "x", 1}));
    ASSERT_TRUE(store->save());
    store = tl::unexpected(base::Error()); // lets go of the lock
    EXPECT_TRUE(secrets().keep("THE_LAST", "", "hush"));
    const auto more = secrets().keep("ONE_MORE", "", "hush");
    ASSERT_FALSE(more);
    EXPECT_EQ(more.error().code, ErrorCode::full);
    EXPECT_TRUE(secrets().keep("THE_LAST", "", "another"));
    EXPECT_EQ(secrets().list()->size(), 256U);
}

TEST_F(StoredSecretsTest, a_file_that_others_can_read_is_neither_read_nor_written) {
    ASSERT_TRUE(secrets().keep("API_KEY", "", "hush"));
    for (const unsigned readable : {0640U, 0604U, 0666U}) {
        ::chmod(file().c_str(), readable);
        EXPECT_EQ(secrets().list().error().code, ErrorCode::refused);
        EXPECT_EQ(secrets().keep("B", "", "x").error().code, ErrorCode::refused);
        EXPECT_EQ(secrets().remove("API_KEY", "").error().code, ErrorCode::refused);
    }
    ::chmod(file().c_str(), 0600);
    EXPECT_EQ(secrets().list()->size(), 1U);
}

TEST_F(StoredSecretsTest, a_broken_file_is_told_and_left_as_it_is) {
    ASSERT_TRUE(secrets().keep("API_KEY", "", "hush"));
    for (const char* broken : {"{", "[]", R"({"salt":"x","secrets":[{"name":"9A","board":"","value":"x"}]})"}) {
        std::ofstream(file()) << broken;
        EXPECT_EQ(secrets().list().error().code, ErrorCode::malformed) << broken;
        EXPECT_EQ(secrets().keep("B", "", "x").error().code, ErrorCode::malformed) << broken;
        EXPECT_EQ(content(), broken);
    }
}

TEST_F(StoredSecretsTest, two_who_change_it_at_once_lose_nothing) {
    ASSERT_TRUE(secrets().keep("API_KEY", "", "hush"));
    std::atomic<bool> good = true;
    const auto keep_ten = [&](const std::string& name) {
        for (int i = 0; i < 10; ++i) {
            if (!secrets().keep(name + std::to_string(i), "", "x")) good = false;
        }
    };
    std::thread other(keep_ten, "A_");
    keep_ten("B_");
    other.join();
    EXPECT_TRUE(good);
    EXPECT_EQ(secrets().list()->size(), 21U);
}

} // namespace
} // namespace hub::daemon
