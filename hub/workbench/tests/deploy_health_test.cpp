// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/deploy_health.hpp"

#include <gtest/gtest.h>

namespace hub::workbench {
namespace {

constexpr std::string_view crash = "MPY: soft reboot\r\nhello\r\nTraceback (most recent call last):\r\n"
                                   "  File \"main.py\", line 2, in <module>\r\nNameError: name 'x' isn't defined\r\n"
                                   "MicroPython v1.25.0; board with chip\r\nType \"help()\"\r\n>>> ";

bool crashed(std::string_view said) {
    HealthWatch watch;
    for (const char& c : said) {
        if (!watch.on_console({&c, 1})) break;
    }
    return watch.has_crashed();
}

TEST(HealthWatch, a_traceback_before_the_prompt_is_a_crash) {
    HealthWatch watch;
    EXPECT_FALSE(watch.on_console(crash)) << "there is no need to wait any longer";
    EXPECT_TRUE(watch.has_crashed());
    EXPECT_FALSE(watch.has_ended());
    EXPECT_EQ(watch.traceback(), "Traceback (most recent call last):\n  File \"main.py\", line 2, in <module>\n"
                                 "NameError: name 'x' isn't defined");
    EXPECT_TRUE(crashed(crash)) << "byte by byte";
}

TEST(HealthWatch, what_was_typed_is_not_passed_on_when_a_prompt_repeats_it) {
    std::string heard;
    HealthWatch watch([&](std::string_view bytes) { heard += bytes; }, "import door\r");
    for (const std::string_view bytes : {"impo", "rt door\r", "\nopen\r\n"}) watch.on_console(bytes);
    EXPECT_EQ(heard, "\nopen\r\n");
    heard.clear();
    HealthWatch other([&](std::string_view bytes) { heard += bytes; }, "import door\r");
    other.on_console("important\r\n");
    EXPECT_EQ(heard, "important\r\n") << "what only begins like that is passed on whole";
}

TEST(HealthWatch, circuitpython_says_that_its_code_is_done) {
    EXPECT_TRUE(
        crashed("Traceback (most recent call last):\r\n  File \"code.py\", line 1, in <module>\r\nOSError: 5\r\n"
                "\r\nCode done running.\r\n"));
    EXPECT_FALSE(crashed("hello\r\n\r\nCode done running.\r\n"));
}

TEST(HealthWatch, a_traceback_that_a_program_prints_and_outlives_is_none) {
    HealthWatch watch;
    EXPECT_TRUE(
        watch.on_console("Traceback (most recent call last):\n  File \"a.py\", line 1\nOSError: 5\nstill alive\n"));
    EXPECT_TRUE(watch.on_console("done\r\nMicroPython v1\r\n>>> "));
    EXPECT_FALSE(watch.has_crashed());
    EXPECT_TRUE(watch.has_ended());
}

TEST(HealthWatch, the_message_of_our_firmware_is_a_crash) {
    HealthWatch watch;
    EXPECT_TRUE(watch.on_message(R"(["up",12,{}])"));
    EXPECT_TRUE(watch.on_message("[not json"));
    EXPECT_FALSE(watch.on_message(R"(["crash",{"app":"x","traceback":"Traceback: y"}])"));
    EXPECT_TRUE(watch.has_crashed());
    EXPECT_EQ(watch.traceback(), "Traceback: y");
}

TEST(HealthWatch, a_board_that_talks_without_end_takes_no_more_memory) {
    HealthWatch watch;
    for (int i = 0; i < 2000; ++i) watch.on_console("Traceback (most recent call last):\n  " + std::string(100, 'x'));
    watch.on_console(std::string(100'000, 'x'));
    EXPECT_LE(watch.traceback().size(), 16U * 1024);
    EXPECT_FALSE(watch.has_crashed());
}

} // namespace
} // namespace hub::workbench
