// SPDX-License-Identifier: Apache-2.0
// The intercom app on the VM alone: what it says and which commands it gives. Guards and the link are tested elsewhere.
#include "firmware/vm/tests/lockstep_board.hpp"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace firmware::vm::tests {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Op = bridge::HomeMessage::Op;

constexpr int call_pin = 4;
constexpr int conversation_pin = 12;
constexpr int door_pin = 13;

std::string source() {
    std::ifstream file("apps/intercom/app.py");
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class IntercomTest : public ::testing::Test {
protected:
    void start(const std::string& config = "") {
        board.install({{"app.py", source()}, {"app.toml", "[config]\n" + config}});
        board.set_input(call_pin, true);
        board.start();
        board.run_for(100);
    }

    void press(std::int64_t at_ms, std::int64_t for_ms) {
        board.in(at_ms, [this] { board.set_input(call_pin, false); });
        board.in(at_ms + for_ms, [this] { board.set_input(call_pin, true); });
    }

    /// When the bell rang, in whole seconds since `since_ms`.
    std::vector<std::int64_t> rings(std::int64_t since_ms) {
        std::vector<std::int64_t> seconds;
        for (const auto& message : board.messages) {
            if (message.op == Op::event) seconds.push_back((base::to_ms(message.at) - since_ms) / 1000);
        }
        return seconds;
    }

    std::vector<std::string> states(const std::string& id) {
        std::vector<std::string> values;
        for (const std::string& state : board.said(Op::state)) {
            if (state.starts_with(id + "=")) values.push_back(state.substr(id.size() + 1));
        }
        return values;
    }

    /// What the outputs did since `since_ms`, in tenths of a second: the guards' own times are not this test's matter.
    std::vector<LockstepBoard::PinChange> trace(std::int64_t since_ms) {
        std::vector<LockstepBoard::PinChange> changes = board.outputs;
        for (auto& change : changes) change.ms = (change.ms - since_ms) / 100 * 100;
        return changes;
    }

    LockstepBoard board;
};

const std::vector<LockstepBoard::PinChange> one_opening = {
    {0, conversation_pin, true}, {1000, door_pin, true}, {6000, door_pin, false}, {6000, conversation_pin, false}};

TEST_F(IntercomTest, DeclaresItsEntities) {
    start();
    EXPECT_THAT(board.said(Op::declare), SizeIs(6));
    EXPECT_THAT(board.said(Op::declare),
                Contains(HasSubstr("door Door {\"mqtt_command\":[\"pyntercom/intercom/unlock\",\"open\"]}")));
    EXPECT_THAT(board.said(Op::declared), SizeIs(1));
    EXPECT_THAT(states("door"), ElementsAre("LOCKED"));
    EXPECT_THAT(states("auto_unlock"), ElementsAre("false"));
    EXPECT_THAT(board.printed(), IsEmpty());
}

TEST_F(IntercomTest, DeclaresTheLimitsOfItsRelays) {
    start();
    ASSERT_THAT(board.guards, SizeIs(2));
    EXPECT_EQ(board.guards[0].pin, door_pin);
    EXPECT_EQ(board.guards[0].max_on_ms, 5250U);
    EXPECT_EQ(board.guards[1].pin, conversation_pin);
    EXPECT_EQ(board.guards[1].max_on_ms, 6500U);
}

TEST_F(IntercomTest, UnlockMovesBothRelaysInTheirOrder) {
    start();
    const auto begin = board.now_ms();
    board.command("door", "c1", text("UNLOCK"));
    board.run_for(7000);
    EXPECT_EQ(trace(begin), one_opening);
    EXPECT_THAT(states("door"), ElementsAre("LOCKED", "UNLOCKING", "UNLOCKED", "LOCKING", "LOCKED"));
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 ok "));
}

TEST_F(IntercomTest, ASecondUnlockWhileItOpensIsBusy) {
    start();
    const auto begin = board.now_ms();
    board.command("door", "c1", text("UNLOCK"));
    board.in(3000, [this] { board.command("door", "c2", text("UNLOCK")); });
    board.in(4000, [this] { board.command("open_door", "c3", text("PRESS")); });
    board.run_for(12000);
    EXPECT_EQ(trace(begin), one_opening);
    EXPECT_THAT(board.said(Op::done), ElementsAre("c2 failed busy", "c3 failed busy", "c1 ok "));
}

TEST_F(IntercomTest, TheButtonOpensTheDoor) {
    start();
    const auto begin = board.now_ms();
    board.command("open_door", "c1", text("PRESS"));
    board.run_for(7000);
    EXPECT_EQ(trace(begin), one_opening);
}

TEST_F(IntercomTest, HeldForAMinuteRingsOnce) {
    start();
    const auto begin = board.now_ms();
    press(0, 60000);
    board.run_for(70000);
    EXPECT_THAT(rings(begin), ElementsAre(0));
    EXPECT_THAT(states("ringing"), ElementsAre("false", "true", "false"));
}

TEST_F(IntercomTest, APressThatEndsInsideTheCooldownDoesNotRing) {
    start();
    const auto begin = board.now_ms();
    press(0, 200);
    press(3000, 200);
    press(6000, 200);
    board.run_for(15000);
    EXPECT_THAT(rings(begin), ElementsAre(0, 6));
}

TEST_F(IntercomTest, APressStillHeldWhenTheCooldownEndsRingsThen) {
    start();
    const auto begin = board.now_ms();
    press(0, 200);
    press(3000, 4000);
    board.run_for(15000);
    EXPECT_THAT(rings(begin), ElementsAre(0, 5));
}

TEST_F(IntercomTest, ARingHeldAtBootIsPublished) {
    board.install({{"app.py", source()}});
    board.set_input(call_pin, false);
    board.start();
    board.run_for(1000);
    EXPECT_THAT(rings(0), ElementsAre(0));
}

TEST_F(IntercomTest, ABouncingContactRingsOnce) {
    start("cooldown_seconds = 0.2\n");
    for (int i = 0; i < 5; ++i) press(i * 4, 2);
    press(20, 1000);
    for (int i = 0; i < 5; ++i) press(1022 + i * 4, 2);
    board.run_for(3000);
    EXPECT_THAT(board.said(Op::event), ElementsAre("doorbell:ring {}"));
}

TEST_F(IntercomTest, AutoUnlockOpensOnceForOneRing) {
    start("auto_unlock = true\n");
    const auto begin = board.now_ms();
    press(0, 30000);
    board.run_for(40000);
    EXPECT_EQ(trace(begin), one_opening);
}

struct Fault {
    const char* call; ///< raises when it is made
    std::vector<std::string> tried_after;
    const char* ends;
};

class IntercomFaultTest : public IntercomTest, public ::testing::WithParamInterface<Fault> {};

TEST_P(IntercomFaultTest, BothOutputsAreTurnedOffEachByItself) {
    std::string app = source();
    // Outputs that say what is asked of them, and break at one step.
    const std::string faulty = std::string("class Faulty:\n"
                                           " def __init__(s, name): s.name = name\n"
                                           " def __repr__(s): return s.name\n"
                                           " def _do(s, what):\n"
                                           "  print(s.name, what)\n"
                                           "  if s.name + ' ' + what == '") +
                               GetParam().call +
                               "': raise OSError(5)\n"
                               " def on(s): s._do('on')\n"
                               " def off(s): s._do('off')\n"
                               "door, conversation = Faulty('door'), Faulty('line')\n";
    app.insert(app.find("bell = "), faulty);
    board.install({{"app.py", app}});
    board.set_input(call_pin, true);
    board.start();
    board.run_for(100);
    board.command("door", "c1", text("UNLOCK"));
    board.run_for(7000);
    const std::string printed = board.printed();
    for (const std::string& tried : GetParam().tried_after) EXPECT_THAT(printed, HasSubstr(tried + "\r\n"));
    EXPECT_EQ(states("door").back(), GetParam().ends);
    EXPECT_THAT(board.said(Op::log), ::testing::Not(IsEmpty()));
}

INSTANTIATE_TEST_SUITE_P(Steps, IntercomFaultTest,
                         ::testing::Values(Fault{"line on", {"door off", "line off"}, "LOCKED"},
                                           Fault{"door on", {"door off", "line off"}, "LOCKED"},
                                           Fault{"door off", {"door off", "line off"}, "JAMMED"},
                                           Fault{"line off", {"door off", "line off"}, "JAMMED"}));

TEST_F(IntercomTest, LockWhileItIsLockedMovesNothing) {
    start();
    board.command("door", "c1", text("LOCK"));
    board.run_for(7000);
    EXPECT_THAT(board.outputs, IsEmpty());
    EXPECT_THAT(board.said(Op::done), ElementsAre("c1 ok "));
}

TEST_F(IntercomTest, PinsTimesAndPolarityComeFromTheConfiguration) {
    board.install({{"app.py", source()},
                   {"app.toml", "[config]\ncall_pin = 5\ncall_active = 1\ndoor_pin = 14\nopen_seconds = 2\n"}});
    board.start();
    board.run_for(100);
    const auto begin = board.now_ms();
    board.in(0, [this] { board.set_input(5, true); });
    board.command("door", "c1", text("UNLOCK"));
    board.run_for(5000);
    EXPECT_THAT(rings(begin), ElementsAre(0));
    const std::vector<LockstepBoard::PinChange> expected = {
        {0, conversation_pin, true}, {1000, 14, true}, {3000, 14, false}, {3000, conversation_pin, false}};
    EXPECT_EQ(trace(begin), expected);
}

} // namespace
} // namespace firmware::vm::tests
