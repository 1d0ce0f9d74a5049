// SPDX-License-Identifier: Apache-2.0
// The battery sensor's promises, each by its number: how a boot begins, with an MCU that is strict.
#include "tests/tuya/bench.hpp"

#include <array>
#include <tuple>

namespace tuya_tests {
namespace {

TEST(Tuya, row_4_2_the_line_has_9600_baud_and_nothing_but_frames_on_it) {
    Sensor world("neo_pir");
    world.mcu.sense(true, 0);
    ASSERT_TRUE(world.run_to([&] { return world.told_events.size() == 1; }, from_ms(5000)));
    EXPECT_EQ(world.line_settings, (LineSettings{9600, 8, 'N', 1}));
    class None final : public protocol::tuya::FrameSink {
    public:
        void on_frame(const protocol::tuya::Frame&) override {}
        void on_bad_sum(const protocol::tuya::Frame&, std::uint8_t, std::uint8_t) override { ADD_FAILURE(); }
    } none;
    protocol::tuya::FrameReader reader(none);
    for (const auto& [at, frame] : world.to_mcu.sent) reader.feed(frame, at);
    EXPECT_EQ(reader.skipped(), 0U);
    EXPECT_EQ(world.to_mcu.sent.size(), 5U);
}

TEST(Tuya, row_4_3_a_silent_mcu_is_asked_each_second) {
    Bench bench;
    bench.run(from_ms(10300));
    ASSERT_EQ(bench.said(), Frames(11, product_query));
    for (std::size_t i = 0; i < 11; ++i)
        EXPECT_EQ(bench.to_mcu.sent[i].first, bench.module_boot + from_ms(1000) * static_cast<Micros>(i));
    EXPECT_EQ(std::count(bench.notes.begin(), bench.notes.end(), std::pair(Note::mcu_silent, 0U)), 1);
    bench.run(from_ms(60000));
    EXPECT_TRUE(bench.asleep);
}

TEST(Tuya, row_4_3_the_answer_ends_the_asking_and_any_object_will_do) {
    for (const std::string json : {R"({"P":"abc","v":"1.1.0"})", R"({"p":"abc","v":"1.1.0"})", "{}", "nonsense"}) {
        Bench bench;
        bench.run(from_ms(1500));
        const Bytes data(json.begin(), json.end());
        std::array<std::uint8_t, 64> buffer{};
        bench.say_and_wait(to_hex(protocol::tuya::write_frame({0, 1, data}, buffer)));
        bench.run(from_ms(3000));
        EXPECT_EQ(bench.said_times(product_query), 2U) << json;
        EXPECT_EQ(bench.session()->diagnostics().product.id.view(), json.size() > 10 ? "abc" : "") << json;
        EXPECT_EQ(bench.has_note(Note::bad_product), json == "nonsense");
        EXPECT_GE(bench.said_times(status_2), 1U);
    }
}

TEST(Tuya, row_4_4_each_mode_is_told_and_ends_before_the_power_does) {
    for (const NetworkStatus mode : {NetworkStatus::smart_config, NetworkStatus::access_point}) {
        Bench bench;
        bench.is_configured = false;
        bench.flash.mode = mode;
        bench.answer_product();
        EXPECT_EQ(bench.last(), mode == NetworkStatus::smart_config ? status_0 : status_1);
        bench.say_and_wait(status_answer);
        EXPECT_EQ(bench.configurations, 1U);
        bench.run_until(Session::configuration_max + bench.module_boot - 1);
        EXPECT_FALSE(bench.asleep);
        EXPECT_EQ(bench.said().size(), 2U);
        bench.run(2);
        EXPECT_TRUE(bench.asleep);
        EXPECT_LT(bench.now, TuyaMcu::configuring_cut);
    }
}

TEST(Tuya, row_4_4_the_led_says_which_mode_it_is) {
    Sensor world("neo_pir");
    world.mcu.hold_button(0);
    EXPECT_TRUE(world.mcu.led(from_ms(500)));
    ASSERT_TRUE(world.run_to([&] { return world.mcu.status() == NetworkStatus::smart_config; }, from_ms(5000)));
    const auto changes = [&](Micros window) {
        unsigned seen = 0;
        const Micros start = from_ms(6000);
        for (Micros at = start; at < start + window; at += from_ms(50))
            seen += world.mcu.led(at) != world.mcu.led(at + from_ms(50)) ? 1 : 0;
        return seen;
    };
    EXPECT_EQ(changes(from_ms(6000)), 24U);
    world.mcu.hold_button(world.now);
    ASSERT_TRUE(world.run_to([&] { return world.mcu.status() == NetworkStatus::access_point; }, from_ms(5000)));
    EXPECT_EQ(changes(from_ms(6000)), 4U);
}

TEST(Tuya, row_4_5_a_status_is_told_when_it_is_true_and_the_one_before_is_acknowledged) {
    Bench bench;
    bench.plan = {.joined = from_ms(2000), .addressed = from_ms(4000), .ready = from_ms(4000)};
    bench.answer_product();
    bench.run(from_ms(1500));
    EXPECT_EQ(bench.last(), product_query); // not joined yet
    bench.run(from_ms(500));
    EXPECT_EQ(bench.last(), status_2);
    bench.say_and_wait(status_answer);
    bench.run(from_ms(1300));
    EXPECT_EQ(bench.last(), status_2); // no address yet
    bench.run(from_ms(1000));
    EXPECT_EQ(bench.last(), status_3); // and not 4, though it is true already
    bench.say_and_wait(status_answer);
    EXPECT_EQ(bench.last(), status_4);
    EXPECT_EQ(bench.said().size(), 4U);
}

TEST(Tuya, row_4_5_a_lost_answer_brings_three_repetitions_and_then_the_handshake) {
    Bench bench;
    bench.plan.joined = 0;
    bench.answer_product();
    const Micros first = bench.to_mcu.sent.back().first;
    bench.run_until(first + from_ms(3999));
    EXPECT_EQ(bench.said_times(status_2), 4U);
    EXPECT_EQ(bench.said_times(product_query), 1U);
    bench.run_until(first + from_ms(4001));
    EXPECT_EQ(bench.said_times(status_2), 4U);
    EXPECT_EQ(bench.last(), product_query);
    EXPECT_TRUE(bench.has_note(Note::status_unanswered));
}

TEST(Tuya, row_4_5_the_answer_to_a_repetition_is_not_taken_for_one_to_the_next_status) {
    Bench bench;
    bench.plan = {.joined = 0, .addressed = 0, .ready = 0};
    bench.answer_product();
    bench.run(from_ms(1100)); // status 2 was repeated
    ASSERT_EQ(bench.said_times(status_2), 2U);
    bench.say(status_answer);
    bench.say_and_wait(status_answer);
    EXPECT_EQ(bench.said_times(status_3), 0U);
    bench.run(from_ms(300));
    EXPECT_EQ(bench.last(), status_3);
    EXPECT_EQ(bench.said_times(status_3), 1U);
    EXPECT_EQ(bench.said_times(status_4), 0U);
}

TEST(Tuya, row_4_6_without_an_event_the_power_goes_and_the_next_boot_is_clean) {
    Sensor world("neo_pir");
    world.mcu.change_battery(0);
    world.mcu.hold_button(0); // powers the module; nobody configures it
    world.run(from_ms(500));
    world.is_configured = true;
    ASSERT_TRUE(world.run_to([&] { return world.mcu.status() == NetworkStatus::cloud_connected; }, from_ms(60000)));
    const Micros online = world.now;
    ASSERT_TRUE(world.run_to([&] { return !world.mcu.powered(); }, from_ms(5000)));
    EXPECT_NEAR(static_cast<double>(world.now - online), 3.5e6, 0.1e6);
    EXPECT_EQ(world.publishes, 0U);
    world.mcu.sense(true, world.now);
    world.run(from_ms(5000));
    EXPECT_EQ(world.told_events.size(), 1U);
    EXPECT_EQ(world.home(0x65), 1);
}

TEST(Tuya, row_4_7_an_event_comes_after_the_whole_sequence_and_within_5_s) {
    Sensor world("neo_pir");
    world.plan = {.joined = from_ms(1500), .addressed = from_ms(2500), .ready = from_ms(3000)};
    world.mcu.sense(true, 0);
    ASSERT_TRUE(world.run_to([&] { return !world.arrivals.empty(); }, from_ms(5000)));
    EXPECT_EQ(world.said(), (Frames{product_query, status_2, status_3, status_4}));
    EXPECT_LT(world.session()->diagnostics().online_at, from_ms(5000));
}

TEST(Tuya, row_4_8_the_button_is_obeyed_in_every_state) {
    using State = Session::State;
    for (const State state : {State::handshake, State::joining, State::online, State::configuring}) {
        for (const std::string& frame : {std::string("55 AA 00 03 00 00 02"), std::string("55 AA 00 04 00 01 01 05")}) {
            Bench bench;
            if (state == State::configuring) bench.is_configured = false;
            if (state == State::handshake) bench.run(from_ms(300));
            if (state == State::joining || state == State::configuring) bench.answer_product();
            if (state == State::online) bench.come_online();
            ASSERT_EQ(bench.session()->state(), state);
            bench.say_and_wait(frame);
            EXPECT_EQ(bench.last().substr(0, 17), frame.substr(0, 11) + " 00 00"); // acknowledged
            EXPECT_EQ(bench.forgets, 1U);
            EXPECT_TRUE(bench.flash.configuring);
            EXPECT_EQ(bench.flash.declared, 0U);
            EXPECT_EQ(bench.restarts, 1U);
            bench.answer_product();
            EXPECT_EQ(bench.session()->state(), State::configuring);
            EXPECT_TRUE(bench.last() == status_1 || frame[10] == '3');
        }
    }
}

TEST(Tuya, row_4_9_each_press_brings_the_other_mode) {
    Sensor world("neo_pir");
    for (const NetworkStatus mode : {NetworkStatus::smart_config, NetworkStatus::access_point,
                                     NetworkStatus::smart_config, NetworkStatus::access_point}) {
        world.mcu.hold_button(world.now);
        ASSERT_TRUE(world.run_to([&] { return world.mcu.status() == mode; }, from_ms(5000)));
        EXPECT_EQ(world.flash.mode, mode);
        world.run(from_ms(2000));
    }
}

TEST(Tuya, row_4_10_an_unknown_command_is_ignored_and_told) {
    Bench bench;
    bench.come_online();
    const auto before = bench.said();
    bench.say_and_wait("55 AA 00 EE 00 01 01 EF");
    EXPECT_EQ(bench.said(), before);
    EXPECT_EQ(bench.notes.back(), std::pair(Note::unknown_command, 0xEEU));
    bench.say("55 AA 00 05 00 05 65 01 00 01 01 71");
    EXPECT_TRUE(bench.run_to([&] { return bench.last() == report_done; }, from_ms(1000)));
}

TEST(Tuya, row_4_11_the_three_motion_reports_of_the_origin_arrive) {
    for (const auto& [frame, id, value] : {std::tuple{"55 AA 00 05 00 05 65 01 00 01 01 71", 0x65, 1},
                                           {"55 AA 00 05 00 05 65 01 00 01 00 70", 0x65, 0},
                                           {"55 AA 00 05 00 05 64 01 00 01 00 6F", 0x64, 0}}) {
        Bench bench;
        bench.come_online();
        bench.say(frame);
        ASSERT_TRUE(bench.run_to([&] { return bench.last() == report_done; }, from_ms(1000)));
        EXPECT_EQ(bench.home(static_cast<std::uint8_t>(id)), value);
    }
}

TEST(Tuya, row_4_12_motion_goes_on_and_off_again) {
    Sensor world("neo_pir");
    world.mcu.sense(true, 0);
    world.run(from_ms(10000));
    EXPECT_EQ(world.home(0x65), 1);
    EXPECT_FALSE(world.mcu.powered());
    world.run(from_ms(60000)); // nothing moves any more
    EXPECT_EQ(world.home(0x65), 0);
    EXPECT_EQ(world.boots, 2U);
    EXPECT_EQ(world.told_events.size(), 2U);
}

} // namespace
} // namespace tuya_tests
