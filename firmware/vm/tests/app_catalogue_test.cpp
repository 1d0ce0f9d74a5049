// SPDX-License-Identifier: Apache-2.0
// What the menu is told about /pyapps.
#include "firmware/vm/app_catalogue.hpp"

#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::vm::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Entry = bridge::AppEntry;
using Files = std::map<std::string, std::string>;

std::string icon() { return "P4\n24 24\n" + std::string(72, '\x81'); }

class AppCatalogue : public testing::Test {
protected:
    void put(std::string_view app, const Files& files) {
        std::vector<ImageFile> image;
        for (const auto& [name, content] : files) {
            image.push_back({name, {reinterpret_cast<const std::uint8_t*>(content.data()), content.size()}});
        }
        ASSERT_TRUE(install_app(board.flash, app, image));
    }

    /// The list that comes within a second, without its two marks.
    std::vector<Entry> listed() {
        std::vector<Entry> all;
        for (int i = 0; i < 100; ++i) {
            board.run_for(10);
            Entry entry;
            while (board.bridge().app_entries.pop(entry)) all.push_back(entry);
        }
        EXPECT_GE(all.size(), 2U);
        if (all.size() < 2) return {};
        EXPECT_EQ(all.front().op, Entry::Op::begin);
        EXPECT_EQ(all.back().op, Entry::Op::end);
        reason = all.front().problem.view();
        return {all.begin() + 1, all.end() - 1};
    }

    std::vector<std::string> titles() {
        std::vector<std::string> result;
        for (const Entry& entry : listed()) result.emplace_back(entry.title.view());
        return result;
    }

    Entry only(const Files& files) {
        put("thing", files);
        board.start();
        const auto entries = listed();
        EXPECT_THAT(entries, SizeIs(1));
        return entries.empty() ? Entry{} : entries[0];
    }

    void want() {
        board.bridge().apps_wanted = true;
        board.bridge().wake_vm->notify();
    }

    LockstepBoard board;
    std::string reason;
};

TEST_F(AppCatalogue, row_3_28_lists_folders_with_an_app_sorted_by_title) {
    put("zebra", {{"app.py", ""}, {"app.toml", "name = 'anemone'\n"}});
    put("Bird", {{"app.py", ""}});
    put("ant", {{"app.py", ""}, {"app.toml", "[app]\nname = 'Cat'\n"}});
    put("no_app", {{"main.py", ""}, {"app.toml", "name = 'Aaa'\n"}});
    board.start();
    EXPECT_THAT(titles(), ElementsAre("anemone", "Bird", "Cat"));
    EXPECT_EQ(reason, "");
    EXPECT_FALSE(board.bridge().apps_wanted);
}

TEST_F(AppCatalogue, carries_what_app_toml_says) {
    const Entry entry = only({{"src/main.py", ""},
                              {"pictures/icon.pbm", icon()},
                              {"app.toml", "[app]\nname = 'Snake'\nversion = '1.2'\nauthor = 'A'\ndescription = 'It "
                                           "grows.'\nentry = 'src/main.py'\nicon = 'pictures/icon.pbm'\n"}});
    EXPECT_EQ(entry.name.view(), "thing");
    EXPECT_EQ(entry.title.view(), "Snake");
    EXPECT_EQ(entry.version.view(), "1.2");
    EXPECT_EQ(entry.author.view(), "A");
    EXPECT_EQ(entry.description.view(), "It grows.");
    EXPECT_EQ(entry.problem.view(), "");
    EXPECT_TRUE(entry.startable);
    EXPECT_TRUE(entry.has_icon);
    EXPECT_EQ(entry.icon[0], 0x81);
}

TEST_F(AppCatalogue, row_3_28_a_bad_manifest_is_flagged_and_the_app_listed_by_its_folder) {
    const Entry entry = only({{"app.py", ""}, {"app.toml", "[app]\nname = snake\n"}});
    EXPECT_EQ(entry.title.view(), "thing");
    EXPECT_EQ(entry.problem.view(), "app.toml, line 2: no number, true, false or text");
    EXPECT_TRUE(entry.startable);
}

TEST_F(AppCatalogue, a_bad_icon_is_a_problem_and_no_failure) {
    const Entry entry = only({{"app.py", ""}, {"icon.pbm", "P1"}, {"app.toml", "icon = 'icon.pbm'\n"}});
    EXPECT_EQ(entry.problem.view(), "the icon is no portable bitmap (P4)");
    EXPECT_TRUE(entry.startable);
    EXPECT_FALSE(entry.has_icon);
}

TEST_F(AppCatalogue, a_missing_icon_is_a_problem_and_no_failure) {
    EXPECT_EQ(only({{"app.py", ""}, {"app.toml", "icon = 'icon.pbm'\n"}}).problem.view(), "the icon's file is missing");
}

TEST_F(AppCatalogue, what_an_app_requires_must_be_there) {
    const Entry entry = only({{"app.py", ""},
                              {"own.py", ""},
                              {"parts/__init__.py", ""},
                              {"app.toml", "requires = ['sys', 'json', 'ha', 'asyncio', 'own', 'parts', 'numpy']\n"}});
    EXPECT_EQ(entry.problem.view(), "needs the module numpy");
    EXPECT_FALSE(entry.startable);
}

TEST_F(AppCatalogue, an_entry_that_is_missing_is_named) {
    const Entry entry = only({{"app.py", ""}, {"app.toml", "entry = 'main.py'\n"}});
    EXPECT_EQ(entry.problem.view(), "there is no file main.py");
    EXPECT_FALSE(entry.startable);
}

TEST_F(AppCatalogue, row_3_28_a_new_folder_appears_without_a_reboot) {
    put("one", {{"app.py", ""}});
    board.start();
    EXPECT_THAT(titles(), ElementsAre("one"));
    board.type("import os; os.mkdir('/pyapps/two'); open('/pyapps/two/app.py', 'w').close()\r\n");
    board.run_for(50);
    want();
    EXPECT_THAT(titles(), ElementsAre("one", "two"));
}

TEST_F(AppCatalogue, a_folder_that_no_app_can_be_started_from_says_so) {
    board.start();
    EXPECT_THAT(titles(), IsEmpty());
    board.type("import os; os.mkdir('/pyapps'); os.mkdir('/pyapps/a b'); open('/pyapps/a b/app.py', 'w').close()\r\n");
    board.run_for(50);
    want();
    const auto entries = listed();
    ASSERT_THAT(entries, SizeIs(1));
    EXPECT_FALSE(entries[0].startable);
    EXPECT_EQ(entries[0].problem.view(), "a folder's name has 1 to 32 of A-Z a-z 0-9 _ -");
}

TEST_F(AppCatalogue, lists_at_most_64_apps) {
    board.flash.bytes.assign(std::size_t{4096} * 256, 0xFF);
    for (int i = 0; i < 65; ++i) put("app" + std::to_string(100 + i), {{"app.py", ""}});
    board.start();
    EXPECT_THAT(listed(), SizeIs(64));
    EXPECT_THAT(board.said(bridge::HomeMessage::Op::log), ElementsAre(HasSubstr("more than 64 apps")));
}

TEST_F(AppCatalogue, is_empty_with_a_reason_without_a_file_system) {
    board.flash.bytes.assign(board.flash.bytes.size(), 0x55);
    board.start();
    EXPECT_THAT(listed(), IsEmpty());
    EXPECT_EQ(reason, "the file system is damaged; erase the flash");
}

TEST_F(AppCatalogue, row_3_8_costs_little_when_nobody_reads_it) {
    for (int i = 0; i < 20; ++i) put("app" + std::to_string(i), {{"app.py", ""}});
    board.start();
    board.run_for(300);
    EXPECT_THAT(board.printed(), HasSubstr(">>> "));
    board.type("\x04");
    board.run_for(20); // not tried again: nobody took the list before
    EXPECT_THAT(board.printed(), HasSubstr(">>> "));
}

TEST_F(AppCatalogue, row_3_22_an_app_starts_with_the_file_that_app_toml_names) {
    board.install({{"src/main.py", "print('this is', __file__)\n"}, {"app.toml", "entry = 'src/main.py'\n"}});
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), ::testing::StartsWith("this is /pyapps/test/src/main.py\r\n"));
}

TEST_F(AppCatalogue, an_app_without_what_it_requires_is_not_started_and_says_why) {
    board.install({{"app.py", "print('started')\n"}, {"app.toml", "requires = ['numpy']\n"}});
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), ::testing::StartsWith("test can't be started: needs the module numpy\r\n"));
    EXPECT_THAT(board.said(bridge::HomeMessage::Op::log),
                ElementsAre("2 test can't be started: needs the module numpy"));
}

TEST_F(AppCatalogue, an_app_with_a_bad_app_toml_starts_all_the_same) {
    board.install({{"app.py", "print('started')\n"}, {"app.toml", "entry\n"}});
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), ::testing::StartsWith("started\r\n"));
}

} // namespace
} // namespace firmware::vm::tests
