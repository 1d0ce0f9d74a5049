// SPDX-License-Identifier: Apache-2.0
// ROM partitions of a board that answers what the test says; tests/e2e/test_romfs.py has strict ones.
#include "hub/workbench/repl/rom_flash.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace hub::workbench {
namespace {

using base::ErrorCode;

class RomFlashTest : public testing::Test, public PythonRunner {
protected:
    base::Result<std::string> run(std::string code, const Output& output) override {
        programs_.push_back(std::move(code));
        if (answers_.empty()) return base::fail(ErrorCode::disconnected, "the board is gone");
        output(answers_.front().first);
        const std::string ended = answers_.front().second;
        answers_.pop_front();
        return ended;
    }
    void answer(std::string_view printed, std::string_view traceback = "") {
        answers_.emplace_back(printed, traceback);
    }

    std::deque<std::pair<std::string, std::string>> answers_;
    std::vector<std::string> programs_;
    RomFlash rom_{*this};
};

TEST_F(RomFlashTest, partitions_are_told_with_what_is_in_them) {
    answer("0 0 327680 0 d2cd318780\r\n1 1 131072 4096 ffffffffffff\r\n2 0 8 0 d2cd3110\r\n");
    const auto found = rom_.partitions();
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 3U);
    EXPECT_FALSE((*found)[0].image_size()) << "a size without an end";
    EXPECT_TRUE((*found)[1].is_device);
    EXPECT_EQ((*found)[1].block_size, 4096U);
    EXPECT_FALSE((*found)[1].image_size()) << "erased";
    EXPECT_FALSE((*found)[2].image_size()) << "larger than what it is in";
    answer("0 0 64 0 d2cd31023132\n");
    EXPECT_EQ(rom_.partitions()->front().image_size(), 6U);
    answer("");
    EXPECT_TRUE(rom_.partitions()->empty());
}

TEST_F(RomFlashTest, strange_answers_are_errors) {
    for (const char* strange : {"x\n", "0 0 4096\n", "0 0 4096 0 xyz\n", "0 1 4096 0 ff\n", "9 0 4096 0 ff\n",
                                "0 0 64 128 ff\n", "0 0 99999999999 0 ff\n", "-1 0 64 0 ff\n"}) {
        answer(strange);
        const auto found = rom_.partitions();
        ASSERT_FALSE(found) << strange;
        EXPECT_EQ(found.error().code, ErrorCode::malformed);
    }
}

TEST_F(RomFlashTest, what_does_not_fit_is_not_begun) {
    RomPartition small;
    small.size = 100;
    for (const std::string& image : {std::string(), std::string(101, 'x')}) {
        const auto done = rom_.write(small, image, nullptr);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().code, ErrorCode::too_large);
    }
    EXPECT_TRUE(programs_.empty());
    EXPECT_FALSE(*rom_.holds(small, std::string(101, 'x')));
}

TEST_F(RomFlashTest, pieces_go_as_literals_and_the_beginning_is_the_last) {
    RomPartition partition;
    partition.size = 4096;
    for (int i = 0; i < 3; ++i) answer(""); // helpers, what opens it, what unmounts it
    answer("4\n");
    for (int i = 0; i < 4; ++i) answer(""); // three pieces, the end
    answer("0123\n");
    const auto done = rom_.write(partition, std::string(1025, 'x'), nullptr);
    ASSERT_FALSE(done) << "the hash at the end is another one";
    EXPECT_EQ(done.error().code, ErrorCode::io);
    ASSERT_EQ(programs_.size(), 9U);
    EXPECT_EQ(programs_[3], "print(_rc(vfs.rom_ioctl(3,0,1025)))\n");
    EXPECT_TRUE(programs_[4].ends_with("\n_rw(512)\n"));
    EXPECT_EQ(programs_[5], "_ob=binascii.a2b_base64('eP///w==')\n_rw(1024)\n") << "what is beyond stays erased";
    EXPECT_TRUE(programs_[6].ends_with("\n_rw(0)\n"));
}

TEST_F(RomFlashTest, flash_that_does_not_keep_a_piece_is_told) {
    RomPartition partition;
    partition.size = 4096;
    for (int i = 0; i < 4; ++i) answer("");
    answer("", "Traceback (most recent call last):\r\n  File \"<stdin>\", line 2, in <module>\r\nValueError: 512\r\n");
    const auto done = rom_.write(partition, std::string(1025, 'x'), nullptr);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::io);
    EXPECT_NE(done.error().message.view().find("byte 512"), std::string_view::npos);
}

} // namespace
} // namespace hub::workbench
