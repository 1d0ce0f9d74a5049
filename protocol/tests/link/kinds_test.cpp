// SPDX-License-Identifier: Apache-2.0
#include "protocol/link/kinds.hpp"

#include <gtest/gtest.h>

namespace {

using protocol::link::Kind;

TEST(Kinds, every_kind_has_a_word_of_its_own) {
    for (std::size_t i = 0; i < protocol::link::kind_count; ++i) {
        const auto kind = static_cast<Kind>(i);
        EXPECT_EQ(protocol::link::kind_from(protocol::link::kind_name(kind)), kind);
    }
    EXPECT_FALSE(protocol::link::kind_from("Switch").has_value());
    EXPECT_FALSE(protocol::link::kind_from("").has_value());
}

TEST(Kinds, a_button_has_no_value_and_a_sensor_takes_no_command) {
    EXPECT_TRUE(takes_commands(Kind::button));
    EXPECT_FALSE(has_state(Kind::button));
    EXPECT_FALSE(takes_commands(Kind::sensor));
    EXPECT_TRUE(has_state(Kind::sensor));
    EXPECT_TRUE(takes_commands(Kind::lock));
    EXPECT_FALSE(takes_commands(Kind::event));
    EXPECT_FALSE(has_state(Kind::event));
}

} // namespace
