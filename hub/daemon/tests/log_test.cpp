// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/log.hpp"

#include <gtest/gtest.h>

namespace hub::daemon {
namespace {

TEST(Log, every_occurrence_of_a_secret_is_hidden) {
    EXPECT_EQ(without_secrets("a canary, canarycanary", {"canary"}), "a ***, ******");
    EXPECT_EQ(without_secrets("one two", {"one", "two"}), "*** ***");
    EXPECT_EQ(without_secrets("nothing", {"canary"}), "nothing");
}

TEST(Log, a_line_on_stderr_has_neither_secrets_nor_controls) {
    testing::internal::CaptureStderr();
    start_log("info");
    hide_in_log("canary-1");
    hide_in_log("");
    hide_in_log("abc");
    log_line("debug", "not at this level");
    log_line("warning", "the password canary-1\nforged line \x1b[2J abc");
    const std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(said.find("canary-1"), std::string::npos);
    EXPECT_NE(said.find("warning the password ***?forged line ?[2J abc\n"), std::string::npos) << said;
    EXPECT_EQ(said.find("not at this level"), std::string::npos);
}

} // namespace
} // namespace hub::daemon
