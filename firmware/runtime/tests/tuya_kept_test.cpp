// SPDX-License-Identifier: Apache-2.0
// What a sensor's module keeps: as it was written or not at all, on flash that is slow, full, worn, or foreign.
#include "firmware/runtime/tuya/kept_store.hpp"

#include "firmware/runtime/tests/test_flash.hpp"

#include <gtest/gtest.h>

namespace firmware::runtime::tuya {
namespace {

using base::from_ms;
using protocol::tuya::NetworkStatus;

KeptReport report_of(std::size_t size, std::uint8_t fill, bool record) {
    KeptReport report;
    report.record = record;
    for (std::size_t i = 0; i < size; ++i) EXPECT_TRUE(report.data.push_back(fill));
    return report;
}

KeptRecord full_record() {
    KeptRecord record;
    record.configured = true;
    record.declaration = 0xDEADBEEF;
    record.kept.configuring = true;
    record.kept.mode = NetworkStatus::access_point;
    record.kept.eventless_boots = 200;
    record.kept.declared = 0x12345678;
    for (std::uint8_t i = 0; i < Kept::reports_max; ++i) {
        EXPECT_TRUE(record.kept.undelivered.push_back(report_of(KeptReport::size_max, i, i % 2 == 0)));
    }
    return record;
}

/// A record that can be told from others by its number.
KeptRecord numbered(std::uint32_t number) {
    KeptRecord record;
    record.declaration = number;
    EXPECT_TRUE(record.kept.undelivered.push_back(report_of(number % 57, static_cast<std::uint8_t>(number), false)));
    return record;
}

TEST(KeptRecord, is_read_as_it_was_written) {
    for (const KeptRecord& record : {KeptRecord{}, numbered(1), full_record()}) {
        const auto read = decode_kept_record(encode_kept_record(record, 7));
        ASSERT_TRUE(read);
        EXPECT_EQ(read->sequence, 7U);
        EXPECT_EQ(read->record.configured, record.configured);
        EXPECT_EQ(read->record.declaration, record.declaration);
        EXPECT_EQ(read->record.kept.configuring, record.kept.configuring);
        EXPECT_EQ(read->record.kept.mode, record.kept.mode);
        EXPECT_EQ(read->record.kept.eventless_boots, record.kept.eventless_boots);
        EXPECT_EQ(read->record.kept.declared, record.kept.declared);
        ASSERT_EQ(read->record.kept.undelivered.size(), record.kept.undelivered.size());
        for (std::size_t i = 0; i < record.kept.undelivered.size(); ++i) {
            EXPECT_TRUE(std::ranges::equal(read->record.kept.undelivered[i].data, record.kept.undelivered[i].data));
            EXPECT_EQ(read->record.kept.undelivered[i].record, record.kept.undelivered[i].record);
        }
    }
}

TEST(KeptRecord, with_any_bit_flipped_is_none) {
    const auto bytes = encode_kept_record(full_record(), 7);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        auto flipped = bytes;
        flipped[bit / 8] = static_cast<std::uint8_t>(flipped[bit / 8] ^ 1U << bit % 8);
        ASSERT_FALSE(decode_kept_record(flipped)) << bit;
    }
}

class KeptStoreTest : public testing::Test {
protected:
    void settle(KeptStore& store) {
        for (int i = 0; i < 1000 && !store.saved(); ++i) {
            ASSERT_NE(store.deadline(), base::never) << "it waits for nothing";
            now = std::max(now, store.deadline());
            store.step(now);
        }
        ASSERT_TRUE(store.saved());
    }
    std::uint32_t kept() {
        KeptStore store(flash);
        store.boot();
        return store.record().declaration;
    }

    test::TestFlash flash;
    base::Micros now = 0;
};

TEST_F(KeptStoreTest, blank_flash_is_a_new_module_and_is_not_written) {
    KeptStore store(flash);
    store.boot();
    EXPECT_FALSE(store.record().configured);
    EXPECT_EQ(store.record().kept.declared, 0U);
    EXPECT_TRUE(store.saved());
    EXPECT_EQ(store.deadline(), base::never);
    EXPECT_EQ(flash.programs, 0U);
}

TEST_F(KeptStoreTest, the_newest_is_there_after_each_of_many_saves_and_blocks_wear_alike) {
    flash.polls_per_operation = 3;
    KeptStore store(flash);
    store.boot();
    for (std::uint32_t i = 1; i <= 100; ++i) {
        store.save(numbered(i), now);
        settle(store);
        ASSERT_EQ(kept(), i);
    }
    EXPECT_EQ(flash.programs, 100U);
    EXPECT_EQ(flash.erases[0], 4U);
    EXPECT_EQ(flash.erases[1], 3U);
}

TEST_F(KeptStoreTest, of_several_saves_while_the_flash_is_busy_the_last_one_counts) {
    flash.polls_per_operation = 5;
    KeptStore store(flash);
    store.boot();
    for (std::uint32_t i = 1; i <= 9; ++i) store.save(numbered(i), now);
    EXPECT_EQ(store.record().declaration, 9U) << "in memory at once";
    settle(store);
    EXPECT_EQ(kept(), 9U);
    EXPECT_LE(flash.programs, 2U);
}

TEST_F(KeptStoreTest, goes_on_after_each_boot) {
    for (std::uint32_t i = 1; i <= 50; ++i) {
        KeptStore store(flash);
        store.boot();
        ASSERT_EQ(store.record().declaration, i - 1);
        store.save(numbered(i), now);
        settle(store);
    }
}

TEST_F(KeptStoreTest, a_refused_or_lost_write_is_tried_again_and_the_old_record_stays) {
    KeptStore store(flash);
    store.boot();
    store.save(numbered(1), now);
    settle(store);
    for (bool test::TestFlash::*fault : {&test::TestFlash::refuse_programs, &test::TestFlash::lose_programs,
                                         &test::TestFlash::refuse_erases, &test::TestFlash::lose_erases}) {
        flash.*fault = true;
        const std::uint32_t old = kept();
        // A full block, so that an erase is due as well.
        for (std::uint32_t i = 0; i < 17 && !store.failed(); ++i) store.save(numbered(old + 1), now);
        EXPECT_TRUE(store.failed());
        EXPECT_GT(store.deadline(), now);
        flash.*fault = false;
        flash.failed_last = false;
        settle(store);
        EXPECT_FALSE(store.failed());
        EXPECT_EQ(kept(), old + 1);
    }
}

TEST_F(KeptStoreTest, weak_bits_are_noticed) {
    flash.weak_bits = 0xFE;
    KeptStore store(flash);
    store.boot();
    store.save(numbered(1), now);
    EXPECT_TRUE(store.failed());
    EXPECT_FALSE(store.saved());
    flash.weak_bits = 0xFF;
    settle(store);
    EXPECT_EQ(kept(), 1U);
}

TEST_F(KeptStoreTest, foreign_bytes_are_no_record_and_do_no_harm) {
    flash.medium.fill(0x55);
    KeptStore store(flash);
    store.boot();
    EXPECT_FALSE(store.record().configured);
    store.save(numbered(3), now);
    settle(store);
    EXPECT_EQ(kept(), 3U);
}

} // namespace
} // namespace firmware::runtime::tuya
