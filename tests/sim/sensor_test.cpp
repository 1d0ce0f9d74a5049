// SPDX-License-Identifier: Apache-2.0
// A battery sensor as a virtual board, in virtual time: the MCU switches the module, which reports over the link.
#include "boards/all.hpp"
#include "firmware/ports/sim/sim_board.hpp"
#include "firmware/ports/sim/stand_in.hpp"
#include "tests/sim/sensor_app.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace firmware::ports::sim {
namespace {

class SensorBoard : public testing::Test {
protected:
    explicit SensorBoard(const boards::Profile& profile = boards::pir) {
        options.profile = &profile;
        options.program = stand_in(declare_motion);
    }

    /// Boots, declares, and has heard a hub.
    void start() {
        board.emplace(options);
        board->link_up();
        board->run_for(from_ms(1000));
    }
    SensorView view() { return board->sensor().view(); }
    void move(bool active = true) {
        ASSERT_TRUE(board->sensor().sense(options.profile == &boards::door, active, uptime()));
    }
    base::Micros uptime() const { return from_ms(board->now_ms() - booted_ms); }

    /// Until `condition`, and whether it came true within `limit_ms`. The hub confirms what `confirms` says.
    bool run_to(const std::function<bool()>& condition, std::int64_t limit_ms) {
        for (std::int64_t ran = 0; ran < limit_ms && !condition(); ++ran) {
            board->run_for(from_ms(1));
            answer();
        }
        return condition();
    }
    void run(std::int64_t length_ms) {
        run_to([] { return false; }, length_ms);
    }
    void answer() {
        for (; answered < board->frames().size(); ++answered) {
            const std::string& json = board->frames()[answered].json;
            if (confirms && json.starts_with(any_report)) board->send("[\"reported\"," + serial_of(json) + "]");
        }
    }
    static std::string serial_of(const std::string& json) {
        const std::size_t at = std::string_view(any_report).size();
        return json.substr(at, json.find(',', at) - at);
    }
    std::vector<Heard> reports() const { return board->frames(any_report); }
    bool told(std::uint32_t events) { return view().told == events; }
    bool logged(std::string_view text) const {
        for (const Heard& frame : board->frames(R"(["log",)")) {
            if (frame.json.find(text) != std::string::npos) return true;
        }
        return false;
    }
    void power_cycle() {
        booted_ms = board->now_ms();
        board->power_cycle();
    }

    Options options;
    std::optional<SimBoard> board;
    bool confirms = true;
    std::size_t answered = 0;
    std::int64_t booted_ms = 0;
};

class DoorBoard : public SensorBoard {
protected:
    DoorBoard() : SensorBoard(boards::door) {}
};

TEST(SensorBoards, each_names_a_product_that_there_is) {
    unsigned sensors = 0;
    for (const boards::Profile* profile : boards::all) {
        if (profile->sensor.empty()) continue;
        ++sensors;
        EXPECT_NE(tuya_product(profile->sensor), nullptr) << profile->name;
    }
    EXPECT_EQ(sensors, 2U);
}

TEST_F(SensorBoard, motion_is_reported_confirmed_acknowledged_and_the_power_is_cut) {
    start();
    EXPECT_FALSE(view().power);
    EXPECT_EQ(view().session, "off");
    const std::int64_t moved = board->now_ms();
    move();
    run(1);
    EXPECT_TRUE(view().power);
    EXPECT_EQ(view().session, "starting");
    ASSERT_TRUE(run_to([&] { return told(1); }, 2000)) << view().session;
    EXPECT_FALSE(view().power);
    EXPECT_LT(board->now_ms() - moved, 1000) << "from motion to the last acknowledgement";
    ASSERT_EQ(reports().size(), 2U) << "the battery, and motion";
    EXPECT_NE(reports()[0].json.find(R"("6604000102",{},)"), std::string::npos) << reports()[0].json;
    EXPECT_NE(reports()[1].json.find(R"("6501000101",{},)"), std::string::npos) << reports()[1].json;
    EXPECT_EQ(board->sensor().mcu().violations(), 0U) << board->sensor().mcu().newest_violation();
}

TEST_F(SensorBoard, the_line_takes_the_time_of_9600_baud) {
    start();
    const std::int64_t moved = board->now_ms();
    move();
    ASSERT_TRUE(run_to([&] { return told(1); }, 2000));
    // Module start, then 53 bytes of product, 3 statuses of 15, reports of 24, acknowledgement of 8, each 1.04 ms, and
    // the quiet before the acknowledgement.
    EXPECT_GT(board->now_ms() - moved, 250 + 200 + 130);
}

TEST_F(SensorBoard, row_4_12_motion_and_its_end_are_two_boots_of_the_module) {
    start();
    move();
    ASSERT_TRUE(run_to([&] { return told(2); }, 70000));
    ASSERT_EQ(reports().size(), 4U);
    EXPECT_NE(reports()[3].json.find(R"("6501000100",{},)"), std::string::npos) << reports()[3].json;
    std::set<std::string> serials;
    for (const Heard& report : reports()) serials.insert(serial_of(report.json));
    EXPECT_EQ(serials.size(), 4U);
}

TEST_F(SensorBoard, row_4_13_what_the_hub_does_not_confirm_is_said_again_and_not_acknowledged) {
    confirms = false;
    start();
    move();
    run(9000);
    EXPECT_TRUE(told(0));
    EXPECT_TRUE(view().power);
    ASSERT_EQ(reports().size(), 4U);
    EXPECT_EQ(serial_of(reports()[0].json), serial_of(reports()[2].json)) << "the same report";
    board->send("[\"reported\"," + serial_of(reports()[0].json) + "]");
    run(1000);
    EXPECT_TRUE(told(0)) << "only one of two is confirmed";
    board->send("[\"reported\"," + serial_of(reports()[1].json) + "]");
    EXPECT_TRUE(run_to([&] { return told(1); }, 1000));
    EXPECT_EQ(board->sensor().mcu().violations(), 0U);
}

TEST_F(SensorBoard, an_answer_to_the_boot_before_confirms_nothing) {
    confirms = false;
    start();
    move();
    ASSERT_TRUE(run_to([&] { return reports().size() == 2; }, 2000));
    board->sensor().change_battery(uptime());
    EXPECT_EQ(view().session, "off");
    run(1000);
    move();
    ASSERT_TRUE(run_to([&] { return reports().size() == 4; }, 3000));
    for (const std::size_t old : {0U, 1U}) board->send("[\"reported\"," + serial_of(reports()[old].json) + "]");
    run(2000);
    EXPECT_TRUE(told(0));
    for (const std::size_t young : {2U, 3U}) board->send("[\"reported\"," + serial_of(reports()[young].json) + "]");
    EXPECT_TRUE(run_to([&] { return told(1); }, 1000));
}

TEST_F(SensorBoard, a_hub_that_attaches_again_hears_what_it_has_not_confirmed) {
    confirms = false;
    start();
    move();
    ASSERT_TRUE(run_to([&] { return reports().size() == 2; }, 2000));
    confirms = true;
    board->send(R"(["who"])");
    EXPECT_TRUE(run_to([&] { return told(1); }, 1000));
    EXPECT_EQ(reports().size(), 4U);
}

TEST_F(SensorBoard, row_4_23_without_a_broker_nothing_is_reported_and_the_event_waits_for_one) {
    start();
    board->home(false);
    move();
    run(30000);
    EXPECT_EQ(view().session, "joining");
    EXPECT_EQ(board->sensor().mcu().status(), protocol::tuya::NetworkStatus::connected);
    EXPECT_TRUE(reports().empty());
    run(40000);
    EXPECT_EQ(view().session, "asleep") << "the wait is bounded";
    board->home(true);
    EXPECT_TRUE(run_to([&] { return told(1); }, 180000));
    EXPECT_EQ(view().dropped, 0U);
    EXPECT_EQ(board->sensor().mcu().violations(), 0U);
}

TEST_F(SensorBoard, row_4_23_what_was_not_confirmed_in_time_comes_with_the_next_boot_as_late) {
    confirms = false;
    start();
    move();
    ASSERT_TRUE(run_to([&] { return view().session == "asleep"; }, 70000));
    EXPECT_EQ(board->sensor().module().kept().kept.undelivered.size(), 2U);
    EXPECT_TRUE(logged("reports kept for the next boot, not acknowledged: 2"));
    const std::size_t before = reports().size();
    confirms = true;
    ASSERT_TRUE(run_to([&] { return told(1); }, 180000));
    ASSERT_GE(reports().size(), before + 4);
    EXPECT_NE(reports()[before + 1].json.find(R"("6501000101",{"late":true},)"), std::string::npos)
        << reports()[before + 1].json;
    EXPECT_NE(reports()[before + 3].json.find(R"("6501000101",{},)"), std::string::npos);
    EXPECT_TRUE(board->sensor().module().kept().kept.undelivered.empty());
}

TEST_F(SensorBoard, what_is_kept_survives_the_end_of_the_process) {
    confirms = false;
    start();
    move();
    ASSERT_TRUE(run_to([&] { return view().session == "asleep"; }, 70000));
    power_cycle();
    board->run_for(from_ms(100));
    EXPECT_EQ(board->sensor().module().kept().kept.undelivered.size(), 2U);
    EXPECT_TRUE(board->sensor().module().kept().configured);
    confirms = true;
    answered = board->frames().size();
    board->link_up();
    run(4000);
    move(false);
    ASSERT_TRUE(run_to([&] { return told(1); }, 5000));
    EXPECT_NE(reports().back().json.find(R"("6501000100",{},)"), std::string::npos) << "the newest comes last";
}

TEST_F(SensorBoard, without_a_hub_for_25_s_the_network_is_down_again) {
    confirms = false;
    start();
    move();
    ASSERT_TRUE(run_to([&] { return reports().size() == 2; }, 2000));
    board->link_down();
    run(40000);
    const std::size_t said = reports().size();
    run(10000);
    EXPECT_EQ(reports().size(), said) << "nobody listens";
    confirms = true;
    board->link_up();
    EXPECT_TRUE(run_to([&] { return told(1); }, 5000));
}

TEST_F(SensorBoard, row_4_25_only_the_first_boot_declares) {
    start();
    const auto declared = [&] { return board->frames(R"(["decl",)").size(); };
    const std::size_t at_first = declared();
    move();
    ASSERT_TRUE(run_to([&] { return told(1); }, 3000));
    EXPECT_EQ(declared(), at_first + 1);
    ASSERT_TRUE(run_to([&] { return told(2); }, 70000));
    EXPECT_EQ(declared(), at_first + 1) << "the second knows that the home knows";
}

TEST_F(SensorBoard, row_4_19_the_product_is_told_with_hello_once_it_is_known) {
    start();
    const auto products = [&] {
        unsigned count = 0;
        for (const Heard& frame : board->frames(R"(["hello",)")) {
            if (frame.json.find(R"("product":{"p":"Okurono2XLVRV0fB","v":"1.1.0"})") != std::string::npos) ++count;
        }
        return count;
    };
    EXPECT_EQ(products(), 0U);
    move();
    ASSERT_TRUE(run_to([&] { return told(1); }, 3000));
    EXPECT_GE(products(), 1U);
}

TEST_F(SensorBoard, row_4_20_the_button_forgets_the_network_and_a_hub_configures_it_within_half_a_minute) {
    start();
    EXPECT_TRUE(board->sensor().module().kept().configured);
    board->sensor().hold_button(uptime());
    EXPECT_EQ(view().led, TuyaLed::on);
    ASSERT_TRUE(run_to([&] { return view().session == "configuring"; }, 3000));
    EXPECT_TRUE(logged("the button was held"));
    ASSERT_TRUE(run_to([&] { return view().led == TuyaLed::slow || view().led == TuyaLed::fast; }, 2000));
    const std::int64_t since = board->now_ms();
    ASSERT_TRUE(run_to([&] { return view().session == "online"; }, 40000)) << view().session;
    EXPECT_GT(board->now_ms() - since, 28000);
    EXPECT_EQ(view().led, TuyaLed::off);
    EXPECT_TRUE(board->sensor().module().kept().configured);
    EXPECT_FALSE(board->sensor().module().kept().kept.configuring);
    run(6000);
    EXPECT_FALSE(view().power) << "cut, as there is no event";
    move();
    EXPECT_TRUE(run_to([&] { return told(1); }, 3000));
}

TEST_F(SensorBoard, a_sensor_that_was_reset_is_not_configured_while_no_hub_is_heard) {
    start();
    board->link_down();
    run(26000);
    board->sensor().hold_button(uptime());
    run(60000);
    EXPECT_EQ(view().session, "configuring");
    EXPECT_FALSE(board->sensor().module().kept().configured);
    run(60000);
    EXPECT_FALSE(view().power) << "the MCU gives up after 110 s";
}

TEST_F(SensorBoard, a_new_sensor_that_no_hub_has_ever_talked_to_waits_to_be_configured) {
    board.emplace(options);
    board->run_for(from_ms(4000));
    move();
    run(5000);
    EXPECT_EQ(view().session, "configuring");
    board->link_up();
    EXPECT_TRUE(run_to([&] { return told(1); }, 40000)) << "the MCU has kept the event";
}

TEST_F(SensorBoard, row_4_18_what_the_module_measures_is_there_for_python) {
    start();
    EXPECT_EQ(board->bridge().battery_millivolts, bridge::Bridge::not_available);
    board->gauges().battery = 2950;
    board->gauges().signal = -67;
    run(6000);
    EXPECT_EQ(board->bridge().battery_millivolts, 2950);
    EXPECT_EQ(board->bridge().signal_dbm, -67);
}

TEST_F(SensorBoard, python_that_spins_or_dies_costs_no_event) {
    options.program = stand_in([](StandInCore& core) {
        while (core.compute()) {
        }
    });
    start();
    run(4000);
    move();
    EXPECT_TRUE(run_to([&] { return told(1); }, 3000));
    board->kill_vm();
    EXPECT_TRUE(run_to([&] { return told(2); }, 70000));
}

TEST_F(DoorBoard, row_4_17_open_and_closed_are_each_told) {
    start();
    move(true);
    ASSERT_TRUE(run_to([&] { return told(1); }, 3000));
    EXPECT_NE(reports()[0].json.find(R"("0104000100",{},)"), std::string::npos) << reports()[0].json;
    run(1000);
    move(false);
    ASSERT_TRUE(run_to([&] { return told(2); }, 3000));
    EXPECT_NE(reports()[2].json.find(R"("0104000101",{},)"), std::string::npos) << reports()[2].json;
    EXPECT_FALSE(board->sensor().sense(false, true, uptime())) << "it sees no motion";
}

TEST_F(DoorBoard, row_4_18_the_battery_is_told_with_the_next_event) {
    start();
    EXPECT_FALSE(board->sensor().set_battery(3));
    EXPECT_FALSE(board->sensor().set_battery(-1));
    ASSERT_TRUE(board->sensor().set_battery(0));
    move();
    ASSERT_TRUE(run_to([&] { return told(1); }, 3000));
    EXPECT_NE(reports()[1].json.find(R"("6504000100",{},)"), std::string::npos) << reports()[1].json;
}

} // namespace
} // namespace firmware::ports::sim
