// SPDX-License-Identifier: Apache-2.0
// A badge whose queues are full, and whose menu is alive while what stands in for Python does its worst.
#include "tests/sim/badge_parts.hpp"

namespace firmware::ports::sim {
namespace {

// --- queues ------------------------------------------------------------------------------------------------------

TEST(Badge, row_3_3_the_eleventh_display_command_waits_and_times_out) {
    std::vector<bool> went;
    base::Micros waited = 0;
    SimBoard board(badge([&](StandInCore& core) {
        core.sleep(from_ms(100));
        // While nothing takes them out, which the lock-step guarantees until the VM waits.
        for (int i = 0; i < 10; ++i) went.push_back(core.inputs.bridge().display_commands.push({}));
        went.push_back(core.inputs.bridge().display_commands.push({}));
        core.sleep(from_ms(100));
        const base::Micros before = core.inputs.now();
        went.push_back(core.draw({}));
        waited = core.inputs.now() - before;
    }));
    board.run_for(from_ms(1000));
    EXPECT_EQ(std::count(went.begin(), went.begin() + 10, true), 10);
    EXPECT_FALSE(went[10]);
    EXPECT_TRUE(went[11]) << "when the hardware core has made room";
    EXPECT_LT(waited, from_ms(2));
}

TEST(Badge, row_3_4_the_twenty_first_button_event_is_dropped_and_counted) {
    SimBoard board(badge([](StandInCore& core) { run_app(core, "deaf", sleep_until_stopped); }));
    board.run_for(from_ms(100));
    board.keys("a a a a a a a a a a");
    EXPECT_EQ(board.bridge().buttons_dropped, 0U);
    EXPECT_EQ(board.bridge().button_events.size(), 20U);
    board.hold("up");
    board.run_for(from_ms(100));
    EXPECT_EQ(board.bridge().buttons_dropped, 1U);
    EXPECT_EQ(board.bridge().buttons_down, button::up) << "the level is right all the same";
}

TEST(Badge, row_3_5_an_led_beyond_the_last_is_ignored) {
    SimBoard board(badge([](StandInCore& core) {
        core.sleep(from_ms(100));
        core.light({bridge::all_leds, {1, 2, 3}});
        core.light({11, {4, 5, 6}});
        core.light({12, {9, 9, 9}});
        core.light({254, {9, 9, 9}});
    }));
    board.run_for(from_ms(500));
    ASSERT_EQ(board.leds().size(), 12U);
    EXPECT_TRUE(std::all_of(board.leds().begin(), board.leds().end() - 1, [](Rgb led) { return led == Rgb{1, 2, 3}; }));
    EXPECT_EQ(board.leds().back(), (Rgb{4, 5, 6}));
}

TEST(Badge, row_3_6_python_cannot_draw_while_a_person_edits) {
    std::vector<bool> went;
    base::Micros waited = 0;
    SimBoard board(badge([&](StandInCore& core) {
        core.sleep(from_ms(1000));
        const base::Micros before = core.inputs.now();
        went.push_back(core.draw(stroke(DisplayCommand::Op::clear, 0x001F)));
        waited = core.inputs.now() - before;
        core.sleep(from_ms(1000));
        went.push_back(paint(core, 0x001F));
    }));
    board.keys("a right right a a up");
    board.run_for(from_ms(1000));
    EXPECT_TRUE(board.shows("Nickname"));
    EXPECT_EQ(board.bridge().display_timeouts, 1U);
    board.keys("a");
    board.run_for(from_ms(1000));
    EXPECT_EQ(went, (std::vector{false, true}));
    EXPECT_EQ(base::to_ms(waited), 100);
    EXPECT_TRUE(all_are(board.screen(), 0x001F)) << "when the editor is left, Python has it";
}

TEST(Badge, row_3_27_settings_are_answered) {
    std::vector<bridge::SettingReply> replies;
    SimBoard board(badge([&](StandInCore& core) {
        using Op = bridge::SettingRequest::Op;
        bridge::Bridge& bridge = core.inputs.bridge();
        bridge::SettingRequest request;
        const auto ask = [&](Op op, std::string_view key, std::string_view value, bool is_text = true) {
            request.op = op;
            request.key = key;
            request.value.type = is_text ? bridge::Value::Type::text : bridge::Value::Type::real;
            request.value.text = value;
            ++request.serial;
            EXPECT_TRUE(bridge.setting_requests.push(request));
            bridge.wake_hardware->notify();
            core.sleep(from_ms(50));
            bridge::SettingReply reply;
            if (bridge.setting_replies.pop(reply)) replies.push_back(reply);
        };
        ask(Op::get, "nickname", {});
        ask(Op::set, "nickname", "Ada");
        ask(Op::get, "nickname", {});
        ask(Op::key_at, {}, {});
        ask(Op::set, "nickname", {}, false);
        ask(Op::remove, "nickname", {});
        ask(Op::remove, "nickname", {});
    }));
    board.run_for(from_ms(120));
    EXPECT_TRUE(board.shows("Ada")) << "the menu goes by it at once";
    board.run_for(from_ms(880));
    ASSERT_EQ(replies.size(), 7U);
    for (std::size_t i = 0; i < replies.size(); ++i) EXPECT_EQ(replies[i].serial, i + 1);
    EXPECT_EQ(replies[0].code, base::ErrorCode::not_found);
    EXPECT_TRUE(replies[1].ok);
    EXPECT_EQ(replies[2].value.text, std::string_view("Ada"));
    EXPECT_EQ(replies[3].key, std::string_view("nickname"));
    EXPECT_EQ(replies[4].code, base::ErrorCode::invalid_argument);
    EXPECT_FALSE(replies[4].reason.empty());
    EXPECT_TRUE(replies[5].ok);
    EXPECT_EQ(replies[6].code, base::ErrorCode::not_found);
    EXPECT_TRUE(board.shows("badge"));
}

// --- isolation ---------------------------------------------------------------------------------------------------

/// The menu must answer each key, and its LEDs must move, whatever the VM core does.
void expect_alive(SimBoard& board) {
    EXPECT_TRUE(board.shows("badge"));
    const std::vector<Rgb> leds(board.leds().begin(), board.leds().end());
    for (const auto& [key, words] : std::vector<std::pair<std::string, std::string>>{
             {"a", "Settings"}, {"a", "Apps"}, {"b", "Diagnostics"}, {"down", "Development"}, {"a", "Bridge"}}) {
        board.press(key, from_ms(40));
        board.run_for(from_ms(20 + 50)); // the contacts settle, and one frame
        EXPECT_TRUE(board.shows(words)) << "after " << key;
        board.run_for(from_ms(30));
    }
    EXPECT_FALSE(std::equal(leds.begin(), leds.end(), board.leds().begin()));
}

TEST(Badge, row_3_31_the_menu_is_alive_while_python_spins) {
    SimBoard board(badge([](StandInCore& core) {
        while (core.compute()) {
        }
    }));
    board.run_for(from_ms(1000));
    expect_alive(board);
}

TEST(Badge, row_3_31_the_menu_is_alive_when_the_vm_was_killed) {
    SimBoard board(badge([](StandInCore& core) {
        while (core.compute()) {
        }
    }));
    board.run_for(from_ms(1000));
    board.kill_vm();
    expect_alive(board);
}

TEST(Badge, row_3_31_the_menu_is_alive_while_python_floods_every_queue_but_the_screen) {
    SimBoard board(badge([](StandInCore& core) {
        bridge::Bridge& bridge = core.inputs.bridge();
        bridge::AppEntry entry;
        bridge::SettingRequest request;
        request.key = "flood";
        request.value.type = bridge::Value::Type::integer;
        request.op = bridge::SettingRequest::Op::set;
        while (core.compute()) {
            entry.op = bridge.app_entries.size() % 2 == 0 ? bridge::AppEntry::Op::begin : bridge::AppEntry::Op::entry;
            while (bridge.app_entries.push(entry)) {
            }
            ++request.value.integer;
            while (bridge.setting_requests.push(request)) {
            }
            while (bridge.home_messages.push(message(bridge::HomeMessage::Op::log, "flood"))) {
            }
            bridge.wake_hardware->notify();
            for (int i = 0; i < 10; ++i) core.compute();
        }
    }));
    board.run_for(from_ms(100));
    expect_alive(board);
}

TEST(Badge, row_3_31_a_flood_of_drawing_is_shown_in_whole_pictures_50_ms_apart_at_most) {
    SimBoard board(badge([](StandInCore& core) {
        for (contract::Color color = 1; core.draw(stroke(DisplayCommand::Op::clear, color)); ++color) {
            core.draw(stroke(DisplayCommand::Op::show));
            for (int i = 0; i < 20; ++i) core.compute();
            if (core.stop) return;
        }
    }));
    board.run_for(from_ms(200));
    const std::int64_t since = board.now_ms();
    for (int i = 0; i < 50; ++i) {
        board.run_for(from_ms(7));
        const contract::Color color = board.screen()[0];
        // A picture on its way is half there: never more than two colours, and the newer one above.
        const auto change = std::find_if(board.screen().begin(), board.screen().end(),
                                         [&](contract::Color each) { return each != color; });
        if (change != board.screen().end()) {
            EXPECT_EQ(board.screen().back(), color - 1);
        }
    }
    EXPECT_LE(longest_pause(board, since), 50);
    EXPECT_GT(board.bridge().frames_shown, 50U);
    EXPECT_EQ(board.bridge().display_timeouts, 0U);
}

TEST(Badge, row_3_31_a_flood_of_lights_does_not_hold_the_screen) {
    SimBoard board(badge([](StandInCore& core) {
        for (std::uint8_t i = 0; core.light({bridge::all_leds, {i, i, i}}) && core.compute(); ++i) {
        }
    }));
    board.run_for(from_ms(1000));
    board.keys("a");
    EXPECT_TRUE(board.shows("Settings"));
}

TEST(Badge, row_3_8_without_a_file_system_the_menu_still_works) {
    SimBoard board(badge([](StandInCore& core) { core.state = VmState::off; }));
    board.keys("a a");
    EXPECT_TRUE(board.shows("Looking in /pyapps ..."));
    board.keys("b right a");
    EXPECT_TRUE(board.shows("Accent Pulse"));
}

} // namespace
} // namespace firmware::ports::sim
