// SPDX-License-Identifier: Apache-2.0
// The door intercom with real MicroPython, in virtual time: every row of what a door must do, with its exact relay
// trace.
#include "boards/intercom.hpp"
#include "firmware/ports/sim/sim_board.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

namespace firmware::ports::sim {
namespace {

using base::from_ms;
using testing::AssertionResult;

/// How far from the exact moment a relay may move.
constexpr std::int64_t tolerance_ms = 100;

constexpr const char* unlock = R"(["set","door","UNLOCK","u1"])";

std::vector<std::pair<std::string, std::string>> intercom_files() {
    std::vector<std::pair<std::string, std::string>> files;
    for (const auto& entry : std::filesystem::directory_iterator("apps/intercom")) {
        if (!entry.is_regular_file()) continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        files.emplace_back(entry.path().filename().string(), std::string(std::istreambuf_iterator<char>(stream), {}));
    }
    return files;
}

/// Replaces `from`, which must be there, in one of the app's files.
void edit(Options& options, const std::string& file, const std::string& from, const std::string& to) {
    for (auto& [name, text] : options.files) {
        if (name != file) continue;
        const std::size_t at = text.find(from);
        ASSERT_NE(at, std::string::npos) << file << " no longer has: " << from;
        text.replace(at, from.size(), to);
        return;
    }
    FAIL() << "the app has no " << file;
}

class Door : public testing::Test {
protected:
    Door() {
        options.profile = &boards::intercom;
        options.app = "intercom";
        options.files = intercom_files();
    }

    /// Boots, lets the app start, attaches the hub.
    void start() {
        board.emplace(options);
        board->link_up();
        board->run_for(from_ms(3000));
        ASSERT_FALSE(board->frames(R"(["decl")").empty()) << board->console();
    }
    void run_ms(std::int64_t length) { board->run_for(from_ms(length)); }
    void config(const std::string& line) { edit(options, "app.toml", "[config]", "[config]\n" + line); }

    std::vector<std::int64_t> rings(std::int64_t since = 0) const {
        std::vector<std::int64_t> times;
        for (const Heard& frame : board->frames(R"(["event","doorbell","ring")")) times.push_back(frame.t_ms - since);
        return times;
    }
    std::vector<std::string> lock_states() const {
        std::vector<std::string> states;
        for (const Heard& frame : board->frames(R"(["state","door",)")) {
            const std::size_t begin = frame.json.find('"', 15) + 1;
            states.push_back(frame.json.substr(begin, frame.json.find('"', begin) - begin));
        }
        return states;
    }

    /// `expected` in ms after `since`.
    AssertionResult trace_is(std::string_view pin, std::int64_t since, const std::vector<Change>& expected) const {
        const auto seen = board->trace(pin);
        std::string story;
        bool same = seen.size() == expected.size();
        for (std::size_t i = 0; i < seen.size(); ++i) {
            const std::int64_t at = seen[i].t_ms - since;
            story += std::to_string(at) + (seen[i].level ? " on, " : " off, ");
            same = same && seen[i].level == expected[i].level && std::abs(at - expected[i].t_ms) <= tolerance_ms;
        }
        if (same) return testing::AssertionSuccess();
        return testing::AssertionFailure() << pin << ": " << (story.empty() ? "never moved" : story) << "\n"
                                           << board->console();
    }
    AssertionResult one_sequence(std::int64_t since) const {
        const auto line = trace_is("conversation_relay", since, {{0, true}, {6000, false}});
        return line ? trace_is("door_relay", since, {{1000, true}, {6000, false}}) : line;
    }
    AssertionResult never_moved() const {
        const auto line = trace_is("conversation_relay", 0, {});
        return line ? trace_is("door_relay", 0, {}) : line;
    }

    Options options;
    std::optional<SimBoard> board;
};

void expect_near(const std::vector<std::int64_t>& seen, const std::vector<std::int64_t>& expected) {
    ASSERT_EQ(seen.size(), expected.size()) << testing::PrintToString(seen);
    for (std::size_t i = 0; i < seen.size(); ++i) EXPECT_NEAR(seen[i], expected[i], tolerance_ms);
}

TEST_F(Door, row_2_1_held_for_a_minute_is_one_ring_and_the_next_press_another) {
    start();
    board->press("call", from_ms(60000));
    run_ms(70000);
    expect_near(rings(3000), {0});
    board->press("call", from_ms(200));
    run_ms(1000);
    expect_near(rings(3000), {0, 70000});
}

TEST_F(Door, row_2_2_rings_at_0_3_and_6_publish_at_0_and_6) {
    start();
    for (int i = 0; i < 3; ++i) {
        board->press("call", from_ms(200));
        run_ms(3000);
    }
    expect_near(rings(3000), {0, 6000});
}

TEST_F(Door, row_2_2_a_ring_still_held_when_the_cooldown_ends_is_published_then) {
    start();
    board->press("call", from_ms(200));
    run_ms(3000);
    board->press("call", from_ms(4000));
    run_ms(6000);
    expect_near(rings(3000), {0, 5000});
}

TEST_F(Door, row_2_2_a_ring_at_boot_is_published) {
    options.driven = {{"call", false}};
    start();
    run_ms(5000);
    EXPECT_EQ(rings().size(), 1U);
}

TEST_F(Door, row_2_3_level_0_on_pin_4_with_its_pull_up_is_a_call) {
    start();
    EXPECT_TRUE(board->level("call")) << "released, only the pull-up holds it";
    board->drive("call", true);
    run_ms(1000);
    EXPECT_TRUE(rings().empty());
    board->drive("call", false);
    run_ms(1000);
    EXPECT_EQ(rings().size(), 1U);
}

TEST_F(Door, row_2_3_the_polarity_is_a_setting) {
    config("call_active = 1");
    options.driven = {{"call", false}};
    start();
    EXPECT_TRUE(rings().empty());
    board->drive("call", true);
    run_ms(1000);
    EXPECT_EQ(rings().size(), 1U);
}

TEST_F(Door, row_2_5_unlock_picks_up_opens_after_1_s_and_lets_go_after_6_s) {
    start();
    board->send(unlock);
    run_ms(20000);
    EXPECT_TRUE(one_sequence(3000));
    const auto states = lock_states();
    ASSERT_GE(states.size(), 4U);
    EXPECT_EQ(std::vector(states.end() - 4, states.end()),
              (std::vector<std::string>{"UNLOCKING", "UNLOCKED", "LOCKING", "LOCKED"}));
    ASSERT_EQ(board->frames(R"(["done")").size(), 1U);
    EXPECT_TRUE(board->frames(R"(["done")")[0].json.starts_with(R"(["done","u1",true)"));
}

TEST_F(Door, row_2_5_the_button_does_the_same) {
    start();
    board->send(R"(["set","open_door","PRESS","b1"])");
    run_ms(20000);
    EXPECT_TRUE(one_sequence(3000));
}

TEST_F(Door, row_2_8_a_second_command_during_the_sequence_starts_nothing) {
    start();
    board->send(unlock);
    run_ms(2000);
    board->send(R"(["set","door","UNLOCK","u2"])");
    board->send(unlock);
    run_ms(20000);
    EXPECT_TRUE(one_sequence(3000));
    EXPECT_EQ(board->frames(R"(["done","u2",false,"busy")").size(), 1U);
    EXPECT_EQ(board->frames(R"(["done","u1",false,"duplicate")").size(), 1U);
}

TEST_F(Door, row_2_8_after_the_sequence_it_opens_again) {
    start();
    board->send(unlock);
    run_ms(10000);
    board->send(R"(["set","door","UNLOCK","u2"])");
    run_ms(10000);
    EXPECT_TRUE(trace_is("door_relay", 3000, {{1000, true}, {6000, false}, {11000, true}, {16000, false}}));
}

/// Row 2.9: the fault is put in front of each step in turn; what was on must go off at once.
TEST_F(Door, row_2_9_an_error_at_any_step_lets_go_of_both) {
    const std::vector<std::string> steps = {"conversation.on()", "door.on()", "lock.value = \"UNLOCKED\""};
    for (const std::string& step : steps) {
        SCOPED_TRACE(step);
        options.files = intercom_files();
        edit(options, "app.py", step, "raise OSError('injected'); " + step);
        start();
        board->send(unlock);
        run_ms(1500);
        EXPECT_FALSE(board->level("conversation_relay"));
        EXPECT_FALSE(board->level("door_relay"));
        EXPECT_EQ(board->frames(R"(["done","u1",false)").size(), 1U) << board->console();
        board->press("call", from_ms(200));
        run_ms(1000);
        EXPECT_EQ(rings().size(), 1U) << "the app goes on";
        board.reset();
    }
}

TEST_F(Door, row_2_9_an_output_that_does_not_turn_off_does_not_keep_the_other_on) {
    edit(options, "app.py", "        output.off()\n",
         "        if output is door: raise OSError('injected')\n        output.off()\n");
    start();
    board->send(unlock);
    run_ms(20000);
    EXPECT_TRUE(trace_is("conversation_relay", 3000, {{0, true}, {6000, false}}));
    EXPECT_TRUE(trace_is("door_relay", 3000, {{1000, true}, {6250, false}})) << "the guard lets go of it";
}

TEST_F(Door, row_2_10_a_power_cycle_mid_unlock_leaves_it_locked) {
    start();
    board->send(unlock);
    run_ms(2000);
    EXPECT_TRUE(board->level("door_relay"));
    board->power_cycle();
    EXPECT_FALSE(board->level("door_relay"));
    run_ms(20000);
    EXPECT_TRUE(trace_is("door_relay", 3000, {{1000, true}, {2000, false}}));
    EXPECT_TRUE(trace_is("conversation_relay", 3000, {{0, true}, {2000, false}}));
}

TEST_F(Door, row_2_10_a_vm_killed_mid_unlock_cannot_keep_the_door_open) {
    start();
    board->send(unlock);
    run_ms(2000);
    board->kill_vm();
    run_ms(20000);
    EXPECT_TRUE(trace_is("door_relay", 3000, {{1000, true}, {6250, false}}));
    EXPECT_TRUE(trace_is("conversation_relay", 3000, {{0, true}, {6500, false}}));
}

TEST_F(Door, row_2_10_a_handler_that_spins_cannot_keep_the_door_open) {
    edit(options, "app.py", "lock.value = \"UNLOCKED\"\n", "\n        while True: pass\n");
    start();
    board->send(unlock);
    run_ms(20000);
    EXPECT_TRUE(trace_is("door_relay", 3000, {{1000, true}, {6250, false}}));
    EXPECT_TRUE(trace_is("conversation_relay", 3000, {{0, true}, {6500, false}}));
}

TEST_F(Door, row_2_10_ctrl_c_mid_unlock_makes_both_safe_at_once) {
    start();
    board->send(unlock);
    run_ms(2000);
    board->type("\x03");
    run_ms(500);
    EXPECT_FALSE(board->level("door_relay"));
    EXPECT_FALSE(board->level("conversation_relay"));
}

TEST_F(Door, row_2_13_a_ring_while_nobody_listens_is_kept_with_its_own_time) {
    start();
    board->link_down();
    run_ms(30000);
    board->press("call", from_ms(200));
    run_ms(10000);
    EXPECT_TRUE(rings().empty());
    board->link_up();
    run_ms(1000);
    const auto events = board->frames(R"(["event","doorbell","ring",{},)");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_NEAR(std::stol(events[0].json.substr(events[0].json.rfind(',') + 1)), 33000, tolerance_ms);
}

TEST_F(Door, row_2_16_auto_unlock_is_off_until_it_is_switched_on) {
    start();
    board->press("call", from_ms(200));
    run_ms(10000);
    EXPECT_TRUE(never_moved());
}

TEST_F(Door, row_2_16_with_auto_unlock_one_ring_is_one_unlock) {
    start();
    board->send(R"(["set","auto_unlock",true,"a1"])");
    run_ms(100);
    board->press("call", from_ms(30000));
    run_ms(40000);
    EXPECT_TRUE(one_sequence(3100));
}

TEST_F(Door, row_2_18_pins_and_times_are_settings) {
    config("door_pin = 12\nconversation_pin = 13\nopen_seconds = 2.0");
    start();
    board->send(unlock);
    run_ms(20000);
    EXPECT_TRUE(trace_is("conversation_relay", 3000, {{1000, true}, {3000, false}}));
    EXPECT_TRUE(trace_is("door_relay", 3000, {{0, true}, {3000, false}}));
}

TEST_F(Door, row_2_18_topics_are_settings) {
    config("unlock_topic = \"house/gate\"\nunlock_payload = \"sesame\"");
    start();
    EXPECT_NE(board->frames(R"(["decl")").back().json.find(R"("house/gate")"), std::string::npos);
}

TEST_F(Door, row_2_29_a_ring_and_a_lock_command_leave_the_conversation_relay_alone) {
    start();
    board->press("call", from_ms(200));
    run_ms(7000);
    board->send(R"(["set","door","LOCK","l1"])");
    run_ms(7000);
    EXPECT_TRUE(never_moved());
}

TEST_F(Door, the_same_evening_twice_is_the_same_to_the_millisecond) {
    const auto evening = [this] {
        start();
        board->press("call", from_ms(300));
        run_ms(2500);
        board->send(unlock);
        run_ms(15000);
        std::string story = board->console();
        for (const Heard& frame : board->frames()) story += std::to_string(frame.t_ms) + frame.json;
        board.reset();
        return story;
    };
    const std::string first = evening();
    EXPECT_EQ(first, evening());
}

} // namespace
} // namespace firmware::ports::sim
