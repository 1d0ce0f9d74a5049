// SPDX-License-Identifier: Apache-2.0
#include "hub/core/values.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace hub::core {
namespace {

Entity entity(Kind kind, const char* options = "{}") { return {"x", kind, "X", Json::parse(options)}; }

TEST(Values, unknown_fits_every_kind_that_has_a_state) {
    for (const Kind kind : {Kind::sensor, Kind::binary_sensor, Kind::switch_, Kind::light, Kind::number, Kind::select,
                            Kind::text, Kind::lock, Kind::cover}) {
        EXPECT_TRUE(check_state(entity(kind), nullptr));
    }
    EXPECT_FALSE(check_state(entity(Kind::button), nullptr));
    EXPECT_FALSE(check_state(entity(Kind::event), nullptr));
}

TEST(Values, a_lock_has_five_words) {
    for (const char* word : {"LOCKED", "UNLOCKED", "LOCKING", "UNLOCKING", "JAMMED"}) {
        EXPECT_TRUE(check_state(entity(Kind::lock), word));
    }
    EXPECT_FALSE(check_state(entity(Kind::lock), "locked"));
    EXPECT_FALSE(check_state(entity(Kind::lock), true));
}

TEST(Values, what_is_not_finite_is_refused) {
    EXPECT_FALSE(check_state(entity(Kind::sensor), std::numeric_limits<double>::quiet_NaN()));
    EXPECT_FALSE(check_state(entity(Kind::sensor), std::numeric_limits<double>::infinity()));
    EXPECT_FALSE(check_state(entity(Kind::number), std::numeric_limits<double>::quiet_NaN()));
}

TEST(Values, text_ends_at_255_bytes) {
    EXPECT_TRUE(check_state(entity(Kind::sensor), std::string(255, 'a')));
    EXPECT_FALSE(check_state(entity(Kind::sensor), std::string(256, 'a')));
    EXPECT_TRUE(check_command(entity(Kind::text), std::string(255, 'a')));
    EXPECT_FALSE(check_command(entity(Kind::text), std::string(256, 'a')));
}

TEST(Values, a_texts_length_counts_characters) {
    EXPECT_TRUE(check_command(entity(Kind::text, R"({"max":3})"), "äöü"));
    EXPECT_FALSE(check_command(entity(Kind::text, R"({"max":3})"), "äöüs"));
}

TEST(Values, a_sensor_with_a_unit_takes_only_numbers) {
    EXPECT_FALSE(check_state(entity(Kind::sensor, R"({"unit_of_measurement":"V"})"), "1"));
    EXPECT_TRUE(check_state(entity(Kind::sensor), "1"));
}

TEST(Values, a_number_ends_at_its_range) {
    const Entity number = entity(Kind::number, R"({"min":-1,"max":1})");
    EXPECT_TRUE(check_command(number, -1));
    EXPECT_TRUE(check_command(number, 1));
    EXPECT_FALSE(check_command(number, 1.001));
    EXPECT_FALSE(check_command(number, "1"));
    EXPECT_FALSE(check_command(entity(Kind::number), 0)) << "Home Assistant's range without min and max is 1 to 100";
}

TEST(Values, commands_are_the_kinds_words) {
    EXPECT_TRUE(check_command(entity(Kind::switch_), true));
    EXPECT_FALSE(check_command(entity(Kind::switch_), "ON"));
    EXPECT_TRUE(check_command(entity(Kind::button), "PRESS"));
    EXPECT_FALSE(check_command(entity(Kind::button), true));
    EXPECT_TRUE(check_command(entity(Kind::cover), "STOP"));
    EXPECT_TRUE(check_command(entity(Kind::select, R"({"options":["a"]})"), "a"));
    EXPECT_FALSE(check_command(entity(Kind::select, R"({"options":["a"]})"), "b"));
    EXPECT_FALSE(check_command(entity(Kind::binary_sensor), true));
}

} // namespace
} // namespace hub::core
