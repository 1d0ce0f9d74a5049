// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/rom_image.hpp"

#include "hub/workbench/deploy_rom.hpp"
#include "hub/workbench/tests/support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace hub::workbench {
namespace {

using base::ErrorCode;

void write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

TEST(RomImage, of_a_folder_has_its_files_without_caches) {
    const TemporaryFolder folder;
    write(folder.path() / "lib/b.py", "two");
    write(folder.path() / "lib/a/c.py", "one");
    write(folder.path() / "lib/__pycache__/b.pyc", "x");
    write(folder.path() / ".hidden", "x");
    const auto files = read_rom_folder(folder.path());
    ASSERT_TRUE(files);
    const auto image = make_rom_image(*files);
    ASSERT_TRUE(image);
    const auto listed = list_rom_image(*image);
    ASSERT_TRUE(listed);
    ASSERT_EQ(listed->size(), 2U);
    EXPECT_EQ((*listed)[0].path, "lib/a/c.py");
    EXPECT_EQ((*listed)[1].path, "lib/b.py");
    EXPECT_EQ((*listed)[1].size, 3U);
    EXPECT_EQ(read_rom_folder(folder.path() / "none").error().code, ErrorCode::not_found);
    EXPECT_EQ(list_rom_image(image->substr(0, image->size() - 1)).error().code, ErrorCode::malformed);
}

TEST(RomImage, with_ha_fits_an_esp8266_and_says_who_made_it) {
    constexpr std::size_t esp8266_rom = 320 * 1024;
    const std::string& image = ha_rom_image();
    EXPECT_LT(image.size(), esp8266_rom);
    EXPECT_LT(image.find("Made by `ouro deploy`"), 10U);
    const auto listed = list_rom_image(image);
    ASSERT_TRUE(listed);
    EXPECT_TRUE(std::any_of(listed->begin(), listed->end(),
                            [](const RomEntry& entry) { return entry.path == "lib/ha/__init__.mpy"; }));
    EXPECT_EQ(listed->size(), ha_rom_files().size());
}

TEST(RomImage, is_compiled_where_a_compiler_is_at_hand) {
    const TemporaryFolder folder;
    const auto script = folder.path() / "cross";
    // -s NAME -o TARGET SOURCE
    write(script, "#!/bin/sh\ngrep -q bad \"$5\" && exit 1\nprintf 'M%s' \"$2\" > \"$4\"\n");
    std::filesystem::permissions(script, std::filesystem::perms::owner_all);
    std::vector<RomFile> files{{"lib/a.py", "x"}, {"data.txt", "y"}, {"both.py", "z"}, {"both.mpy", "M"}};
    ASSERT_TRUE(compile_rom_files(script.string(), files));
    EXPECT_EQ(files[0].path, "lib/a.mpy");
    EXPECT_EQ(files[0].content, "Mlib/a.py");
    EXPECT_EQ(files[2].path, "both.py") << "it is compiled already";
    std::vector<RomFile> bad{{"a.py", "bad"}};
    EXPECT_EQ(compile_rom_files(script.string(), bad).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(compile_rom_files((folder.path() / "none").string(), bad).error().code, ErrorCode::not_found);
}

} // namespace
} // namespace hub::workbench
