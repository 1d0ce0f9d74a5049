// SPDX-License-Identifier: Apache-2.0
// What is set is kept, what is wrong is refused, and flash that fails or wears out is dealt with.
#include "firmware/runtime/settings.hpp"

#include "firmware/runtime/tests/test_flash.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <random>
#include <string>

namespace firmware::runtime {
namespace {

using base::ErrorCode;
using base::from_ms;
using bridge::Value;

constexpr auto fine = ErrorCode::internal; ///< stands for no error

Value text(std::string_view content) {
    Value value;
    value.type = Value::Type::text;
    value.text = content;
    return value;
}
Value integer(std::int64_t number) {
    Value value;
    value.type = Value::Type::integer;
    value.integer = number;
    return value;
}
Value boolean(bool on) {
    Value value;
    value.type = Value::Type::boolean;
    value.boolean = on;
    return value;
}

class SettingsTest : public testing::Test {
protected:
    SettingsTest() { power_cycle(); }

    void power_cycle() {
        settings = std::make_unique<Settings>(flash);
        settings->boot();
    }
    /// Until nothing is due at this moment or for the next hour.
    void settle() {
        const base::Micros end = now + from_ms(3'600'000);
        while (settings->deadline() <= end) {
            now = std::max(now, settings->deadline());
            settings->step(now);
        }
    }
    ErrorCode set(std::string_view key, const Value& value) {
        const auto done = settings->set(key, value);
        return done ? fine : done.error().code;
    }
    ErrorCode remove(std::string_view key) {
        const auto done = settings->remove(key);
        return done ? fine : done.error().code;
    }
    void keep(std::string_view key, const Value& value) {
        ASSERT_EQ(set(key, value), fine);
        settle();
        ASSERT_TRUE(settings->saved());
    }

    test::TestFlash flash;
    std::unique_ptr<Settings> settings;
    base::Micros now = 0;
};

TEST_F(SettingsTest, blank_flash_holds_nothing_and_is_not_damaged) {
    EXPECT_EQ(settings->size(), 0u);
    EXPECT_EQ(settings->get("nickname"), nullptr);
    EXPECT_FALSE(settings->damaged());
    EXPECT_FALSE(settings->failed());
    EXPECT_TRUE(settings->saved());
    EXPECT_EQ(settings->deadline(), base::never);
    EXPECT_EQ(flash.erases[0] + flash.erases[1] + flash.programs, 0u);
}

TEST_F(SettingsTest, row_3_27_each_type_survives_a_power_cycle) {
    keep("nickname", text("Ada"));
    keep("accent", integer(0xF800));
    keep("app.low", integer(INT32_MIN));
    keep("app.high", integer(INT32_MAX));
    keep("sound", boolean(true));
    keep("light", boolean(false));
    keep("note", text(""));
    keep("long", text(std::string(64, 'x')));
    keep("nickname", text("Grace"));
    power_cycle();
    EXPECT_EQ(settings->size(), 8u);
    EXPECT_EQ(settings->text_or("nickname", "?"), "Grace");
    EXPECT_EQ(settings->integer_or("accent", 1), 0xF800);
    EXPECT_EQ(settings->integer_or("app.low", 1), INT32_MIN);
    EXPECT_EQ(settings->integer_or("app.high", 1), INT32_MAX);
    EXPECT_TRUE(settings->get("sound")->boolean);
    EXPECT_FALSE(settings->get("light")->boolean);
    EXPECT_EQ(settings->text_or("note", "?"), "");
    EXPECT_EQ(settings->get("long")->text.size(), 64u);
    EXPECT_FALSE(settings->damaged());
}

TEST_F(SettingsTest, an_absent_setting_or_one_of_another_type_is_the_default) {
    keep("level", integer(7));
    EXPECT_EQ(settings->integer_or("none", 5), 5);
    EXPECT_EQ(settings->text_or("none", "five"), "five");
    EXPECT_EQ(settings->text_or("level", "seven"), "seven");
    keep("level", text("7"));
    EXPECT_EQ(settings->integer_or("level", 5), 5);
}

TEST_F(SettingsTest, what_is_set_is_there_at_once_and_safe_later) {
    flash.polls_per_operation = 3;
    ASSERT_EQ(set("a", integer(1)), fine);
    EXPECT_EQ(settings->integer_or("a", 0), 1);
    EXPECT_FALSE(settings->saved());
    EXPECT_LE(settings->deadline(), now);
    settings->step(now);
    EXPECT_EQ(settings->deadline(), now + Settings::busy_poll);
    settle();
    EXPECT_TRUE(settings->saved());
    EXPECT_EQ(settings->deadline(), base::never);
}

TEST_F(SettingsTest, a_step_starts_one_operation_at_most_and_none_while_the_flash_is_busy) {
    flash.polls_per_operation = 5;
    std::string done; // TestFlash itself refuses a second operation or a read while it is busy
    for (int i = 0; i < 8; ++i) ASSERT_EQ(set("k" + std::to_string(i), integer(i)), fine);
    unsigned before = 0;
    while (!settings->saved()) {
        settings->step(now += 1000);
        const unsigned operations = flash.programs + flash.erases[0] + flash.erases[1];
        ASSERT_LE(operations, before + 1);
        before = operations;
    }
    EXPECT_EQ(before, 1u + 8 + 1); // an erase, the list, its end
}

TEST_F(SettingsTest, a_key_is_1_to_24_of_its_characters) {
    EXPECT_EQ(set("", integer(1)), ErrorCode::invalid_argument);
    EXPECT_EQ(set(std::string(24, 'a'), integer(1)), fine);
    EXPECT_EQ(set(std::string(25, 'a'), integer(1)), ErrorCode::invalid_argument);
    EXPECT_EQ(set("az09_.", integer(1)), fine);
    for (const char* key : {"A", "a b", "a-b", "\xC3\xBC", "a/b"}) {
        EXPECT_EQ(set(key, integer(1)), ErrorCode::invalid_argument) << key;
    }
}

TEST_F(SettingsTest, a_value_is_within_its_type) {
    EXPECT_EQ(set("a", integer(INT32_MAX)), fine);
    EXPECT_EQ(set("a", integer(std::int64_t{INT32_MAX} + 1)), ErrorCode::invalid_argument);
    EXPECT_EQ(set("a", integer(INT32_MIN)), fine);
    EXPECT_EQ(set("a", integer(std::int64_t{INT32_MIN} - 1)), ErrorCode::invalid_argument);
    EXPECT_EQ(set("a", text(std::string(64, 'x'))), fine);
    EXPECT_EQ(set("a", text(std::string(65, 'x'))), ErrorCode::invalid_argument);
    EXPECT_EQ(set("a", Value{}), ErrorCode::invalid_argument);
    Value real;
    real.type = Value::Type::real;
    EXPECT_EQ(set("a", real), ErrorCode::invalid_argument);
    EXPECT_EQ(settings->get("a")->text.size(), 64u);
}

TEST_F(SettingsTest, the_boards_own_settings_take_only_what_makes_sense) {
    const auto check = [](std::string_view key, const Value& value) { return check_known(key, value).has_value(); };
    EXPECT_FALSE(check("nickname", text("")));
    EXPECT_TRUE(check("nickname", text(" ")));
    EXPECT_TRUE(check("nickname", text(std::string(31, '~'))));
    EXPECT_FALSE(check("nickname", text(std::string(32, '~'))));
    EXPECT_FALSE(check("nickname", text("\x1F")));
    EXPECT_FALSE(check("nickname", text("\x7F")));
    EXPECT_FALSE(check("nickname", integer(1)));
    for (const char* color : {"accent", "text_color"}) {
        EXPECT_TRUE(check(color, integer(0)));
        EXPECT_FALSE(check(color, integer(-1)));
        EXPECT_TRUE(check(color, integer(65535)));
        EXPECT_FALSE(check(color, integer(65536)));
        EXPECT_FALSE(check(color, text("red")));
    }
    EXPECT_TRUE(check("led_mode", text("accent_pulse")));
    EXPECT_FALSE(check("led_mode", text("Accent Pulse")));
    EXPECT_FALSE(check("led_mode", integer(0)));
    EXPECT_TRUE(check("utc_offset_min", integer(-720)));
    EXPECT_FALSE(check("utc_offset_min", integer(-721)));
    EXPECT_TRUE(check("utc_offset_min", integer(840)));
    EXPECT_FALSE(check("utc_offset_min", integer(841)));
    EXPECT_TRUE(check("anything.else", integer(-1)));
    EXPECT_EQ(set("accent", integer(65536)), ErrorCode::invalid_argument);
    EXPECT_EQ(settings->get("accent"), nullptr);
}

TEST_F(SettingsTest, there_is_room_for_32_of_the_largest_and_no_more) {
    const auto key = [](int i) {
        return std::string(22, 'k') + static_cast<char>('a' + i / 10) + std::to_string(i % 10);
    };
    for (int i = 0; i < 32; ++i) keep(key(i), text(std::string(63, 'v') + static_cast<char>('a' + i % 26)));
    EXPECT_EQ(set("one.more", boolean(true)), ErrorCode::full);
    EXPECT_EQ(set(key(31), text(std::string(64, 'w'))), fine);
    settle();
    power_cycle();
    ASSERT_EQ(settings->size(), 32u);
    EXPECT_EQ(settings->text_or(key(30), ""), std::string(63, 'v') + 'e');
    EXPECT_EQ(settings->text_or(key(31), ""), std::string(64, 'w'));
    ASSERT_EQ(remove(key(5)), fine);
    EXPECT_EQ(set("one.more", boolean(true)), fine);
    settle();
    power_cycle();
    EXPECT_EQ(settings->size(), 32u);
    EXPECT_EQ(settings->get(key(5)), nullptr);
    EXPECT_NE(settings->get("one.more"), nullptr);
    EXPECT_FALSE(settings->damaged());
}

TEST_F(SettingsTest, what_is_removed_stays_away) {
    keep("a", integer(1));
    keep("b", integer(2));
    EXPECT_EQ(remove("c"), ErrorCode::not_found);
    EXPECT_EQ(remove((*settings)[0].key), fine); // the key lies in what goes
    EXPECT_EQ(settings->get("a"), nullptr);
    EXPECT_FALSE(settings->saved());
    settle();
    power_cycle();
    EXPECT_EQ(settings->get("a"), nullptr);
    EXPECT_EQ(settings->integer_or("b", 0), 2);
    keep("a", integer(3));
    power_cycle();
    EXPECT_EQ(settings->integer_or("a", 0), 3);
}

TEST_F(SettingsTest, several_sets_of_one_key_before_it_is_written_write_once) {
    keep("a", integer(0));
    const unsigned before = flash.programs;
    for (int i = 1; i <= 100; ++i) ASSERT_EQ(set("a", integer(i)), fine);
    settle();
    EXPECT_EQ(flash.programs, before + 1);
    power_cycle();
    EXPECT_EQ(settings->integer_or("a", 0), 100);
}

TEST_F(SettingsTest, setting_what_is_there_already_writes_nothing) {
    keep("a", text("same"));
    const unsigned before = flash.programs;
    Value again = text("same");
    again.integer = 99; // not part of a text
    keep("a", again);
    EXPECT_EQ(flash.programs, before);
}

TEST_F(SettingsTest, changes_while_the_list_is_written_are_kept_too) {
    for (int i = 0; i < 20; ++i) keep("k" + std::to_string(i), integer(0));
    std::mt19937 random(7);
    std::map<std::string, std::int64_t> expected;
    for (int i = 0; i < 20; ++i) expected["k" + std::to_string(i)] = 0;
    const unsigned erases = flash.erases[0] + flash.erases[1];
    // One change a step: the moves to the other block happen in the midst of it.
    for (int i = 1; i <= 600; ++i) {
        const std::string key = "k" + std::to_string(random() % 24);
        if (expected.contains(key) && random() % 4 == 0) {
            ASSERT_EQ(remove(key), fine);
            expected.erase(key);
        } else {
            ASSERT_EQ(set(key, integer(i)), fine);
            expected[key] = i;
        }
        settings->step(now += 1000);
    }
    settle();
    EXPECT_GE(flash.erases[0] + flash.erases[1], erases + 3);
    power_cycle();
    EXPECT_EQ(settings->size(), expected.size());
    for (const auto& [key, value] : expected) EXPECT_EQ(settings->integer_or(key, -1), value) << key;
    EXPECT_FALSE(settings->damaged());
}

TEST_F(SettingsTest, more_changes_than_can_wait_are_written_as_a_list) {
    for (int i = 0; i < 32; ++i) ASSERT_EQ(set("old" + std::to_string(i), integer(i)), fine);
    settle();
    for (int i = 0; i < 32; ++i) ASSERT_EQ(remove("old" + std::to_string(i)), fine);
    for (int i = 0; i < 32; ++i) ASSERT_EQ(set("new" + std::to_string(i), integer(i)), fine);
    settle();
    EXPECT_TRUE(settings->saved());
    power_cycle();
    EXPECT_EQ(settings->size(), 32u);
    EXPECT_EQ(settings->integer_or("new31", 0), 31);
    EXPECT_EQ(settings->get("old0"), nullptr);
}

TEST_F(SettingsTest, wear_is_spread_over_both_blocks) {
    for (int i = 0; i < 4; ++i) keep("k" + std::to_string(i), text("twenty-one characters"));
    const auto before = flash.erases;
    for (int i = 0; i < 1000; ++i) {
        ASSERT_EQ(set("level", integer(i)), fine);
        while (!settings->saved()) settings->step(now += 1000);
        now += from_ms(10'000);
    }
    const unsigned erases[] = {flash.erases[0] - before[0], flash.erases[1] - before[1]};
    EXPECT_LE(erases[0] + erases[1], 9u); // a block holds 122 such changes beside its list
    EXPECT_GE(erases[0] + erases[1], 8u);
    EXPECT_LE(erases[0], erases[1] + 1);
    EXPECT_LE(erases[1], erases[0] + 1);
}

TEST_F(SettingsTest, an_app_that_never_stops_setting_does_not_wear_out_the_flash) {
    keep("level", integer(-1));
    const unsigned before = flash.erases[0] + flash.erases[1];
    const base::Micros end = now + from_ms(3'600'000);
    for (int i = 0; now < end; ++i) {
        ASSERT_EQ(set("level", integer(i)), fine);
        settings->step(now += from_ms(20));
    }
    const unsigned erases = flash.erases[0] + flash.erases[1] - before;
    EXPECT_LE(erases, Settings::erases_at_once + 3600u / 120u);
    EXPECT_GE(erases, Settings::erases_at_once + 3600u / 120u - 2);
    const auto last = settings->integer_or("level", -1);
    settle();
    EXPECT_TRUE(settings->saved());
    power_cycle();
    EXPECT_EQ(settings->integer_or("level", -1), last);
}

// --- flash that fails -------------------------------------------------------------------------------------------

TEST_F(SettingsTest, a_failed_write_is_said_and_tried_again_later_and_later) {
    keep("a", integer(1));
    flash.refuse_programs = true;
    ASSERT_EQ(set("a", integer(2)), fine);
    settings->step(now);
    EXPECT_TRUE(settings->failed());
    EXPECT_FALSE(settings->saved());
    EXPECT_EQ(settings->integer_or("a", 0), 2);
    EXPECT_EQ(settings->deadline(), now + Settings::retry_first);
    EXPECT_EQ(set("b", integer(1)), ErrorCode::io);
    EXPECT_EQ(remove("a"), ErrorCode::io);
    EXPECT_EQ(settings->integer_or("a", 0), 2);

    base::Micros delay = 0;
    for (int i = 0; i < 30 && delay < Settings::retry_last; ++i) {
        now = settings->deadline();
        settings->step(now); // erases
        settings->step(now); // and fails
        EXPECT_GT(settings->deadline() - now, delay);
        delay = settings->deadline() - now;
    }
    EXPECT_EQ(delay, Settings::retry_last);

    flash.refuse_programs = false;
    settle();
    EXPECT_FALSE(settings->failed());
    EXPECT_TRUE(settings->saved());
    EXPECT_EQ(set("b", integer(1)), fine);
    settle();
    power_cycle();
    EXPECT_EQ(settings->integer_or("a", 0), 2);
    EXPECT_EQ(settings->integer_or("b", 0), 1);
}

TEST_F(SettingsTest, a_write_that_fails_afterwards_or_in_silence_is_noticed) {
    keep("a", integer(1));
    for (int round = 2; round < 4; ++round) {
        flash.lose_programs = round == 2;
        flash.weak_bits = round == 3 ? 0xFE : 0xFF;
        ASSERT_EQ(set("a", integer(round)), fine);
        settings->step(now);
        settings->step(now);
        EXPECT_TRUE(settings->failed());
        flash.lose_programs = false;
        flash.weak_bits = 0xFF;
        settle();
        EXPECT_FALSE(settings->failed());
        power_cycle();
        EXPECT_EQ(settings->integer_or("a", 0), round);
        EXPECT_FALSE(settings->damaged());
    }
}

TEST_F(SettingsTest, an_erase_that_fails_keeps_the_old_block) {
    for (const bool silent : {false, true}) {
        std::int64_t i = silent ? 1000 : 0;
        keep("a", integer(i));
        flash.refuse_erases = !silent;
        flash.lose_erases = silent;
        while (!settings->failed()) {
            ASSERT_EQ(set("a", integer(++i)), fine);
            for (int step = 0; step < 4; ++step) settings->step(now);
        }
        power_cycle();
        EXPECT_EQ(settings->integer_or("a", 0), i - 1);
        flash.refuse_erases = flash.lose_erases = false;
    }
}

TEST_F(SettingsTest, with_a_first_block_that_is_dead_the_second_serves) {
    flash.refuse_erases = true;
    ASSERT_EQ(set("a", integer(1)), fine);
    settings->step(now);
    EXPECT_EQ(flash.erases[0], 1u);
    flash.refuse_erases = false;
    settle();
    EXPECT_EQ(flash.erases[1], 1u);
    EXPECT_TRUE(settings->saved());
}

TEST_F(SettingsTest, flash_that_can_not_be_read_at_boot_is_not_written_over) {
    keep("a", integer(1));
    flash.unreadable = true;
    power_cycle();
    EXPECT_TRUE(settings->failed());
    EXPECT_EQ(settings->size(), 0u);
    EXPECT_EQ(set("a", integer(2)), ErrorCode::io);
    settings->step(now);
    EXPECT_EQ(settings->deadline(), now + Settings::retry_first);
    flash.unreadable = false;
    settle();
    EXPECT_FALSE(settings->failed());
    EXPECT_EQ(settings->integer_or("a", 0), 1);
}

} // namespace
} // namespace firmware::runtime
