// SPDX-License-Identifier: Apache-2.0
// What the tests of the battery sensor share: frames, a sensor, and a module whose MCU is the test.
#pragma once

#include "protocol/tests/tuya/tuya_vectors.hpp"
#include "tests/tuya/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tuya_tests {

using firmware::ports::tuya_product;
using protocol::tests::from_hex;
using protocol::tests::to_hex;
using protocol::tuya::NetworkStatus;

inline const std::string product_query = "55 AA 00 01 00 00 00";
inline const std::string status_0 = "55 AA 00 02 00 01 00 02";
inline const std::string status_1 = "55 AA 00 02 00 01 01 03";
inline const std::string status_2 = "55 AA 00 02 00 01 02 04";
inline const std::string status_3 = "55 AA 00 02 00 01 03 05";
inline const std::string status_4 = "55 AA 00 02 00 01 04 06";
inline const std::string status_answer = "55 AA 00 02 00 00 01";
inline const std::string report_done = "55 AA 00 05 00 01 00 05";

using Frames = std::vector<std::string>;

inline unsigned count(const Frames& frames, const std::string& frame) {
    return static_cast<unsigned>(std::count(frames.begin(), frames.end(), frame));
}

/// A world whose MCU is ready, with a product of the table.
class Sensor final : public World {
public:
    explicit Sensor(const char* name) : World(*tuya_product(name)) { mcu.arm(); }
    ~Sensor() override {
        EXPECT_EQ(mcu.violations(), 0U) << mcu.newest_violation();
        EXPECT_EQ(untrue_statuses, 0U);
        EXPECT_FALSE(stands_still);
    }
};

/// A module whose MCU is the test itself: says what it is told to, and nothing by itself.
class Bench final : public World {
public:
    Bench() : World(*tuya_product("neo_pir")) { power(true, now); }
    void say(const std::string& hex) { to_module.send(from_hex(hex), now); }
    void say_and_wait(const std::string& hex) {
        say(hex);
        run(from_ms(50));
    }
    void answer_product() {
        run(from_ms(300));
        say_and_wait("55 AA 00 01 00 02 7B 7D FA");
    }
    /// As far as `cloud_connected`.
    void come_online() {
        answer_product();
        for (const std::string& status : {status_2, status_3, status_4}) {
            ASSERT_TRUE(run_to([&] { return last() == status; }, from_ms(2000))) << status;
            say_and_wait(status_answer);
        }
    }
    std::string last() const { return to_mcu.sent.empty() ? "" : said().back(); }
    unsigned said_times(const std::string& frame) const { return count(said(), frame); }
};

} // namespace tuya_tests
