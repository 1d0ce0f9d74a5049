// SPDX-License-Identifier: Apache-2.0
// Flash that holds something else than was written: flipped bits, foreign bytes, a worn block.
#include "firmware/runtime/settings.hpp"

#include "firmware/runtime/tests/test_flash.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace firmware::runtime {
namespace {

using base::from_ms;
using bridge::Value;

Value text(std::string_view content) {
    Value value;
    value.type = Value::Type::text;
    value.text = content;
    return value;
}

constexpr std::size_t unit = SettingRecord::unit;

class SettingsDamageTest : public testing::Test {
protected:
    void settle(Settings& settings) {
        now += 10 * Settings::erase_interval;
        while (settings.deadline() <= now) settings.step(now);
        ASSERT_TRUE(settings.saved());
    }
    void keep(Settings& settings, const std::string& key, const std::string& value) {
        ASSERT_TRUE(settings.set(key, text(value)));
        settle(settings);
        history[key].insert(value);
    }
    /// Records in the order a=a0, b=b0, c=c0, a=a1, b=b1, …
    void write(int rounds) {
        Settings settings(flash);
        settings.boot();
        for (int round = 0; round < rounds; ++round) {
            for (const std::string key : {"a", "b", "c"}) keep(settings, key, key + std::to_string(round));
        }
        for (const auto& [key, values] : history) latest[key] = settings.text_or(key, "");
    }
    std::size_t used_units(unsigned block) {
        std::size_t used = 0;
        for (std::size_t i = 0; i < test::TestFlash::block_bytes; ++i) {
            if (*flash.at(block, i) != 0xFF) used = i / unit + 1;
        }
        return used;
    }
    void flip(unsigned block, std::size_t bit) {
        auto& byte = *flash.at(block, bit / 8);
        byte = static_cast<std::uint8_t>(byte ^ 1U << bit % 8);
    }
    void expect_usable(const std::string& where) {
        test::TestFlash copy = flash;
        std::swap(copy.medium, flash.medium);
        {
            Settings settings(flash);
            settings.boot();
            ASSERT_TRUE(settings.set("new", text("value"))) << where;
            settle(settings);
        }
        Settings again(flash);
        again.boot();
        ASSERT_EQ(again.text_or("new", ""), "value") << where;
        ASSERT_FALSE(again.damaged()) << where;
        std::swap(copy.medium, flash.medium);
    }

    test::TestFlash flash;
    base::Micros now = 0;
    std::map<std::string, std::set<std::string>> history;
    std::map<std::string, std::string> latest;
};

TEST_F(SettingsDamageTest, a_flipped_bit_costs_one_change_and_is_said) {
    write(8);
    const std::size_t used = used_units(0);
    ASSERT_EQ(used_units(1), 0u);
    for (std::size_t bit = 0; bit < used * unit * 8; ++bit) {
        flip(0, bit);
        Settings settings(flash);
        settings.boot();
        // The last record, one unit, can't be told from one that a power cut broke off.
        ASSERT_EQ(settings.damaged(), bit < (used - 1) * unit * 8) << bit;
        int older = 0;
        for (const auto& [key, value] : latest) {
            const std::string_view is = settings.text_or(key, "");
            if (is == value) continue;
            ASSERT_EQ(is, key + "6") << bit;
            ++older;
        }
        ASSERT_LE(older, 1) << bit;
        flip(0, bit);
    }
}

TEST_F(SettingsDamageTest, a_damaged_log_is_used_and_renewed_with_the_next_change) {
    write(8);
    flip(0, 5 * unit * 8 + 77);
    expect_usable("one bit");
}

TEST_F(SettingsDamageTest, what_the_list_has_lost_is_found_in_the_log_before_it) {
    write(100); // 300 records: once over to the other block
    ASSERT_GT(used_units(1), 0u);
    ASSERT_EQ(used_units(0), 256u);
    for (std::size_t bit = 0; bit < used_units(1) * unit * 8; ++bit) {
        flip(1, bit);
        Settings settings(flash);
        settings.boot();
        ASSERT_EQ(settings.size(), 3u) << bit;
        for (const auto& [key, values] : history)
            ASSERT_TRUE(values.contains(std::string(settings.text_or(key, "")))) << bit;
        flip(1, bit);
    }
}

TEST_F(SettingsDamageTest, many_flipped_bits_never_make_a_value_that_was_not_set) {
    write(60);
    std::mt19937 random(3);
    const auto before = flash.medium;
    int said = 0;
    for (int round = 0; round < 300; ++round) {
        for (auto flips = random() % 200 + 1; flips > 0; --flips) flip(random() % 2, random() % (4096 * 8));
        Settings settings(flash);
        settings.boot();
        for (std::size_t i = 0; i < settings.size(); ++i) {
            const auto known = history.find(std::string(settings[i].key.view()));
            ASSERT_NE(known, history.end());
            ASSERT_TRUE(known->second.contains(std::string(settings[i].value.text.view())));
        }
        said += settings.damaged() ? 1 : 0;
        ASSERT_NO_FATAL_FAILURE(expect_usable(std::to_string(round)));
        flash.medium = before;
    }
    EXPECT_GT(said, 250);
}

TEST_F(SettingsDamageTest, foreign_bytes_are_no_settings_and_the_flash_can_be_used) {
    std::mt19937 random(9);
    for (const int kind : {0, 1, 2, 3}) {
        for (std::uint8_t& byte : flash.medium) {
            byte = static_cast<std::uint8_t>(kind == 0 ? 0x00 : kind == 1 ? 0xC1 : kind == 2 ? 'a' : random());
        }
        Settings settings(flash);
        settings.boot();
        EXPECT_EQ(settings.size(), 0u);
        EXPECT_TRUE(settings.damaged());
        EXPECT_FALSE(settings.failed());
        ASSERT_NO_FATAL_FAILURE(expect_usable(std::to_string(kind)));
    }
}

TEST_F(SettingsDamageTest, a_value_that_the_board_would_not_take_is_not_taken_from_flash_either) {
    const auto put = [&](std::size_t at, const SettingRecord& record) {
        const RecordBytes bytes = encode_record(record);
        std::copy(bytes.view().begin(), bytes.view().end(), flash.at(0, at * unit));
        return at + bytes.units;
    };
    const Value nonsense = text("no such mode");
    const Value fine = text("rainbow");
    std::size_t at = put(0, {SettingRecord::Kind::listed, 1, "led_mode", &fine});
    at = put(at, {SettingRecord::Kind::complete, 2, {}, nullptr});
    at = put(at, {SettingRecord::Kind::changed, 3, "led_mode", &nonsense});
    at = put(at, {SettingRecord::Kind::changed, 4, "BIG", &fine});
    put(at, {SettingRecord::Kind::changed, 5, "other", &fine});
    Settings settings(flash);
    settings.boot();
    EXPECT_EQ(settings.text_or("led_mode", ""), "rainbow");
    EXPECT_EQ(settings.text_or("other", ""), "rainbow");
    EXPECT_EQ(settings.size(), 2u);
    EXPECT_TRUE(settings.damaged());
}

TEST_F(SettingsDamageTest, a_record_older_than_the_one_before_it_is_not_taken) {
    write(2);
    // The first record again at the end, as a worn block might give it back.
    const std::size_t used = used_units(0);
    std::copy_n(flash.at(0, 0), 2 * unit, flash.at(0, used * unit));
    Settings settings(flash);
    settings.boot();
    EXPECT_EQ(settings.text_or("a", ""), "a1");
    ASSERT_NO_FATAL_FAILURE(expect_usable("old record"));
}

} // namespace
} // namespace firmware::runtime
