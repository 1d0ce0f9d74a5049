// SPDX-License-Identifier: Apache-2.0
// Literals and tracebacks.
#include "hub/workbench/repl/python_literals.hpp"
#include "hub/workbench/repl/traceback.hpp"

#include <gtest/gtest.h>

namespace hub::workbench {
namespace {

TEST(PythonLiterals, a_name_with_quotes_and_control_characters_is_escaped_and_its_letters_stay) {
    EXPECT_EQ(text_literal("it's\\\n\x03 \xc3\xa4"), "'it\\'s\\\\\\x0a\\x03 \xc3\xa4'");
}

TEST(PythonLiterals, bytes_are_escaped_only_where_raw_paste_needs_it) {
    EXPECT_EQ(bytes_literal("a\"'\n\r\\\x7f\xff"), "b'''a\"\\'\n\\r\\\\\x7f\xff'''");
    EXPECT_EQ(bytes_literal(std::string_view("\0\1\2\3\4\5\6", 7)), "b'''\\0\\1\\2\\3\\4\\5\x06'''");
}

TEST(PythonLiterals, an_escape_does_not_swallow_the_digit_behind_it) {
    EXPECT_EQ(bytes_literal(std::string_view("\0001\0019\003x", 6)), "b'''\\0001\\19\\3x'''");
}

TEST(PythonLiterals, what_repr_writes_is_read) {
    const auto plain = parse_text_literal("'a b' 1");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->text, "a b");
    EXPECT_EQ(plain->size, 5U);
    const auto escaped = parse_text_literal(R"("it's\n\t\\\x7f\u20ac\U0001f600")");
    ASSERT_TRUE(escaped);
    EXPECT_EQ(escaped->text, "it's\n\t\\\x7f\xe2\x82\xac\xf0\x9f\x98\x80");
}

TEST(PythonLiterals, a_broken_literal_is_none) {
    for (const char* broken : {"", "a", "'a", "'\\", "'\\x4'", "'\\xzz'", "'\\U00110000'", "'\\q'"}) {
        EXPECT_FALSE(parse_text_literal(broken)) << broken;
    }
}

TEST(PythonLiterals, a_program_is_filled_in_by_number) {
    EXPECT_EQ(filled("f($1,$0,$1)$9$", {"'a'", "2"}), "f(2,'a',2)$9$");
}

TEST(Traceback, the_innermost_frame_and_the_exception_are_found) {
    const auto error =
        parse_traceback("Traceback (most recent call last):\r\r\n  File \"<stdin>\", line 1, in <module>\r\r\n"
                        "  File \"lib/a b.py\", line 12, in f\r\r\nValueError: bad: value\r\r\n");
    EXPECT_EQ(error, (PythonError{"lib/a b.py", 12, "ValueError", "bad: value", 0}));
}

TEST(Traceback, an_os_error_has_its_number) {
    EXPECT_EQ(parse_traceback("OSError: [Errno 2] ENOENT").error_number, 2);
    EXPECT_EQ(parse_traceback("OSError: 28").error_number, 28);
    EXPECT_EQ(parse_traceback("ValueError: 28").error_number, 0);
    EXPECT_EQ(error_code_of(parse_traceback("OSError: [Errno 2] ENOENT")), base::ErrorCode::not_found);
    EXPECT_EQ(error_code_of(parse_traceback("OSError: [Errno 30] EROFS")), base::ErrorCode::refused);
    EXPECT_EQ(error_code_of(parse_traceback("MemoryError: ")), base::ErrorCode::full);
}

TEST(Traceback, text_that_is_none_says_nothing) {
    EXPECT_EQ(parse_traceback("12: hello\nhello world: x\n  File \"x\n"), PythonError{});
    EXPECT_EQ(parse_traceback(""), PythonError{});
}

} // namespace
} // namespace hub::workbench
