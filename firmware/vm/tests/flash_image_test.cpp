// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/flash_image.hpp"

#include "firmware/vm/tests/lockstep_board.hpp"

#include <array>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>

namespace firmware::vm::tests {
namespace {

using ::testing::HasSubstr;

ImageFile file(std::string_view name, std::string_view content) {
    return {name, std::span(reinterpret_cast<const std::uint8_t*>(content.data()), content.size())};
}

base::Result<> install(MemoryFlash& flash, const ImageFile& one) {
    return install_app(flash, "test", std::span(&one, 1));
}

TEST(FlashImageTest, BlankFlashIsFormattedAndThenNotBlank) {
    MemoryFlash flash;
    EXPECT_TRUE(flash_is_blank(flash));
    ASSERT_TRUE(install(flash, file("app.py", "x = 1")).has_value());
    EXPECT_FALSE(flash_is_blank(flash));
}

TEST(FlashImageTest, AFileThatIsTheSameIsNotWrittenAgain) {
    MemoryFlash flash;
    const std::string content(3000, 'a');
    ASSERT_TRUE(install(flash, file("app.py", content)).has_value());
    const int programs = flash.programs;
    ASSERT_TRUE(install(flash, file("app.py", content)).has_value());
    EXPECT_EQ(flash.programs, programs);
    ASSERT_TRUE(install(flash, file("app.py", content + "b")).has_value());
    EXPECT_GT(flash.programs, programs);
}

TEST(FlashImageTest, AReplacedFileIsWhatTheVmReads) {
    LockstepBoard board;
    board.install({{"app.py", "print('a much longer text than the second')\n"}});
    board.install({{"app.py", "print('second')\n"}});
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), ::testing::StartsWith("second\r\n"));
}

TEST(FlashImageTest, WhatDoesNotFitIsRefused) {
    MemoryFlash flash;
    const auto result = install(flash, file("app.py", std::string(4096 * 70, 'x')));
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, base::ErrorCode::full);
    EXPECT_THAT(std::string(result.error().message.view()), HasSubstr("/pyapps/test/app.py"));
}

TEST(FlashImageTest, NamesThatLeaveTheFolderAreRefused) {
    MemoryFlash flash;
    for (const std::string_view name : {"", ".", "..", "/a", "a/../b", "a/"}) {
        EXPECT_EQ(install(flash, file(name, "")).error().code, base::ErrorCode::invalid_argument) << name;
        EXPECT_EQ(install_app(flash, name, {}).error().code, base::ErrorCode::invalid_argument) << name;
    }
}

TEST(FlashImageTest, NamesThatTheFileSystemWouldCutShortAreRefused) {
    using namespace std::literals;
    MemoryFlash flash;
    for (const std::string_view name : {"app.py\0.bak"sv, "\0"sv, "a\nb"sv, "a\x7F"sv}) {
        EXPECT_EQ(install(flash, file(name, "")).error().code, base::ErrorCode::invalid_argument) << name;
        EXPECT_EQ(install_app(flash, name, {}).error().code, base::ErrorCode::invalid_argument) << name;
    }
}

TEST(FlashImageTest, WhatIsNoFileSystemIsLeftAlone) {
    MemoryFlash flash;
    flash.bytes.assign(flash.bytes.size(), 0x55);
    EXPECT_EQ(install(flash, file("app.py", "")).error().code, base::ErrorCode::malformed);
    EXPECT_EQ(flash.programs, 0);
}

TEST(FlashImageTest, TwoFilesOfOneNameAreRefused) {
    MemoryFlash flash;
    for (const std::string_view second : {"a", "a/b"}) {
        const std::array files = {file("a", ""), file(second, "")};
        EXPECT_EQ(install_app(flash, "test", files).error().code, base::ErrorCode::invalid_argument) << second;
    }
    const std::array fine = {file("a", ""), file("ab", ""), file("b/a", "")};
    EXPECT_TRUE(install_app(flash, "test", fine));
}

TEST(FlashImageTest, SixtyFourFilesAreTheMost) {
    MemoryFlash flash;
    std::vector<std::string> names;
    for (int i = 0; i < 65; ++i) names.push_back("f" + std::to_string(i));
    std::vector<ImageFile> files;
    for (const std::string& name : names) files.push_back(file(name, ""));
    EXPECT_EQ(install_app(flash, "test", files).error().code, base::ErrorCode::too_large);
    files.pop_back();
    EXPECT_TRUE(install_app(flash, "test", files));
}

TEST(FlashImageTest, row_3_12_an_app_imports_its_own_modules_and_packages) {
    LockstepBoard board;
    board.install({{"app.py", "import helper\nfrom parts.deep.wheel import turn\nprint(helper.name, turn())\n"},
                   {"helper.py", "name = 'helper'\n"},
                   {"parts/__init__.py", ""},
                   {"parts/deep/__init__.py", ""},
                   {"parts/deep/wheel.py", "def turn():\n    return 'turns'\n"}});
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), ::testing::StartsWith("helper turns\r\n"));
}

TEST(FlashImageTest, WhatTheNewAppHasNotIsRemoved) {
    LockstepBoard board;
    board.install({{"app.py", "import parts.wheel\n"}, {"parts/wheel.py", ""}, {"old.py", ""}});
    board.install({{"app.py", "import os\nprint(os.listdir('/pyapps/test'), os.listdir('/'))\n"}});
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.printed(), ::testing::StartsWith("['app.py'] ['pyapps']\r\n"));
}

} // namespace
} // namespace firmware::vm::tests
