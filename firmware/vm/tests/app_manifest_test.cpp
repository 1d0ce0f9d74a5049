// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/app_manifest.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

namespace firmware::vm::tests {
namespace {

using ::testing::StartsWith;

std::string error_of(std::string_view text) {
    const auto read = parse_manifest(text);
    return read ? "none" : std::string(read.error().message.view());
}

std::string complaint_of(std::string_view text) {
    const auto read = parse_manifest(text);
    return read ? std::string(read->complaint.view()) : "refused";
}

TEST(AppManifest, every_key_is_read) {
    const auto read = parse_manifest("# a comment\n"
                                     "[app] # and another\n"
                                     "name = \"Snake\"\n"
                                     "version = '1.0'\r\n"
                                     "\"author\" = \"A # B\"\n"
                                     "description = \"two\\nlines, \\u00fc and \\U0001F40D\"\n"
                                     "icon = \"pictures/icon.pbm\"\n"
                                     "entry = \"main.py\"\n"
                                     "board = \"badge\"\n"
                                     "requires = [ \"badge\", 'asyncio', ]\n"
                                     "permissions = [\"home\", \"outputs\"]\n");
    ASSERT_TRUE(read) << read.error().message.view();
    EXPECT_EQ(read->name.view(), "Snake");
    EXPECT_EQ(read->version.view(), "1.0");
    EXPECT_EQ(read->author.view(), "A # B");
    EXPECT_EQ(read->description.view(), "two\nlines, \u00fc and \U0001F40D");
    EXPECT_EQ(read->icon.view(), "pictures/icon.pbm");
    EXPECT_EQ(read->entry.view(), "main.py");
    ASSERT_EQ(read->required_modules.size(), 2U);
    EXPECT_EQ(read->required_modules[1].view(), "asyncio");
    EXPECT_EQ(read->permissions, permission_home | permission_outputs);
    EXPECT_EQ(read->complaint.view(), "");
}

TEST(AppManifest, an_empty_file_says_nothing_and_app_py_is_the_entry) {
    const auto read = parse_manifest("");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->name.view(), "");
    EXPECT_EQ(read->entry.view(), "app.py");
}

TEST(AppManifest, keys_above_the_first_table_are_the_apps) {
    const auto read = parse_manifest("name = \"Plain\"\n[other]\nname = \"not this\"\n");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->name.view(), "Plain");
}

TEST(AppManifest, what_another_table_holds_is_the_apps_own_business) {
    EXPECT_EQ(error_of("[config]\npin = 4\ntimes = [1.5, -2e3, 0x1F, 1_000]\non = true\ncolour = 'red'\n"), "none");
    EXPECT_EQ(complaint_of("[config]\npin = 4\n"), "");
}

struct Refused {
    const char* text;
    const char* message;
};

class AppManifestRefuses : public testing::TestWithParam<Refused> {};

TEST_P(AppManifestRefuses, with_the_number_of_the_line) {
    EXPECT_EQ(error_of(GetParam().text), std::string("app.toml, line ") + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    All, AppManifestRefuses,
    testing::Values(Refused{"\n\nname\n", "3: a line is name = value, or [table]"},
                    Refused{"= 1\n", "1: a line is name = value, or [table]"},
                    Refused{"name = \n", "1: a value is missing"},
                    Refused{"name = snake\n", "1: no number, true, false or text"},
                    Refused{"name = 'x' 'y'\n", "1: there is more after the value"},
                    Refused{"name = \"snake\nversion = '1'\n", "1: a text has no end on its line"},
                    Refused{"name = \"\\q\"\n", "1: an escape is one of \\b \\t \\n \\f \\r \\\" \\\\ \\u"},
                    Refused{"name = \"\\ud800\"\n", "1: an escape is one of \\b \\t \\n \\f \\r \\\" \\\\ \\u"},
                    Refused{"name = \"\x01\"\n", "1: there is a control character in a text"},
                    Refused{"name = \"\"\"x\"\"\"\n", "1: a text over several lines is not understood"},
                    Refused{"name = 1\n", "1: this key takes a text in quotes"},
                    Refused{"name = 'a'\nname = 'b'\n", "2: this key comes twice"},
                    Refused{"[app]\n[config]\n[app]\n", "3: [app] comes twice"},
                    Refused{"[[app]]\n", "1: a list of tables is not understood"},
                    Refused{"[app.config]\n", "1: a key with a dot is not understood"},
                    Refused{"[app\n", "1: a table is written [name]"},
                    Refused{"[app] name = 'x'\n", "1: a table is written [name]"},
                    Refused{"a.b = 1\n", "1: a key with a dot is not understood"},
                    Refused{"[x]\na = { b = 1 }\n", "2: no number, true, false or text"},
                    Refused{"[x]\na = 1979-05-27\n", "2: no number, true, false or text"},
                    Refused{"[x]\na = inf\n", "2: no number, true, false or text"},
                    Refused{"[x]\na = 1__0\n", "2: no number, true, false or text"},
                    Refused{"[x]\na = [1,\n", "2: a list ends with ] on its line"},
                    Refused{"[x]\na = [[1]]\n", "2: a list in a list is not understood"},
                    Refused{"entry = '../app.py'\n", "1: entry is a .py file in the app's folder"},
                    Refused{"entry = 'app'\n", "1: entry is a .py file in the app's folder"},
                    Refused{"requires = 'badge'\n", "1: requires is a list of up to 8 texts"},
                    Refused{"requires = [1]\n", "1: requires is a list of up to 8 texts"},
                    Refused{"requires = ['a/b']\n", "1: requires lists names of modules"},
                    Refused{"permissions = true\n", "1: permissions is a list of up to 8 texts"},
                    Refused{"requires = ['a','b','c','d','e','f','g','h','i']\n",
                            "1: requires is a list of up to 8 texts"}));

TEST(AppManifest, eight_modules_can_be_required) {
    EXPECT_EQ(error_of("requires = ['a','b','c','d','e','f','g','h']\n"), "none");
}

TEST(AppManifest, what_is_odd_but_does_no_harm_is_a_complaint) {
    EXPECT_EQ(complaint_of("colour = 1\n"), "app.toml: there is no key colour");
    EXPECT_EQ(complaint_of("permissions = ['spy', 'home']\n"), "app.toml: there is no permission spy");
    EXPECT_EQ(complaint_of("icon = '/etc/icon.pbm'\n"), "app.toml: icon is no file in the app's folder");
    EXPECT_EQ(complaint_of("version = '1.2.3-beta.4+567'\n"), "");
    EXPECT_THAT(complaint_of("version = '1.2.3-beta.4+5678'\n"), StartsWith("app.toml: too long: 1.2.3-beta.4+567"));
}

TEST(AppManifest, a_file_over_its_maximum_is_refused) {
    EXPECT_EQ(error_of("#" + std::string(manifest_bytes_max - 1, 'x')), "none");
    EXPECT_EQ(error_of("#" + std::string(manifest_bytes_max, 'x')), "app.toml is over 4,096 bytes");
}

std::string icon_error(const std::string& file) {
    const auto icon = parse_icon({reinterpret_cast<const std::uint8_t*>(file.data()), file.size()});
    return icon ? "none" : std::string(icon.error().message.view());
}

TEST(AppIcon, is_a_portable_bitmap_of_24_by_24) {
    const std::string pixels(72, '\x81');
    EXPECT_EQ(icon_error("P4\n24 24\n" + pixels), "none");
    EXPECT_EQ(icon_error("P4 # made by hand\n# twice\n24\t24\n" + pixels), "none");
    EXPECT_EQ(icon_error("P1\n24 24\n" + pixels), "the icon is no portable bitmap (P4)");
    EXPECT_EQ(icon_error("P4\n24 25\n" + pixels), "the icon is not 24 by 24 pixels");
    EXPECT_EQ(icon_error("P4\n"), "the icon is not 24 by 24 pixels");
    EXPECT_EQ(icon_error("P4\n24 24\n" + pixels.substr(1)), "the icon's file has not 72 bytes of pixels");
    EXPECT_EQ(icon_error("P4\n24 24\n" + pixels + "x"), "the icon's file has not 72 bytes of pixels");
}

TEST(AppPath, stays_in_the_folder) {
    for (const char* path : {"app.py", "a/b/c/d.py", "..a", "a b"}) EXPECT_TRUE(is_app_path(path)) << path;
    for (const char* path : {"", "/a", "a/", "a//b", ".", "a/../b", "a/b/c/d/e", "a\nb"}) {
        EXPECT_FALSE(is_app_path(path)) << path;
    }
    EXPECT_TRUE(is_app_path(std::string(64, 'a')));
    EXPECT_FALSE(is_app_path(std::string(65, 'a')));
}

} // namespace
} // namespace firmware::vm::tests
