// SPDX-License-Identifier: Apache-2.0
#include "protocol/link/names.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace protocol::link;

TEST(Names, uids_are_short_and_plain) {
    EXPECT_TRUE(is_uid("a1b2"));
    EXPECT_TRUE(is_uid(std::string(32, 'f')));
    EXPECT_FALSE(is_uid("a1b"));
    EXPECT_FALSE(is_uid(std::string(33, 'f')));
    EXPECT_FALSE(is_uid("A1B2"));
    EXPECT_FALSE(is_uid("a1/b2"));
    EXPECT_FALSE(is_uid("hub"));
}

TEST(Names, entity_ids_hold_no_topic_characters) {
    EXPECT_TRUE(is_entity_id("call_button"));
    EXPECT_TRUE(is_entity_id(std::string(32, '_')));
    EXPECT_FALSE(is_entity_id(""));
    EXPECT_FALSE(is_entity_id(std::string(33, 'a')));
    for (const char* wrong : {"a/b", "a+", "#", "a b", "A", "\xC3\xBC"}) EXPECT_FALSE(is_entity_id(wrong)) << wrong;
}

TEST(Names, command_ids_have_both_cases) {
    EXPECT_TRUE(is_cmd_id("Web-17_a"));
    EXPECT_TRUE(is_cmd_id(std::string(24, 'Z')));
    EXPECT_FALSE(is_cmd_id(std::string(25, 'Z')));
    EXPECT_FALSE(is_cmd_id(""));
    EXPECT_FALSE(is_cmd_id("a\"b"));
}

} // namespace
