// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/ignore_rules.hpp"

#include <gtest/gtest.h>

namespace hub::workbench {
namespace {

bool ignores(std::string_view lines, const std::string& path, bool is_folder = false) {
    IgnoreRules rules;
    rules.add(lines);
    return rules.ignores(path, is_folder);
}

TEST(IgnoreRules, version_control_and_caches_stay_at_home_without_being_asked) {
    for (const char* path :
         {".git/config", "lib/__pycache__/a.txt", "a.pyc", "lib/b.pyc", ".ouroignore", "lib/.ouro-part"}) {
        EXPECT_TRUE(ignores("", path)) << path;
    }
    for (const char* path : {"main.py", "git/x", "pyc", "lib/x.py"}) EXPECT_FALSE(ignores("", path)) << path;
}

TEST(IgnoreRules, a_name_is_meant_in_every_folder_and_a_path_from_the_top) {
    EXPECT_TRUE(ignores("notes.txt", "notes.txt"));
    EXPECT_TRUE(ignores("notes.txt", "a/b/notes.txt"));
    EXPECT_FALSE(ignores("notes.txt", "a/my-notes.txt"));
    EXPECT_TRUE(ignores("/notes.txt", "notes.txt"));
    EXPECT_FALSE(ignores("/notes.txt", "a/notes.txt"));
    EXPECT_TRUE(ignores("a/notes.txt", "a/notes.txt"));
    EXPECT_FALSE(ignores("a/notes.txt", "b/a/notes.txt"));
    EXPECT_TRUE(ignores("**/a/notes.txt", "b/a/notes.txt"));
}

TEST(IgnoreRules, stars_and_brackets_stay_within_a_name) {
    EXPECT_TRUE(ignores("*.md", "a/b.md"));
    EXPECT_FALSE(ignores("a/*.md", "a/b/c.md"));
    EXPECT_TRUE(ignores("test_?.py", "test_1.py"));
    EXPECT_FALSE(ignores("test_?.py", "test_10.py"));
    EXPECT_TRUE(ignores("[a-c].py", "b.py"));
    EXPECT_FALSE(ignores("[a-c].py", "d.py"));
}

TEST(IgnoreRules, what_is_in_an_ignored_folder_is_ignored) {
    EXPECT_TRUE(ignores("docs/", "docs/a/b.txt"));
    EXPECT_TRUE(ignores("docs/", "x/docs/b.txt"));
    EXPECT_TRUE(ignores("docs/", "docs", true));
    EXPECT_FALSE(ignores("docs/", "docs")) << "a file of that name";
    EXPECT_TRUE(ignores("docs/**", "docs/a"));
    EXPECT_TRUE(ignores("docs/**", "docs/a/b"));
    EXPECT_FALSE(ignores("docs/**", "docs", true));
}

TEST(IgnoreRules, the_last_rule_that_matches_decides) {
    EXPECT_FALSE(ignores("*.txt\n!keep.txt\n", "keep.txt"));
    EXPECT_TRUE(ignores("!keep.txt\n*.txt\n", "keep.txt"));
    EXPECT_TRUE(ignores("docs/\n!docs/keep.txt\n", "docs/keep.txt")) << "its folder stays at home";
    EXPECT_FALSE(ignores("!*.pyc", "a.pyc"));
}

TEST(IgnoreRules, comments_and_empty_lines_say_nothing) {
    EXPECT_FALSE(ignores("# main.py\n\n   \n/\n!\n", "main.py"));
    EXPECT_TRUE(ignores("main.py  \r\n", "main.py"));
}

} // namespace
} // namespace hub::workbench
