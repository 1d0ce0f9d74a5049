// SPDX-License-Identifier: Apache-2.0
#include "base/shared_int64.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>

namespace {

TEST(SharedInt64, gives_back_what_was_stored_with_both_halves) {
    base::SharedInt64 number(-1);
    EXPECT_EQ(number.load(), -1);
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{1} << 40U, INT64_MIN, INT64_MAX, std::int64_t{7}}) {
        number.store(value);
        EXPECT_EQ(number.load(), value);
    }
}

TEST(SharedInt64, a_reader_never_sees_halves_of_two_numbers_nor_an_older_one_again) {
    constexpr std::int64_t count = 200'000;
    constexpr std::int64_t both_halves = (std::int64_t{1} << 32U) + 1; // n times this has n in each half
    base::SharedInt64 number(0);
    std::atomic<bool> ended{false};
    std::thread writer([&] {
        for (std::int64_t i = 1; i <= count; ++i) number.store(i * both_halves);
        ended = true;
    });
    std::int64_t last = 0;
    std::int64_t torn = 0;
    std::int64_t backwards = 0;
    for (bool more = true; more;) {
        more = !ended;
        const std::int64_t value = number.load();
        if (value % both_halves != 0) ++torn;
        if (value < last) ++backwards;
        last = value;
    }
    writer.join();
    EXPECT_EQ(torn, 0);
    EXPECT_EQ(backwards, 0);
    EXPECT_EQ(last, count * both_halves);
}

} // namespace
