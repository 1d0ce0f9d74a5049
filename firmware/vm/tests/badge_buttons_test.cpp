// SPDX-License-Identifier: Apache-2.0
// The buttons of the Python module `badge`: levels, events, callbacks, tasks.
#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::vm::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using HomeOp = bridge::HomeMessage::Op;
namespace button = contract::button;

class BadgeButtons : public ::testing::Test {
protected:
    std::string run(const std::string& source, std::int64_t ms = 100) {
        board.install({{"app.py", "import badge, time, asyncio\nfrom badge import buttons\n" + source}});
        board.start();
        board.run_for(ms);
        return board.printed();
    }

    void press_at(std::int64_t ms, contract::ButtonMask which) {
        board.in(ms, [this, which] { board.press(which); });
    }
    void release_at(std::int64_t ms, contract::ButtonMask which) {
        board.in(ms, [this, which] { board.release(which); });
    }

    LockstepBoard board;
};

TEST_F(BadgeButtons, row_3_17_AButtonIsPressedWhileItIsHeld) {
    press_at(20, button::up);
    release_at(40, button::up);
    EXPECT_THAT(
        run("for i in range(3):\n print(buttons.is_pressed(buttons.UP | buttons.A), buttons.is_pressed(buttons.A))\n"
            " time.sleep_ms(25)\n"),
        HasSubstr("False False\r\nTrue False\r\nFalse False\r\n"));
}

TEST_F(BadgeButtons, row_3_17_AMaskWithoutAButtonIsRefused) {
    EXPECT_THAT(run("buttons.is_pressed(0x200)\n"), HasSubstr("ValueError: a mask of buttons is 1 to 511"));
}

TEST_F(BadgeButtons, TheButtonThatStartedTheAppCountsWhenItIsPressedAnew) {
    board.press(button::a);
    release_at(30, button::a);
    press_at(60, button::a);
    EXPECT_THAT(run("for i in range(3):\n print(buttons.is_pressed(1), buttons.event())\n time.sleep_ms(40)\n", 200),
                HasSubstr("False None\r\nFalse (1, False, 30)\r\nTrue (1, True, 60)\r\n"));
}

TEST_F(BadgeButtons, row_3_18_AnEventHasItsButtonItsEdgeAndItsTime) {
    press_at(20, button::stick);
    release_at(40, button::stick);
    EXPECT_THAT(run("time.sleep_ms(50)\nprint(buttons.event(), buttons.event(), buttons.event())\n"),
                HasSubstr("(256, True, 20) (256, False, 40) None\r\n"));
}

TEST_F(BadgeButtons, row_3_18_GetHasThePressesSinceTheLastCall) {
    press_at(20, button::stick);
    release_at(25, button::stick);
    press_at(30, button::left);
    EXPECT_THAT(run("time.sleep_ms(50)\np = buttons.get()\nprint(len(p), [n for n in sorted(p) if p[n]])\n"
                    "print(any(buttons.get().values()))\n"),
                HasSubstr("9 ['left', 'stick']\r\nFalse\r\n"));
}

TEST_F(BadgeButtons, row_3_18_WaitReturnsThePress) {
    board.in(10, [this] { board.release(button::a); });
    press_at(30, button::select);
    EXPECT_THAT(run("print(buttons.wait(), time.ticks_ms())\n"), HasSubstr("64 30\r\n"));
}

TEST_F(BadgeButtons, row_3_18_WaitGivesUpInTime) {
    release_at(30, button::a);
    EXPECT_THAT(run("print(buttons.wait(50), time.ticks_ms())\n"), HasSubstr("None 50\r\n"));
}

TEST_F(BadgeButtons, WaitEndsWithCtrlC) {
    board.in(30, [this] { board.type("\x03"); });
    EXPECT_THAT(run("buttons.wait()\n"), HasSubstr("KeyboardInterrupt"));
}

TEST_F(BadgeButtons, row_3_18_TheQueueHoldsTwentyEventsAndTheLevelIsStillRight) {
    board.in(20, [this] {
        for (int i = 0; i < 11; ++i) {
            board.press(button::b);
            board.release(button::b);
        }
        board.press(button::b);
    });
    EXPECT_THAT(run("time.sleep_ms(50)\nn = 0\nwhile buttons.event(): n += 1\n"
                    "print(n, buttons.is_pressed(buttons.B), badge.counters()['buttons_dropped'])\n"),
                HasSubstr("20 True 3\r\n"));
}

TEST_F(BadgeButtons, row_3_19_TheConstantsAreTheTable) {
    EXPECT_THAT(run("b = buttons\nprint(b.A, b.B, b.UP, b.DOWN, b.LEFT, b.RIGHT, b.SELECT, b.START, b.STICK, b.ALL)\n"),
                HasSubstr("1 2 4 8 16 32 64 128 256 511\r\n"));
    static_assert(button::a == 1 && button::b == 2 && button::up == 4 && button::down == 8 && button::left == 16);
    static_assert(button::right == 32 && button::select == 64 && button::start == 128 && button::stick == 256);
    static_assert(button::all == 511);
}

// --- callbacks ------------------------------------------------------------------------------------------------------

TEST_F(BadgeButtons, ACallbackHearsOfItsButtonsAndItsEdge) {
    press_at(20, button::a);
    release_at(30, button::a);
    press_at(40, button::b);
    EXPECT_THAT(run("@badge.on_button(buttons.A | buttons.UP)\ndef fire(b): print('down', b, time.ticks_ms())\n"
                    "badge.on_button(buttons.A, lambda b: print('up', b, time.ticks_ms()), pressed=False)\n"
                    "time.sleep_ms(60)\nprint('end')\n"),
                HasSubstr("down 1 20\r\nup 1 30\r\nend\r\n"));
}

TEST_F(BadgeButtons, ACallbackComesInTheMiddleOfAComputation) {
    press_at(20, button::a);
    EXPECT_THAT(run("done = []\nbadge.on_button(buttons.A, done.append)\nwhile not done: pass\nprint(done)\n"),
                HasSubstr("[1]\r\n"));
}

TEST_F(BadgeButtons, WhatACallbackHeardOfCanStillBeAskedFor) {
    press_at(20, button::a);
    EXPECT_THAT(run("badge.on_button(buttons.A, lambda b: print('called'))\nprint(buttons.wait(50))\n"),
                HasSubstr("called\r\n1\r\n"));
}

TEST_F(BadgeButtons, ABurstOfEventsReachesTheCallbackInOrder) {
    board.in(20, [this] {
        for (const auto which : {button::up, button::down, button::left, button::right}) {
            for (int i = 0; i < 2; ++i) {
                board.press(which);
                board.release(which);
            }
        }
        for (int i = 0; i < 4; ++i) board.press(button::a);
    });
    EXPECT_THAT(run("n = []\nbadge.on_button(buttons.ALL, n.append)\ntime.sleep_ms(50)\nprint(n)\n"),
                HasSubstr("[4, 4, 8, 8, 16, 16, 32, 32, 1, 1, 1, 1]\r\n"));
}

TEST_F(BadgeButtons, ACallbackThatRaisesIsShownAndTheOthersStillRun) {
    press_at(20, button::a);
    EXPECT_THAT(run("@badge.on_button(buttons.A)\ndef bad(b): raise ValueError('broken')\n"
                    "badge.on_button(buttons.A, lambda b: print('good'))\ntime.sleep_ms(50)\nprint('end')\n"),
                AllOf(HasSubstr("ValueError: broken\r\ngood\r\nend\r\n")));
    EXPECT_THAT(board.said(HomeOp::crash), IsEmpty());
}

TEST_F(BadgeButtons, ACallbackMayEndTheApp) {
    press_at(20, button::b);
    EXPECT_THAT(run("badge.on_button(buttons.B, lambda b: badge.exit())\ntime.sleep(10)\nprint('never')\n"),
                Not(HasSubstr("never")));
    EXPECT_THAT(board.said(HomeOp::app_stopped), SizeIs(1));
    EXPECT_THAT(board.said(HomeOp::crash), IsEmpty());
}

TEST_F(BadgeButtons, CtrlCEndsACallbackThatHangsAndTheAppWithIt) {
    press_at(20, button::b);
    board.in(40, [this] { board.type("\x03"); });
    EXPECT_THAT(run("@badge.on_button(buttons.B)\ndef hang(b):\n while True: pass\ntime.sleep(10)\nprint('never')\n"),
                AllOf(HasSubstr("KeyboardInterrupt"), Not(HasSubstr("never"))));
    EXPECT_THAT(board.said(HomeOp::app_stopped), SizeIs(1));
}

TEST_F(BadgeButtons, ACallbackTakenBackIsNotCalled) {
    press_at(20, button::b);
    EXPECT_THAT(run("f = badge.on_button(buttons.B, lambda b: print('called'))\nbuttons.off_button(f)\n"
                    "time.sleep_ms(50)\nprint('end')\n"),
                Not(HasSubstr("called")));
}

TEST_F(BadgeButtons, ACallbackDoesNotOutliveItsApp) {
    press_at(50, button::a);
    EXPECT_THAT(run("import machine\nif time.ticks_ms() < 20:\n badge.on_button(buttons.A, lambda b: print('called'))\n"
                    " time.sleep_ms(20)\n machine.soft_reset()\ntime.sleep_ms(50)\nprint('end', buttons.event())\n"),
                AllOf(Not(HasSubstr("called")), HasSubstr("end (1, True, 50)")));
}

TEST_F(BadgeButtons, AWrongMaskIsRefusedWhenTheCallbackIsGiven) {
    EXPECT_THAT(run("badge.on_button(0, print)\n"), HasSubstr("ValueError: a mask of buttons is 1 to 511"));
}

TEST_F(BadgeButtons, WhatCannotBeCalledIsRefused) {
    EXPECT_THAT(run("badge.on_button(1, 5)\n"), HasSubstr("TypeError: a callback is a function"));
}

// --- asyncio --------------------------------------------------------------------------------------------------------

TEST_F(BadgeButtons, ATaskWaitsForAPressWhileOthersRun) {
    press_at(20, button::a);
    press_at(40, button::b);
    EXPECT_THAT(run("async def ticks():\n while True:\n  await asyncio.sleep_ms(15)\n  print('tick')\n"
                    "async def main():\n asyncio.create_task(ticks())\n"
                    " print(await buttons.pressed(buttons.B), time.ticks_ms())\nasyncio.run(main())\n"),
                HasSubstr("tick\r\ntick\r\n2 40\r\n"));
}

TEST_F(BadgeButtons, ATaskReadsEvents) {
    press_at(20, button::a);
    release_at(30, button::a);
    EXPECT_THAT(run("async def main():\n async for e in buttons.events():\n  print(e)\n  if not e[1]: break\n"
                    "asyncio.run(main())\n"),
                HasSubstr("(1, True, 20)\r\n(1, False, 30)\r\n"));
}

TEST_F(BadgeButtons, ATaskMayGiveUpWaiting) {
    press_at(50, button::a);
    EXPECT_THAT(run("async def main():\n try: await asyncio.wait_for_ms(buttons.pressed(), 20)\n"
                    " except asyncio.TimeoutError: print('late', time.ticks_ms())\n"
                    " print(await buttons.pressed(), time.ticks_ms())\nasyncio.run(main())\n"),
                HasSubstr("late 20\r\n1 50\r\n"));
}

TEST_F(BadgeButtons, ASecondTaskThatWaitsIsToldSo) {
    EXPECT_THAT(run("async def main():\n await asyncio.gather(buttons.pressed(), buttons.pressed())\n"
                    "asyncio.run(main())\n"),
                HasSubstr("RuntimeError: another task waits for the buttons already"));
}

} // namespace
} // namespace firmware::vm::tests
