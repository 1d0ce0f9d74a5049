// SPDX-License-Identifier: Apache-2.0
// The life of the VM: app, prompt, interrupts, aborts, resets.
#include "firmware/vm/session.hpp"

#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::vm::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Op = bridge::HomeMessage::Op;

class SessionTest : public ::testing::Test {
protected:
    void start_app(const std::string& source) {
        board.install({{"app.py", source}});
        board.start();
    }

    /// Types a line at the prompt and returns what came of it.
    std::string at_prompt(const std::string& line) {
        board.printed();
        board.type(line + "\r");
        board.run_for(50);
        return board.printed();
    }

    LockstepBoard board;
};

TEST_F(SessionTest, AnAppPrintsOnTheConsole) {
    start_app("print('Hello World')\n");
    board.run_for(100);
    EXPECT_THAT(board.printed(), HasSubstr("Hello World\r\n"));
    EXPECT_THAT(board.said(Op::app_started), ElementsAre("test"));
    EXPECT_THAT(board.said(Op::app_stopped), SizeIs(1));
}

TEST_F(SessionTest, AnAppImportsItsSiblings) {
    board.install({{"app.py", "import sibling\nprint(sibling.answer, __file__)\n"}, {"sibling.py", "answer = 42\n"}});
    board.start();
    board.run_for(100);
    EXPECT_THAT(board.printed(), HasSubstr("42 /pyapps/test/app.py"));
}

TEST_F(SessionTest, ThePromptEvaluatesExpressions) {
    board.start();
    board.run_for(10);
    EXPECT_THAT(at_prompt("6 * 7"), HasSubstr("42\r\n>>> "));
}

TEST_F(SessionTest, TheRawPromptRunsCodeAndMarksWhereItsOutputEnds) {
    board.start();
    board.run_for(10);
    board.type("\x01");
    board.run_for(10);
    EXPECT_THAT(board.printed(), EndsWith("raw REPL; CTRL-B to exit\r\n>"));
    board.type("print(1 + 1)\nraise ValueError('x')\x04");
    board.run_for(10);
    const std::string answer = board.printed();
    EXPECT_THAT(answer, ::testing::StartsWith("OK2\r\n\x04Traceback"));
    EXPECT_THAT(answer, EndsWith("ValueError: x\r\n\x04>"));
}

TEST_F(SessionTest, RawPasteModeTakesCodeInWindows) {
    board.start();
    board.type("\x01");
    board.run_for(10);
    board.printed();
    board.type("\x05"
               "A\x01");
    board.run_for(10);
    const std::string window(board.printed().substr(0, 5));
    EXPECT_EQ(window, std::string("R\x01\x00\x01\x01", 5)); // 256 bytes, and as many again
    board.type("print('pasted')\x04");
    board.run_for(10);
    EXPECT_EQ(board.printed(), "\x04pasted\r\n\x04\x04>");
}

TEST_F(SessionTest, CtrlCInsideARawPasteIsData) {
    board.start();
    board.type("\x01");
    board.run_for(10);
    board.type("\x05"
               "A\x01");
    board.run_for(10);
    EXPECT_FALSE(board.session().interrupt());
}

TEST_F(SessionTest, CtrlCEndsAnAppThatSpinsAndGivesThePrompt) {
    start_app("while True: pass\n");
    board.run_for(100);
    EXPECT_EQ(board.session().state(), contract::VmState::app);
    board.type("\x03");
    board.run_for(10);
    EXPECT_EQ(board.session().state(), contract::VmState::repl);
    EXPECT_THAT(board.printed(), HasSubstr("KeyboardInterrupt"));
    EXPECT_THAT(at_prompt("1 + 1"), HasSubstr("2"));
    EXPECT_THAT(board.said(Op::crash), IsEmpty());
}

TEST_F(SessionTest, WhatIsFreeOfTheHeapIsMeasuredNowAndThen) {
    start_app("import time\ntime.sleep(1)\nkept = bytearray(40000)\nwhile True: time.sleep(1)\n");
    board.run_for(500);
    const std::uint32_t before = board.bridge().heap_free;
    EXPECT_GT(before, 60'000U);
    EXPECT_LT(before, 128U * 1024);
    board.run_for(10'000);
    EXPECT_LT(board.bridge().heap_free.load(), before - 30'000U);
}

TEST_F(SessionTest, CtrlCEndsASleepAtOnce) {
    start_app("import time\ntime.sleep(1000)\n");
    board.run_for(100);
    board.type("\x03");
    board.run_for(1);
    EXPECT_EQ(board.session().state(), contract::VmState::repl);
}

TEST_F(SessionTest, CtrlCEndsACallbackThatSpins) {
    start_app("import micropython, time\ndef f(_):\n while True: pass\n"
              "micropython.schedule(f, 0)\ntime.sleep(1)\nprint('after')\n");
    board.run_for(2000);
    board.type("\x03");
    board.run_for(2000);
    EXPECT_THAT(board.printed(), HasSubstr("after"));
}

TEST_F(SessionTest, CtrlCAtThePromptOnlyStartsANewLine) {
    board.start();
    board.run_for(10);
    board.type("abc");
    board.run_for(10);
    EXPECT_FALSE(board.session().interrupt());
    board.type("\x03");
    board.run_for(10);
    EXPECT_THAT(board.printed(), EndsWith("\r\n>>> "));
}

TEST_F(SessionTest, AbortEndsWhatSwallowsEveryException) {
    start_app("print('begin')\nwhile True:\n try:\n  while True: pass\n except BaseException: pass\n");
    board.run_for(100);
    board.printed();
    board.session().abort();
    board.run_for(10);
    EXPECT_EQ(board.printed(), "MPY: soft reboot\r\nbegin\r\n");
    EXPECT_THAT(board.said(Op::app_started), SizeIs(2));
    EXPECT_THAT(board.said(Op::app_stopped), SizeIs(1));
}

TEST_F(SessionTest, AbortEndsACallbackThatSpins) {
    start_app("import micropython, time\nprint('begin')\ndef f(_):\n while True: pass\n"
              "micropython.schedule(f, 0)\ntime.sleep(1)\n");
    board.run_for(500);
    board.session().abort();
    board.run_for(10);
    EXPECT_THAT(board.printed(), HasSubstr("MPY: soft reboot\r\nbegin"));
}

TEST_F(SessionTest, AbortEndsASleep) {
    start_app("import time\ntry:\n time.sleep(1000)\nfinally:\n while True: pass\n");
    board.run_for(100);
    board.session().abort();
    board.run_for(10);
    EXPECT_THAT(board.said(Op::app_started), SizeIs(2));
}

TEST_F(SessionTest, StopEndsASpinningAppForGood) {
    start_app("while True:\n try:\n  while True: pass\n except BaseException: pass\n");
    board.run_for(100);
    board.session().stop();
    board.run_for(1000);
    EXPECT_TRUE(board.finished());
    EXPECT_EQ(board.session().state(), contract::VmState::off);
}

TEST_F(SessionTest, ASoftResetStartsAFreshVmAndTheAppAgain) {
    start_app("print('app')\nx = 1\n");
    board.run_for(50);
    board.printed();
    board.type("\x04");
    board.run_for(50);
    EXPECT_THAT(board.printed(), HasSubstr("MPY: soft reboot\r\napp\r\n"));
}

TEST_F(SessionTest, ASoftResetFromTheRawPromptLeavesTheAppOut) {
    start_app("print('app')\n");
    board.run_for(50);
    board.type("\x01\x04");
    board.run_for(50);
    board.printed();
    board.type("\x04");
    board.run_for(50);
    EXPECT_EQ(board.printed(), "OK\r\nMPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>");
}

TEST_F(SessionTest, AnAppMayAskForASoftReset) {
    start_app("import machine, os\n"
              "if 'again' in os.listdir(): print('second')\n"
              "else:\n open('again', 'w').close()\n machine.soft_reset()\n");
    board.run_for(100);
    EXPECT_THAT(board.printed(), HasSubstr("MPY: soft reboot\r\nsecond\r\n"));
}

TEST_F(SessionTest, MachineResetCannotBeCaught) {
    start_app(
        "import machine, os\n"
        "if 'again' in os.listdir(): print('second')\n"
        "else:\n open('again', 'w').close()\n try:\n  machine.reset()\n except BaseException: pass\n print('never')\n");
    board.run_for(100);
    const std::string printed = board.printed();
    EXPECT_THAT(printed, HasSubstr("MPY: soft reboot\r\nsecond\r\n"));
    EXPECT_THAT(printed, Not(HasSubstr("never")));
}

TEST_F(SessionTest, AHundredSoftResetsLeaveARoomyHeap) {
    board.start();
    board.run_for(10);
    for (int i = 0; i < 100; ++i) {
        board.type("a = [0] * 1000\r\x04");
        board.run_for(20);
    }
    EXPECT_THAT(at_prompt("import gc; gc.collect(); gc.mem_free() > 90000"), HasSubstr("True"));
}

TEST_F(SessionTest, FilesOutliveAReset) {
    board.start();
    board.run_for(10);
    at_prompt("f = open('/kept', 'w'); f.write('still here'); f.close()");
    board.type("\x04");
    board.run_for(20);
    EXPECT_THAT(at_prompt("open('/kept').read()"), HasSubstr("still here"));
}

TEST_F(SessionTest, ADamagedFileSystemIsReportedAndLeftAlone) {
    std::fill(board.flash.bytes.begin(), board.flash.bytes.end(), std::uint8_t{0x55});
    board.start();
    board.run_for(10);
    EXPECT_THAT(board.printed(), HasSubstr("the file system is damaged"));
    EXPECT_EQ(board.flash.programs, 0);
    EXPECT_THAT(at_prompt("1 + 1"), HasSubstr("2"));
}

TEST_F(SessionTest, OutOfMemoryIsAnExceptionLikeAnyOther) {
    start_app(
        "try:\n a = []\n while True: a.append(bytearray(1000))\nexcept MemoryError:\n a = None\n print('caught')\n");
    board.run_for(5000);
    EXPECT_THAT(board.printed(), HasSubstr("caught"));
}

TEST_F(SessionTest, OutOfMemoryAtTheRawPromptStartsAFreshVm) {
    board.start();
    board.type("\x01");
    board.run_for(10);
    for (int i = 0; i < 200; ++i) {
        board.type(std::string(1000, 'x'));
        board.run_for(10);
    }
    EXPECT_THAT(board.printed(), HasSubstr("out of memory at the prompt\r\nMPY: soft reboot\r\n"));
}

TEST_F(SessionTest, ACrashIsReportedWithItsPlace) {
    board.install({{"app.py", "import part\n\npart.break_down()\n"},
                   {"part.py", "def break_down():\n    raise ValueError('no \"luck\"')\n"}});
    board.start();
    board.run_for(100);
    ASSERT_THAT(board.said(Op::crash), SizeIs(1));
    const std::string crash = board.said(Op::crash)[0];
    EXPECT_THAT(crash, HasSubstr(R"({"file":"/pyapps/test/part.py","line":2,"message":"ValueError: no \"luck\""})"));
    EXPECT_THAT(crash, HasSubstr("line 3, in <module>"));
    EXPECT_THAT(board.said(Op::app_stopped), SizeIs(1));
    EXPECT_EQ(board.session().state(), contract::VmState::repl);
}

TEST_F(SessionTest, row_3_23_ASyntaxErrorIsACrashWithItsLine) {
    start_app("x = 1\nif x\n    pass\n");
    board.run_for(100);
    EXPECT_THAT(board.said(Op::crash), ElementsAre(HasSubstr("\"line\":2,\"message\":\"SyntaxError")));
}

TEST_F(SessionTest, AMissingAppIsLoggedAndThePromptComes) {
    board.install({{"other.py", ""}});
    board.start();
    board.run_for(50);
    EXPECT_THAT(board.said(Op::log), ElementsAre("2 no app: there is no /pyapps/test/app.py"));
    EXPECT_THAT(board.said(Op::app_started), IsEmpty());
    EXPECT_EQ(board.session().state(), contract::VmState::repl);
}

TEST_F(SessionTest, OutputThatNobodyTakesIsDroppedAndCounted) {
    start_app("for i in range(100): print('x' * 100)\nprint('end')\n");
    board.hardware_stands_still = true;
    board.run_for(2000);
    EXPECT_EQ(board.session().state(), contract::VmState::repl);
    EXPECT_GT(board.bridge().console_dropped.load(), 5000U);
}

TEST_F(SessionTest, TimeIsTheInputs) {
    board.bridge().epoch_offset_us = 1'700'000'000'000'000;
    board.start();
    board.run_for(3000);
    EXPECT_THAT(at_prompt("import time; time.ticks_ms(), time.time()"), HasSubstr("(3000, 1700000003)"));
    EXPECT_THAT(at_prompt("import machine; machine.RTC().datetime()"), HasSubstr("(2023, 11, 14, 1, 22, 13, 23, "));
    EXPECT_THAT(at_prompt("machine.unique_id()"), HasSubstr("b'abcd1234'"));
}

TEST(SessionChanceTest, ChanceIsTheInputs) {
    std::string runs[2];
    for (std::string& run : runs) {
        LockstepBoard board;
        board.start();
        board.type("import os, random; os.urandom(4), random.getrandbits(16)\r");
        board.run_for(50);
        run = board.printed();
    }
    EXPECT_EQ(runs[0], runs[1]);
    EXPECT_THAT(runs[0], HasSubstr("(b'"));
}

TEST_F(SessionTest, TheModulesOfAnOrdinaryBoardAreThere) {
    board.start();
    board.run_for(10);
    EXPECT_THAT(
        at_prompt("import json, re, struct, binascii, hashlib, select, asyncio, collections, io, sys, gc, errno, "
                  "math, micropython, os, random, time, machine, ha, heapq, deflate, platform"),
        Not(HasSubstr("Error")));
    EXPECT_THAT(at_prompt("os.uname()"), HasSubstr("ouroboard"));
    EXPECT_THAT(at_prompt("import _thread"), HasSubstr("ImportError"));
    EXPECT_THAT(at_prompt("import uctypes"), HasSubstr("ImportError"));
}

} // namespace
} // namespace firmware::vm::tests
