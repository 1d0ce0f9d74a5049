// SPDX-License-Identifier: Apache-2.0
// The file operations against a board that answers what the test says; tests/e2e/test_tools.py has real ones.
#include "hub/workbench/repl/python_files.hpp"

#include "hub/workbench/repl/digest.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace hub::workbench {
namespace {

using base::ErrorCode;

constexpr std::string_view able = "32 1 4096 12 100000 2822 0 micropython esp32\r\n1 1\r\n";

class PythonFilesTest : public testing::Test, public PythonRunner {
protected:
    struct Answer {
        std::string printed;
        std::string traceback;
    };

    base::Result<std::string> run(std::string code, const Output& output) override {
        programs_.push_back(std::move(code));
        if (answers_.empty()) return base::fail(ErrorCode::disconnected, "the board is gone");
        const Answer answer = answers_.front();
        answers_.pop_front();
        for (const char& c : answer.printed) output({&c, 1});
        return answer.traceback;
    }
    void answer(std::string_view printed, std::string_view traceback = "") {
        answers_.push_back({std::string(printed), std::string(traceback)});
    }
    base::Result<std::string> read(const std::string& path) {
        std::string content;
        auto done = files_.read(path, [&](std::string_view bytes) -> base::Result<> {
            content += bytes;
            return {};
        });
        if (!done) return tl::unexpected(done.error());
        return content;
    }

    std::deque<Answer> answers_;
    std::vector<std::string> programs_;
    PythonFiles files_{*this};
};

TEST_F(PythonFilesTest, a_listing_is_understood_whatever_the_line_ends) {
    answer("'a b' 0 12\r\r\n\"it's\" 1 0\n'\\u20ac' 0 4294967296\r\n");
    const auto listed = files_.list("lib");
    ASSERT_TRUE(listed);
    ASSERT_EQ(listed->size(), 3U);
    EXPECT_EQ((*listed)[0].path, "a b");
    EXPECT_EQ((*listed)[0].size, 12U);
    EXPECT_TRUE((*listed)[1].is_folder);
    EXPECT_EQ((*listed)[2].path, "\xe2\x82\xac");
    EXPECT_EQ((*listed)[2].size, 4294967296U);
}

TEST_F(PythonFilesTest, an_answer_that_makes_no_sense_is_an_error) {
    for (const char* strange : {"hello\n", "'a'\n", "'a' x 1\n", "'a 0 1\n"}) {
        answer(strange);
        const auto listed = files_.list("");
        ASSERT_FALSE(listed) << strange;
        EXPECT_EQ(listed.error().code, ErrorCode::malformed);
    }
}

TEST_F(PythonFilesTest, an_exception_on_the_board_is_our_error) {
    const auto code_for = [this](std::string_view exception) {
        answer("", "Traceback (most recent call last):\r\n  File \"<stdin>\", line 2, in <module>\r\n" +
                       std::string(exception) + "\r\n");
        return files_.make_folder("x").error().code;
    };
    EXPECT_EQ(code_for("OSError: [Errno 2] ENOENT"), ErrorCode::not_found);
    EXPECT_EQ(code_for("OSError: [Errno 17] EEXIST"), ErrorCode::already_exists);
    EXPECT_EQ(code_for("OSError: [Errno 28] ENOSPC"), ErrorCode::full);
    EXPECT_EQ(code_for("OSError: [Errno 30] EROFS"), ErrorCode::refused);
    EXPECT_EQ(code_for("MemoryError: "), ErrorCode::full);
    EXPECT_EQ(code_for("KeyboardInterrupt: "), ErrorCode::invalid_state);
    EXPECT_EQ(code_for("ImportError: no module named 'hashlib'"), ErrorCode::unsupported);
    EXPECT_EQ(code_for("TypeError: "), ErrorCode::internal);
}

TEST_F(PythonFilesTest, what_is_read_is_held_against_its_hash) {
    answer(able);
    answer("aGVs\r\nbG8=\r\n=" + sha256_hex("hello") + "\r\n");
    const auto good = read("x");
    ASSERT_TRUE(good);
    EXPECT_EQ(*good, "hello");
    for (const std::string& bad : {"aGVs\n=" + sha256_hex("hello") + "\n", std::string("aGVsbG8=\n"),
                                   "aGV!\n=" + sha256_hex("hello") + "\n", std::string()}) {
        answer(bad);
        const auto damaged = read("x");
        ASSERT_FALSE(damaged) << bad;
        EXPECT_EQ(damaged.error().code, ErrorCode::malformed);
    }
}

TEST_F(PythonFilesTest, small_files_share_a_program_and_large_ones_take_several) {
    answer(able);
    answer("..");
    std::vector<std::string> written;
    files_.on_written([&](const std::string& path) { written.push_back(path); });
    ASSERT_TRUE(files_.write("d/a", "one"));
    ASSERT_TRUE(files_.write("d/b", ""));
    EXPECT_EQ(programs_.size(), 1U) << "only what prepares";
    ASSERT_TRUE(files_.flush());
    EXPECT_EQ(written, (std::vector<std::string>{"d/a", "d/b"}));
    EXPECT_NE(programs_.back().find("_ow('d/.ouro-part',_ol(b'''one''',0))\n_oe('d/.ouro-part','d/a','" +
                                    sha256_hex("one").substr(0, 12)),
              std::string::npos);
    std::string large;
    for (unsigned i = 0; i < 5000; ++i) large += static_cast<char>((i * i * 7919U) >> 5U);
    answer("");
    answer(".");
    ASSERT_TRUE(files_.write("big", large));
    ASSERT_TRUE(files_.flush());
    EXPECT_EQ(programs_.size(), 4U);
    EXPECT_EQ(written.back(), "big");
}

TEST_F(PythonFilesTest, a_file_that_fails_is_named_and_what_was_begun_is_removed) {
    answer(able);
    answer(".", "OSError: [Errno 28] ENOSPC");
    answer("");
    ASSERT_TRUE(files_.write("a", "1"));
    ASSERT_TRUE(files_.write("b", "2"));
    const auto failed = files_.flush();
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, ErrorCode::full);
    EXPECT_TRUE(failed.error().message.view().starts_with(":b"));
    EXPECT_EQ(programs_.back(), "_oc('.ouro-part')\n");
}

TEST_F(PythonFilesTest, text_is_packed_only_for_a_board_that_unpacks) {
    const std::string text(2000, 'x');
    answer("32 1 4096 12 100000 2822 0 micropython esp32\n0 1\n");
    answer(".");
    ASSERT_TRUE(files_.write("a", text));
    ASSERT_TRUE(files_.flush());
    EXPECT_GT(programs_.back().size(), text.size());
    PythonFiles other(*this);
    answer(able);
    answer(".");
    ASSERT_TRUE(other.write("a", text));
    ASSERT_TRUE(other.flush());
    EXPECT_LT(programs_.back().size(), 300U);
}

TEST_F(PythonFilesTest, a_board_whose_lexer_takes_fewer_bytes_gets_base64) {
    answer("32 1 1024 12 20000 2822 0 micropython esp32\n0 0\n");
    answer(".");
    ASSERT_TRUE(files_.write("a", "\xff"));
    ASSERT_TRUE(files_.flush());
    EXPECT_NE(programs_.back().find("binascii.a2b_base64('/w==')"), std::string::npos);
}

TEST_F(PythonFilesTest, the_places_of_differing_files_are_checked) {
    answer(able);
    answer("1 7\r\n-2 8\r\n");
    const std::vector<WantedFile> wanted{{"a", 1, sha256_hex("a")}, {"b", 1, sha256_hex("b")}};
    const auto places = files_.differing(wanted);
    ASSERT_TRUE(places);
    EXPECT_EQ(*places, std::vector<std::size_t>{1});
    answer("0 -1\n1 3\n-3 3\n");
    const auto found = files_.compare(wanted);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 2U);
    EXPECT_FALSE((*found)[0].exists);
    EXPECT_TRUE((*found)[1].exists);
    EXPECT_EQ((*found)[1].size, 3U);
    for (const char* strange : {"2 1\n-2 3\n", "1 1\n-3 2\n", "1 1\n-2 1\n", "1 1\n", "-1 0\n0 0\n", "0\n-2 0\n", ""}) {
        answer(strange);
        const auto places_said = files_.differing(wanted);
        ASSERT_FALSE(places_said) << strange;
        EXPECT_EQ(places_said.error().code, ErrorCode::malformed);
    }
}

TEST_F(PythonFilesTest, a_board_without_hashlib_is_compared_by_its_crc) {
    answer("4 1 2048 12 50000 0 1 circuitpython SAMD21\n0 1\n");
    answer("-1 0\n");
    ASSERT_TRUE(files_.compare({{"a", 3, sha256_hex("abc"), "352441c2"}}));
    EXPECT_NE(programs_.back().find("('a',3,'352441c2')"), std::string::npos);
    EXPECT_TRUE(*files_.is_read_only());
    EXPECT_EQ(files_.sha256("a").error().code, ErrorCode::unsupported);
    answer(".");
    ASSERT_TRUE(files_.write("a", "abc"));
    ASSERT_TRUE(files_.flush());
    EXPECT_NE(programs_.back().find("'a','352441c2')"), std::string::npos);
}

TEST_F(PythonFilesTest, a_whole_file_system_is_not_removed) {
    for (const char* path : {"", "/", ".", "..", "/..", "//"}) {
        EXPECT_EQ(files_.remove(path, true).error().code, ErrorCode::refused) << path;
    }
    EXPECT_TRUE(programs_.empty());
    answer("");
    EXPECT_TRUE(files_.remove("/x", true));
}

} // namespace
} // namespace hub::workbench
