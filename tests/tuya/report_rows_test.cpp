// SPDX-License-Identifier: Apache-2.0
// The battery sensor's promises, each by its number: what becomes of reports and questions, with an MCU that is strict.
#include "protocol/tuya/datapoint.hpp"
#include "tests/tuya/bench.hpp"

#include <array>

namespace tuya_tests {
namespace {

TEST(Tuya, row_4_13_nothing_is_acknowledged_before_it_is_delivered) {
    for (const Micros slow : {from_ms(20), from_ms(1000), from_ms(4000)}) {
        Bench bench;
        bench.plan.confirmation = slow;
        bench.come_online();
        bench.say("55 AA 00 05 00 05 65 01 00 01 01 71");
        ASSERT_TRUE(bench.run_to([&] { return !bench.arrivals.empty(); }, from_ms(1000)));
        bench.run(slow - from_ms(1));
        EXPECT_EQ(bench.said_times(report_done), 0U);
        bench.run(from_ms(1000));
        EXPECT_EQ(bench.said_times(report_done), 1U);
        bench.run(from_ms(3000));
        EXPECT_EQ(bench.said_times(report_done), 1U);
        EXPECT_EQ(bench.last(), report_done);
    }
}

TEST(Tuya, row_4_13_a_dead_broker_gets_it_again_and_the_mcu_no_acknowledgement) {
    Bench bench;
    bench.plan.confirmation = base::never;
    bench.come_online();
    bench.say("55 AA 00 05 00 05 65 01 00 01 01 71");
    bench.run(Session::confirmation_max + from_ms(100));
    EXPECT_EQ(bench.publishes, 2U);
    bench.run(from_ms(60000));
    EXPECT_EQ(bench.said_times(report_done), 0U);
    EXPECT_TRUE(bench.asleep);
    EXPECT_TRUE(bench.has_note(Note::not_delivered));
}

TEST(Tuya, row_4_13_the_newest_value_reaches_the_home_last_whatever_is_confirmed) {
    Bench bench;
    unsigned messages = 0;
    bench.loses_confirmation = [&] { return ++messages == 1; }; // of `on`
    bench.come_online();
    bench.say("55 AA 00 05 00 05 65 01 00 01 01 71");
    bench.say("55 AA 00 05 00 05 65 01 00 01 00 70");
    bench.run(Session::confirmation_max + from_ms(1000));
    EXPECT_EQ(bench.publishes, 4U);
    EXPECT_EQ(bench.home(0x65), 0);
    EXPECT_EQ(bench.said_times(report_done), 2U);
}

TEST(Tuya, row_4_14_a_report_that_comes_early_is_held) {
    Bench bench;
    bench.plan = {.joined = from_ms(1000), .addressed = from_ms(2000), .ready = from_ms(3000)};
    bench.run(from_ms(300));
    bench.say("55 AA 00 05 00 05 65 01 00 01 01 71");
    bench.come_online();
    EXPECT_EQ(count(bench.said(), report_done), 0U);
    EXPECT_TRUE(bench.run_to([&] { return bench.last() == report_done; }, from_ms(1000)));
    EXPECT_EQ(bench.arrivals.size(), 1U);
    EXPECT_GE(bench.arrivals[0].at, bench.session()->diagnostics().online_at);
}

TEST(Tuya, row_4_15_a_repetition_is_acknowledged_but_not_published) {
    const std::string on = "55 AA 00 05 00 05 65 01 00 01 01 71";
    Bench bench;
    bench.come_online();
    bench.say(on);
    bench.say(on); // before the acknowledgement: one is enough, a second would be taken for the next report's
    bench.run(from_ms(2000));
    EXPECT_EQ(bench.said_times(report_done), 1U);
    bench.say(on); // it was not heard
    bench.run(from_ms(2000));
    EXPECT_EQ(bench.said_times(report_done), 2U);
    EXPECT_EQ(bench.publishes, 1U);
    bench.say("55 AA 00 05 00 05 65 01 00 01 00 70");
    bench.say(on); // again, but something else was in between
    bench.run(from_ms(2000));
    EXPECT_EQ(bench.publishes, 3U);
    EXPECT_EQ(bench.home(0x65), 1);
    EXPECT_EQ(bench.said_times(report_done), 4U);
}

TEST(Tuya, row_4_13_what_was_not_understood_is_not_acknowledged_until_it_comes_again) {
    const std::string on = "55 AA 00 05 00 05 65 01 00 01 01 71";
    Bench bench;
    bench.come_online();
    bench.say("55 AA 00 05 00 05 66 04 00 01 01 75"); // the battery's level
    bench.say("55 AA 00 05 00 05 65 01 00 01 01 70"); // motion, with a wrong sum
    bench.run(from_ms(3000));
    EXPECT_EQ(bench.said_times(report_done), 0U);
    EXPECT_TRUE(bench.has_note(Note::line_garbled));
    bench.say("55 AA 00 05 00 05 66 04 00 01 01 75");
    bench.say(on);
    bench.run(from_ms(1000));
    EXPECT_EQ(bench.said_times(report_done), 2U);
    EXPECT_EQ(bench.home(0x65), 1);
}

TEST(Tuya, row_4_13_a_report_that_was_garbled_beside_a_lost_answer_is_not_forgotten) {
    Bench bench;
    bench.plan = {.joined = 0, .addressed = 0, .ready = 0};
    bench.answer_product();
    bench.say_and_wait(status_answer);
    bench.say_and_wait(status_answer);
    ASSERT_EQ(bench.last(), status_4); // its answer is lost, and then
    bench.say("55 AA 00 05 00 05 66 04 00 01 01 75");
    bench.say_and_wait("55 AA 00 05 00 05 65 01 00 01 01 70");
    ASSERT_TRUE(bench.run_to([&] { return bench.said_times(status_4) == 2; }, from_ms(2000)));
    bench.say_and_wait(status_answer);
    bench.run(from_ms(3000));
    EXPECT_EQ(bench.home(0x66), 1);
    EXPECT_EQ(bench.said_times(report_done), 0U);
}

TEST(Tuya, row_4_13_a_report_that_there_was_no_room_for_keeps_all_acknowledgements_back) {
    Bench bench;
    bench.plan.confirmation = base::never;
    bench.come_online();
    for (unsigned i = 0; i <= 8; ++i) {
        const Bytes data{5, 4, 0, 1, static_cast<std::uint8_t>(i)};
        std::array<std::uint8_t, 64> buffer{};
        bench.say(to_hex(protocol::tuya::write_frame({0, 5, data}, buffer)));
    }
    bench.run(from_ms(300));
    EXPECT_EQ(bench.session()->diagnostics().reports, 8U);
    EXPECT_TRUE(bench.has_note(Note::report_refused));
    bench.plan.confirmation = from_ms(1);
    bench.run(Session::awake_max);
    EXPECT_EQ(bench.home(5), 7);
    EXPECT_EQ(bench.said_times(report_done), 0U);
    EXPECT_TRUE(bench.asleep);
}

TEST(Tuya, row_4_16_a_report_of_three_datapoints_of_different_length_arrives_whole) {
    Bench bench;
    bench.come_online();
    bench.say("55 AA 00 05 00 12 65 01 00 01 01 67 02 00 04 00 00 00 5A 68 01 00 01 00 AF");
    ASSERT_TRUE(bench.run_to([&] { return bench.last() == report_done; }, from_ms(1000)));
    EXPECT_EQ(bench.home(0x65), 1);
    EXPECT_EQ(bench.home(0x67), 90);
    EXPECT_EQ(bench.home(0x68), 0);
}

TEST(Tuya, row_4_16_battery_before_motion_loses_nothing_however_the_mcu_waits) {
    for (const char* name : {"neo_pir", "lsc_pir", "neo_door", "mirabella_pir", "record_door"}) {
        Sensor world(name);
        world.mcu.set_battery(1);
        world.on_told = [&](std::uint32_t) {
            EXPECT_EQ(world.home(world.mcu.product().event_id), world.mcu.product().active_value) << name;
            if (world.mcu.product().battery_id != 0) {
                EXPECT_EQ(world.home(world.mcu.product().battery_id), 1) << name;
            }
        };
        world.mcu.sense(true, 0);
        ASSERT_TRUE(world.run_to([&] { return !world.mcu.powered() && world.boots == 1; }, from_ms(5000))) << name;
        EXPECT_EQ(world.told_events.size(), 1U) << name;
    }
}

TEST(Tuya, row_4_16_a_damaged_report_keeps_what_is_right_and_lets_the_mcu_sleep) {
    Bench bench;
    bench.come_online();
    const Bytes data = from_hex("65 01 00 01 01 66 04 00 02 01");
    std::array<std::uint8_t, 64> buffer{};
    bench.say(to_hex(protocol::tuya::write_frame({0, 5, data}, buffer)));
    ASSERT_TRUE(bench.run_to([&] { return bench.last() == report_done; }, from_ms(1000)));
    EXPECT_EQ(bench.home(0x65), 1);
    EXPECT_TRUE(bench.has_note(Note::report_damaged));
    bench.say("55 AA 00 05 00 01 00 05"); // nothing in it at all
    bench.run(from_ms(1000));
    EXPECT_EQ(bench.said_times(report_done), 2U);
    EXPECT_EQ(bench.publishes, 1U);
}

TEST(Tuya, row_4_17_a_door_opens_and_closes) {
    Sensor world("neo_door");
    world.mcu.sense(true, 0);
    world.run(from_ms(5000));
    EXPECT_EQ(world.home(0x01), 0); // 0 is open
    world.mcu.sense(false, world.now);
    world.run(from_ms(5000));
    EXPECT_EQ(world.home(0x01), 1);
    EXPECT_EQ(world.told_events.size(), 2U);
}

TEST(Tuya, row_4_19_the_product_is_known_after_the_handshake) {
    Sensor world("record_door");
    world.mcu.sense(true, 0);
    ASSERT_TRUE(world.run_to([&] { return !world.arrivals.empty(); }, from_ms(5000)));
    EXPECT_EQ(world.session()->diagnostics().product.id.view(), "XFD2nSDKxFlGV5sV");
    EXPECT_EQ(world.session()->diagnostics().product.version.view(), "1.0.0");
}

TEST(Tuya, row_4_20_it_stays_up_30_s_for_an_update_and_begins_none_that_it_could_not_end) {
    Bench bench;
    bench.is_configured = false;
    bench.answer_product();
    bench.say_and_wait(status_answer);
    bench.is_configured = true; // at once
    bench.run_until(bench.module_boot + Session::hold - 1);
    EXPECT_EQ(bench.restarts, 0U);
    const Micros left = bench.module_boot + Session::configuration_max - bench.now;
    EXPECT_FALSE(bench.session()->begin_update(left + 1));
    EXPECT_TRUE(bench.has_note(Note::update_refused));
    EXPECT_TRUE(bench.session()->begin_update(left));
    bench.say_and_wait("55 AA 00 0A 00 00 09");
    EXPECT_EQ(bench.last(), "55 AA 00 0A 00 01 02 0C"); // updating: leave the power on
    bench.run(from_ms(60000));
    EXPECT_EQ(bench.restarts, 0U);
    bench.session()->end_update(true);
    bench.run(from_ms(1000));
    EXPECT_EQ(bench.restarts, 1U);
}

TEST(Tuya, row_4_20_no_update_begins_on_an_event_s_boot) {
    Bench bench;
    bench.come_online();
    EXPECT_FALSE(bench.session()->begin_update(from_ms(1000)));
}

TEST(Tuya, row_4_20_without_an_update_it_restarts_into_its_new_network) {
    Bench bench;
    bench.is_configured = false;
    bench.answer_product();
    bench.say_and_wait(status_answer);
    bench.is_configured = true;
    bench.run_until(bench.module_boot + Session::hold + from_ms(10));
    EXPECT_EQ(bench.restarts, 1U);
    EXPECT_FALSE(bench.flash.configuring);
    bench.run(from_ms(300));
    EXPECT_EQ(bench.joins, 1U);
}

TEST(Tuya, row_4_21_a_module_that_is_not_cut_sleeps_and_begins_nothing_new) {
    Sensor world("stuck_pir");
    world.mcu.sense(true, 0);
    world.run(from_ms(9000));
    EXPECT_EQ(world.told_events.size(), 1U);
    EXPECT_TRUE(world.asleep);
    EXPECT_TRUE(world.has_note(Note::not_cut));
    const auto frames = world.said();
    world.run(from_ms(600000));
    EXPECT_EQ(world.said(), frames);
    EXPECT_EQ(world.boots, 1U);
}

TEST(Tuya, row_4_22_boots_without_an_event_bring_advice_and_an_event_ends_them) {
    Kept kept;
    for (unsigned boot = 1; boot <= Session::eventless_boots_max; ++boot) {
        Bench bench;
        bench.flash.eventless_boots = kept.eventless_boots;
        bench.come_online();
        bench.run(from_ms(1500));
        EXPECT_EQ(bench.has_note(Note::out_of_step), boot == Session::eventless_boots_max);
        kept = bench.flash;
        EXPECT_EQ(kept.eventless_boots, boot);
    }
    Bench bench;
    bench.flash = kept;
    bench.come_online();
    bench.say("55 AA 00 05 00 05 65 01 00 01 01 71");
    bench.run(from_ms(1500));
    EXPECT_EQ(bench.flash.eventless_boots, 0);
}

TEST(Tuya, row_4_23_what_could_not_be_delivered_is_kept_and_delivered_first_the_next_time) {
    Bench bench;
    bench.come_online();
    bench.plan.drops = 0; // the broker is gone
    bench.say("55 AA 00 05 00 05 65 01 00 01 01 71");
    bench.run(Session::awake_max);
    EXPECT_TRUE(bench.asleep);
    EXPECT_EQ(bench.said_times(report_done), 0U);
    ASSERT_EQ(bench.flash.undelivered.size(), 1U);
    bench.plan.drops = base::never;
    bench.power(true, bench.now);
    bench.come_online();
    bench.say("55 AA 00 05 00 05 65 01 00 01 00 70");
    bench.run(from_ms(1000));
    ASSERT_EQ(bench.arrivals.size(), 2U);
    EXPECT_TRUE(bench.arrivals[0].late);
    EXPECT_FALSE(bench.arrivals[1].late);
    EXPECT_EQ(bench.home(0x65), 0); // the newest is last
    EXPECT_EQ(bench.said_times(report_done), 1U);
    EXPECT_TRUE(bench.flash.undelivered.empty());
}

TEST(Tuya, row_4_23_without_a_network_it_waits_a_bounded_time) {
    Sensor world("neo_pir");
    world.plan = {.joined = base::never, .addressed = base::never, .ready = base::never};
    const std::uint32_t event = world.mcu.sense(true, 0);
    world.run(from_ms(61000));
    EXPECT_TRUE(world.asleep);
    EXPECT_TRUE(world.told_events.empty());
    EXPECT_TRUE(world.mcu.keeps(event));
}

TEST(Tuya, row_4_24_each_question_is_answered_with_its_vector) {
    const auto answer = [](const char* question, auto prepare) {
        Bench bench;
        prepare(bench);
        bench.answer_product();
        bench.say_and_wait(question);
        return bench.last();
    };
    const auto nothing = [](Bench&) {};
    EXPECT_EQ(answer("55 AA 00 06 00 00 05", nothing), "55 AA 00 06 00 08 00 00 00 00 00 00 00 00 0D");
    EXPECT_EQ(answer("55 AA 00 06 00 00 05", [](Bench& bench) { bench.clock = {26, 11, 21, 10, 46, 5}; }),
              "55 AA 00 06 00 08 01 1A 0B 15 0A 2E 05 06 8B");
    EXPECT_EQ(answer("55 AA 00 07 00 00 06", nothing), "55 AA 00 07 00 02 01 50 59");
    EXPECT_EQ(answer("55 AA 00 07 00 00 06", [](Bench& bench) { bench.signal.reset(); }), "55 AA 00 07 00 02 00 00 08");
    EXPECT_EQ(answer("55 AA 00 0B 00 00 0A", [](Bench& bench) { bench.signal = 72; }), "55 AA 00 0B 00 02 01 48 55");
    EXPECT_EQ(answer("55 AA 00 0B 00 00 0A", [](Bench& bench) { bench.signal.reset(); }), "55 AA 00 0B 00 02 00 00 0C");
    EXPECT_EQ(answer("55 AA 00 10 00 01 00 10", nothing), "55 AA 00 10 00 02 01 00 12");
    EXPECT_EQ(answer("55 AA 00 0A 00 00 09", nothing), "55 AA 00 0A 00 01 00 0A");
    EXPECT_EQ(answer("55 AA 00 0C 00 00 0B", nothing), "55 AA 00 0C 00 01 00 0C");
}

TEST(Tuya, row_4_24_records_arrive_with_their_time_and_are_acknowledged_as_records) {
    Bench bench;
    bench.come_online();
    bench.say("55 AA 00 08 00 0C 01 1A 0B 15 0A 2E 05 65 01 00 01 01 F3");
    ASSERT_TRUE(bench.run_to([&] { return bench.last() == "55 AA 00 08 00 01 00 08"; }, from_ms(1000)));
    ASSERT_EQ(bench.arrivals.size(), 1U);
    EXPECT_TRUE(bench.arrivals[0].record);
    EXPECT_EQ(bench.arrivals[0].time, (protocol::tuya::LocalTime{26, 11, 21, 10, 46, 5}));
    EXPECT_EQ(bench.home(0x65), 1);
    bench.say("55 AA 00 08 00 0C 00 02 02 02 02 02 02 01 01 00 01 01 23");
    bench.run(from_ms(1000));
    ASSERT_EQ(bench.arrivals.size(), 2U);
    EXPECT_FALSE(bench.arrivals[1].time);
}

TEST(Tuya, row_4_24_set_datapoints_are_told_once_or_when_the_mcu_asks) {
    Bench bench;
    bench.come_online();
    const Bytes on{1};
    ASSERT_TRUE(bench.session()->issue({0x6B, protocol::tuya::DatapointType::boolean, on}));
    bench.run(from_ms(1000));
    EXPECT_EQ(bench.said_times("55 AA 00 09 00 05 6B 01 00 01 01 7B"), 1U);
    const Bytes one{0, 0, 0, 1};
    Bench asking;
    asking.answer_product();
    ASSERT_TRUE(asking.session()->issue({0x11, protocol::tuya::DatapointType::value, one}));
    ASSERT_TRUE(asking.session()->issue({0x12, protocol::tuya::DatapointType::value, one}));
    asking.say_and_wait("55 AA 00 10 00 02 01 09 1B"); // only datapoint 9
    EXPECT_EQ(asking.last(), "55 AA 00 10 00 02 01 00 12");
    asking.say_and_wait("55 AA 00 10 00 01 00 10");
    EXPECT_EQ(asking.last(), "55 AA 00 10 00 12 01 02 11 02 00 04 00 00 00 01 12 02 00 04 00 00 00 01 55");
}

TEST(Tuya, row_4_24_the_answer_that_cuts_the_power_comes_after_the_reports) {
    Bench bench;
    bench.come_online();
    bench.say("55 AA 00 0A 00 00 09");
    bench.say("55 AA 00 05 00 05 65 01 00 01 01 71");
    bench.run(from_ms(2000));
    const Frames frames = bench.said();
    ASSERT_GE(frames.size(), 3U);
    EXPECT_EQ(Frames(frames.end() - 3, frames.end()),
              (Frames{"55 AA 00 0A 00 01 00 0A", report_done, "55 AA 00 0A 00 01 01 0B"}));
}

TEST(Tuya, row_4_25_entities_are_declared_when_they_are_new_and_never_on_an_event_s_boot) {
    Sensor world("neo_pir");
    world.flash.declared = 0; // never told
    world.mcu.sense(true, 0);
    world.run(from_ms(5000));
    EXPECT_EQ(world.declarations, 1U);
    EXPECT_EQ(world.told_events.size(), 1U);
    EXPECT_EQ(world.flash.declared, world.declaration_now);
    const unsigned saves = world.saves;
    for (int i = 0; i < 3; ++i) {
        world.mcu.sense(i % 2 != 0, world.now);
        world.run(from_ms(5000));
    }
    EXPECT_EQ(world.told_events.size(), 4U);
    EXPECT_EQ(world.declarations, 1U);
    EXPECT_EQ(world.saves, saves);  // and the flash is left alone
    EXPECT_EQ(world.publishes, 8U); // battery and motion, four times
}

TEST(Tuya, row_4_25_a_home_that_can_t_be_told_does_not_keep_the_sensor_awake) {
    Sensor world("neo_pir");
    world.flash.declared = 0;
    world.mcu.sense(true, 0);
    world.to_mcu.harm = [&](Bytes&) {
        if (world.declarations > 0) world.declaration_now = 99; // never what was confirmed
    };
    world.run(from_ms(20000));
    EXPECT_EQ(world.told_events.size(), 1U);
}

TEST(Tuya, row_4_27_the_mcu_gives_up_after_failed_boots_until_its_battery_is_changed) {
    Sensor world("neo_pir");
    world.plan = {.joined = base::never, .addressed = base::never, .ready = base::never};
    world.mcu.sense(true, 0);
    world.run(from_ms(700000));
    EXPECT_EQ(world.boots, TuyaMcu::failures_max);
    EXPECT_FALSE(world.mcu.armed());
    world.plan = {};
    world.mcu.sense(true, world.now);
    world.run(from_ms(10000));
    EXPECT_EQ(world.boots, TuyaMcu::failures_max);
    world.mcu.change_battery(world.now);
    world.mcu.sense(true, world.now);
    world.run(from_ms(10000));
    EXPECT_EQ(world.told_events.size(), 1U);
}

TEST(Tuya, row_4_27_the_mcu_sees_what_a_module_does_wrong) {
    World world(*tuya_product("neo_pir"));
    world.mcu.arm();
    world.mcu.sense(true, 0);
    world.mcu.step(0);
    const auto hear = [&](const std::string& hex) {
        const unsigned before = world.mcu.violations();
        world.mcu.hear(from_hex(hex), 0);
        return world.mcu.violations() - before;
    };
    EXPECT_EQ(hear(status_4), 1U); // before the product query
    EXPECT_EQ(hear(product_query), 0U);
    EXPECT_EQ(hear(report_done), 2U); // of no report, and before it is connected
    EXPECT_EQ(hear(status_2), 0U);
    EXPECT_EQ(hear(status_4), 1U); // without 3
    EXPECT_EQ(hear(status_3), 1U); // back
    EXPECT_EQ(hear("55 AA 03 00 00 00 02"), 1U);
}

TEST(Tuya, row_4_28_a_frame_of_the_mains_protocol_is_told_and_not_misread) {
    Bench bench;
    bench.answer_product();
    const auto before = bench.said();
    bench.say_and_wait("55 AA 03 05 00 01 00 08"); // there: select a mode; here it would be a report
    bench.say_and_wait("55 AA 03 03 00 00 05");    // there: network status; here it would be the button
    EXPECT_EQ(bench.notes.back(), std::pair(Note::mains_protocol, 3U));
    EXPECT_EQ(bench.session()->diagnostics().foreign_frames, 2U);
    EXPECT_EQ(bench.forgets, 0U);
    EXPECT_TRUE(bench.session()->diagnostics().reports == 0);
    EXPECT_EQ(count(bench.said(), report_done), 0U);
    EXPECT_GE(bench.said().size(), before.size());
}

} // namespace
} // namespace tuya_tests
