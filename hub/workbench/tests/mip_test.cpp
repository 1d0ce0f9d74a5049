// SPDX-License-Identifier: Apache-2.0
// What an index may say; tests/e2e/test_board_tools.py installs from one.
#include "hub/workbench/mip_index.hpp"

#include <gtest/gtest.h>

namespace hub::workbench {
namespace {

using base::ErrorCode;

constexpr std::string_view index = "https://index";

std::string url_of(std::string_view typed) {
    const auto wish = parse_package_wish(typed);
    return wish ? address_of(*wish, index, "6").url : "none";
}

base::Result<PackageContent> parsed(std::string_view json) {
    return parse_package(json, {"https://e.org/a/package.json", false, false}, {"x", "v1"}, index);
}

ErrorCode error_of(std::string_view json) {
    const auto package = parsed(json);
    return package ? ErrorCode::internal : package.error().code;
}

TEST(Mip, a_name_leads_to_the_index) {
    EXPECT_EQ(url_of("umqtt.simple"), "https://index/package/6/umqtt.simple/latest.json");
    EXPECT_EQ(url_of("umqtt.simple@1.2"), "https://index/package/6/umqtt.simple/1.2.json");
    EXPECT_EQ(url_of("x@latest"), "https://index/package/6/x/latest.json");
}

TEST(Mip, a_forge_leads_to_its_raw_files) {
    EXPECT_EQ(url_of("github:o/r"), "https://raw.githubusercontent.com/o/r/HEAD/package.json");
    EXPECT_EQ(url_of("github:o/r@v2"), "https://raw.githubusercontent.com/o/r/v2/package.json");
    EXPECT_EQ(url_of("github:o/r/sub/x.py@v2"), "https://raw.githubusercontent.com/o/r/v2/sub/x.py");
    EXPECT_EQ(url_of("github:o/r/sub/"), "https://raw.githubusercontent.com/o/r/HEAD/sub/package.json");
    EXPECT_EQ(url_of("gitlab:o/r"), "https://gitlab.com/o/r/-/raw/HEAD/package.json");
    EXPECT_EQ(url_of("https://user@e.org/x.mpy"), "https://user@e.org/x.mpy");
    EXPECT_EQ(url_of("https://e.org/x"), "https://e.org/x/package.json");
}

TEST(Mip, what_is_no_package_is_refused) {
    for (const std::string typed : {"", "a b", "../x", "/x", "x@../y", "x@", "x?y", "a\nb", "http://e.org/a b"}) {
        const bool is_empty_version = typed == "x@";
        EXPECT_EQ(parse_package_wish(typed).has_value(), is_empty_version) << typed;
    }
}

TEST(Mip, a_package_says_its_files_and_what_it_needs) {
    const auto package = parsed(R"({"version":"1.2","hashes":[["a/b.mpy","0123abcd"]],
        "urls":[["c.py","sub/c.py"],["d.py","github:o/r/d.py"]],"deps":[["x","1.0"],["y",""]]})");
    ASSERT_TRUE(package);
    EXPECT_EQ(package->version, "1.2");
    EXPECT_EQ(package->files,
              (std::vector<PackageFile>{{"a/b.mpy", "https://index/file/01/0123abcd", "0123abcd"},
                                        {"c.py", "https://e.org/a/sub/c.py", ""},
                                        {"d.py", "https://raw.githubusercontent.com/o/r/v1/d.py", ""}}));
    EXPECT_EQ(package->needs, (std::vector<PackageWish>{{"x", "1.0"}, {"y", ""}}));
}

TEST(Mip, a_path_that_leads_outside_is_refused) {
    for (const std::string path :
         {"../boot.py", "/boot.py", "a/../../b", "a//b", "a/", ".", "", "a\\\\..\\\\b", "c:x"}) {
        EXPECT_EQ(error_of("{\"urls\":[[\"" + path + "\",\"https://e.org/x\"]]}"), ErrorCode::refused) << path;
        EXPECT_EQ(error_of("{\"hashes\":[[\"" + path + "\",\"0123abcd\"]]}"), ErrorCode::refused) << path;
    }
    EXPECT_TRUE(is_safe_package_path("a/b..py"));
    EXPECT_TRUE(is_safe_package_path(std::string(200, 'x')));
    EXPECT_FALSE(is_safe_package_path(std::string(201, 'x')));
}

TEST(Mip, a_package_of_the_web_leads_to_no_server_of_this_machine) {
    EXPECT_EQ(error_of(R"({"urls":[["a.py","http://127.0.0.1/a"]]})"), ErrorCode::refused);
    EXPECT_EQ(error_of(R"({"deps":[["http://127.0.0.1/a",""]]})"), ErrorCode::refused);
    EXPECT_TRUE(parse_package(R"({"urls":[["a.py","http://127.0.0.1/a"]]})", {"http://127.0.0.1/p.json", false, false},
                              {"x", ""}, index));
}

TEST(Mip, a_broken_package_is_told) {
    for (const std::string json :
         {"", "[]", "{", "\xff", R"({"hashes":{}})", R"({"hashes":[["a"]]})", R"({"urls":[[1,2]]})",
          R"({"hashes":[["a","0123ABCD"]]})", R"({"hashes":[["a","0123abc"]]})", R"({"deps":"x"})"}) {
        EXPECT_EQ(error_of(json), ErrorCode::malformed) << json;
    }
    EXPECT_EQ(error_of(std::string(mip_json_max + 1, ' ')), ErrorCode::too_large);
    std::string many = "{\"urls\":[[\"a\",\"b\"]";
    for (std::size_t i = 0; i < mip_files_max; ++i) many += ",[\"a\",\"b\"]";
    EXPECT_EQ(error_of(many + "]}"), ErrorCode::too_large);
}

TEST(Mip, a_lock_file_comes_back_as_it_was_written) {
    const std::vector<LockedPackage> packages{{"x", "1", {{"x/a.py", "https://e.org", std::string(64, 'a'), 12}}},
                                              {"y", "", {}}};
    const auto back = parse_lock(lock_text(packages));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, packages);
    EXPECT_FALSE(parse_lock("{}"));
    EXPECT_FALSE(parse_lock(R"({"lock":2,"packages":[]})"));
    std::string evil = lock_text(packages);
    evil.replace(evil.find("x/a.py"), 6, "../a.p");
    ASSERT_FALSE(parse_lock(evil));
    EXPECT_EQ(parse_lock(evil).error().code, ErrorCode::refused);
}

} // namespace
} // namespace hub::workbench
