// SPDX-License-Identifier: Apache-2.0
// What is measured is published, and what is not is never made up.
#include "firmware/runtime/gauges.hpp"

#include <gtest/gtest.h>

namespace firmware::runtime {
namespace {

using base::from_ms;
using bridge::Bridge;

class GaugesTest : public testing::Test, public contract::Gauges {
protected:
    std::optional<std::int32_t> battery_millivolts() noexcept override {
        ++readings;
        return battery;
    }
    std::optional<bool> usb_power() noexcept override { return usb; }
    std::optional<std::int32_t> temperature_millicelsius() noexcept override { return temperature; }
    std::optional<std::int32_t> signal_dbm() noexcept override { return signal; }

    int readings = 0;
    std::optional<std::int32_t> battery;
    std::optional<bool> usb;
    std::optional<std::int32_t> temperature;
    std::optional<std::int32_t> signal;
    Bridge bridge;
    runtime::Gauges gauges{*this, bridge};
};

TEST_F(GaugesTest, row_3_38_what_the_board_can_not_know_is_not_available) {
    gauges.step(0);
    EXPECT_EQ(bridge.battery_millivolts, Bridge::not_available);
    EXPECT_EQ(bridge.usb_power, Bridge::not_available);
    EXPECT_EQ(bridge.temperature_millicelsius, Bridge::not_available);
    EXPECT_EQ(bridge.signal_dbm, Bridge::not_available);
    EXPECT_FALSE(gauges.battery_percent().has_value());
}

TEST_F(GaugesTest, what_is_measured_is_published) {
    battery = 3840;
    usb = false;
    temperature = -5500;
    signal = -61;
    gauges.step(0);
    EXPECT_EQ(bridge.battery_millivolts, 3840);
    EXPECT_EQ(bridge.usb_power, 0);
    EXPECT_EQ(bridge.temperature_millicelsius, -5500);
    EXPECT_EQ(bridge.signal_dbm, -61);
    EXPECT_EQ(gauges.battery_percent(), 50);
}

TEST_F(GaugesTest, it_reads_at_once_and_then_every_five_seconds) {
    EXPECT_EQ(gauges.deadline(), 0);
    gauges.step(from_ms(100));
    EXPECT_EQ(gauges.deadline(), from_ms(5100));
    gauges.step(from_ms(5100) - 1);
    EXPECT_EQ(readings, 1);
    gauges.step(from_ms(5100));
    EXPECT_EQ(readings, 2);
}

TEST_F(GaugesTest, what_is_no_longer_known_is_no_longer_shown) {
    battery = 4000;
    gauges.step(0);
    battery.reset();
    gauges.step(from_ms(5000));
    EXPECT_EQ(bridge.battery_millivolts, Bridge::not_available);
    EXPECT_FALSE(gauges.battery_percent().has_value());
}

TEST_F(GaugesTest, a_charger_says_nothing_about_the_battery) {
    battery = 4200;
    usb = true;
    gauges.step(0);
    EXPECT_FALSE(gauges.battery_percent().has_value());
    usb = false;
    gauges.step(from_ms(5000));
    EXPECT_EQ(gauges.battery_percent(), 100);
    usb.reset(); // a board that can't tell
    gauges.step(from_ms(10'000));
    EXPECT_EQ(gauges.battery_percent(), 100);
}

TEST(BatteryPercent, follows_the_curve_of_a_lithium_polymer_cell) {
    EXPECT_EQ(battery_percent(4200), 100);
    EXPECT_EQ(battery_percent(4199), 99);
    EXPECT_EQ(battery_percent(4020), 80);
    EXPECT_EQ(battery_percent(3840), 50);
    EXPECT_EQ(battery_percent(3830), 47);
    EXPECT_EQ(battery_percent(3730), 20);
    EXPECT_EQ(battery_percent(3610), 5);
    EXPECT_EQ(battery_percent(3271), 0);
    EXPECT_EQ(battery_percent(3270), 0);
}

TEST(BatteryPercent, knows_nothing_of_what_is_no_cell) {
    EXPECT_FALSE(battery_percent(Bridge::not_available).has_value());
    EXPECT_FALSE(battery_percent(0).has_value());
    EXPECT_FALSE(battery_percent(2499).has_value());
    EXPECT_EQ(battery_percent(2500), 0);
    EXPECT_EQ(battery_percent(4400), 100);
    EXPECT_FALSE(battery_percent(4401).has_value());
}

TEST(BatteryPercent, never_falls_while_the_voltage_rises) {
    for (std::int32_t millivolts = 2500; millivolts < 4400; ++millivolts) {
        EXPECT_LE(*battery_percent(millivolts), *battery_percent(millivolts + 1)) << millivolts;
    }
}

} // namespace
} // namespace firmware::runtime
