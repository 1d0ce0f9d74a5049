// SPDX-License-Identifier: Apache-2.0
// Apps are started and stopped from the hardware core: return codes, races, and what is left behind.
#include "firmware/vm/session.hpp"

#include "firmware/vm/mp/micropython.hpp"
#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::vm::tests {
namespace {

using base::ErrorCode;
using contract::VmState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using Op = bridge::HomeMessage::Op;

constexpr const char* swallows = "while True:\n try:\n  while True: pass\n except BaseException: pass\n";

class Runner : public ::testing::Test {
protected:
    void add(std::string_view app, std::string_view source) {
        const ImageFile file{"app.py", {reinterpret_cast<const std::uint8_t*>(source.data()), source.size()}};
        ASSERT_TRUE(install_app(board.flash, app, {&file, 1}).has_value());
    }
    ErrorCode refusal(std::string_view app) {
        const auto loaded = board.session().load_app(app);
        return loaded ? ErrorCode::internal : loaded.error().code;
    }
    std::string at_prompt(const std::string& line) {
        board.printed();
        board.type(line + "\r");
        board.run_for(50);
        return board.printed();
    }

    LockstepBoard board;
};

TEST_F(Runner, row_3_2_every_return_code_is_as_promised) {
    add("spin", "while True: pass\n");
    EXPECT_EQ(refusal("spin"), ErrorCode::invalid_state) << "before the VM runs";
    board.start();
    EXPECT_EQ(refusal(""), ErrorCode::invalid_argument);
    EXPECT_EQ(refusal("../spin"), ErrorCode::invalid_argument);
    EXPECT_EQ(refusal(std::string(33, 'x')), ErrorCode::invalid_argument);
    board.run_for(10);
    EXPECT_FALSE(board.session().is_running());
    EXPECT_TRUE(board.session().load_app("spin").has_value());
    EXPECT_TRUE(board.session().is_running()) << "about to run";
    EXPECT_EQ(refusal("spin"), ErrorCode::busy) << "before it began";
    board.run_for(100);
    EXPECT_EQ(board.session().state(), VmState::app);
    EXPECT_EQ(refusal("spin"), ErrorCode::busy);
    board.session().stop_app();
    board.run_for(1000);
    EXPECT_FALSE(board.session().is_running());
    EXPECT_EQ(board.session().state(), VmState::repl);
    board.session().stop();
    board.run_for(1000);
    EXPECT_EQ(refusal("spin"), ErrorCode::invalid_state) << "after the end";
}

TEST_F(Runner, a_name_of_32_letters_is_taken) {
    add(std::string(32, 'x'), "print('long')\n");
    board.start();
    board.run_for(10);
    EXPECT_TRUE(board.session().load_app(std::string(32, 'x')).has_value());
    board.run_for(100);
    EXPECT_THAT(board.printed(), HasSubstr("long"));
}

TEST_F(Runner, row_3_25_stopping_an_app_that_swallows_everything_leads_to_the_prompt_without_an_app) {
    board.install({{"app.py", swallows}});
    board.start();
    board.run_for(100);
    board.session().stop_app();
    board.run_for(1000);
    EXPECT_EQ(board.session().state(), VmState::repl);
    EXPECT_THAT(board.said(Op::app_started), SizeIs(1));
    EXPECT_THAT(board.said(Op::app_stopped), SizeIs(1));
    EXPECT_THAT(at_prompt("1 + 1"), HasSubstr("2"));
}

class StubbornTest : public Runner, public ::testing::WithParamInterface<const char*> {};

TEST_P(StubbornTest, row_3_2_is_stopped_within_a_second) {
    board.install({{"app.py", GetParam()}});
    board.start();
    board.run_for(500);
    ASSERT_TRUE(board.session().is_running());
    board.session().stop_app();
    board.run_for(1000);
    EXPECT_EQ(board.session().state(), VmState::repl);
}

INSTANTIATE_TEST_SUITE_P(
    Programs, StubbornTest,
    ::testing::Values("while True: pass\n", swallows,
                      "def f():\n try:\n  while True: pass\n finally:\n  f()\nwhile True:\n try: f()\n except: pass\n",
                      "import micropython, time\ndef f(_):\n while True: pass\n"
                      "micropython.schedule(f, 0)\ntime.sleep(9)\n",
                      "import asyncio\nasync def f():\n while True:\n  try: await asyncio.sleep(9)\n"
                      "  except BaseException: pass\nasyncio.run(f())\n",
                      "import time\nwhile True:\n try: time.sleep(9999)\n except BaseException: pass\n",
                      "while True:\n try: input()\n except BaseException: pass\n"));

TEST_F(Runner, the_end_of_an_app_is_said_though_it_left_no_room_for_it) {
    board.install({{"app.py", "import ha\nfor i in range(30): ha.log('more')\nwhile True: pass\n"}});
    board.hardware_stands_still = true;
    board.start();
    board.run_for(100);
    ASSERT_EQ(board.bridge().home_messages.size(), board.bridge().home_messages.capacity());
    board.session().stop_app();
    board.in(50, [this] { board.hardware_stands_still = false; });
    board.run_for(1000);
    EXPECT_THAT(board.said(Op::app_stopped), SizeIs(1));
}

TEST_F(Runner, row_3_26_each_fresh_python_says_that_the_one_before_has_ended) {
    board.start();
    board.run_for(10);
    EXPECT_THAT(board.said(Op::app_stopped), IsEmpty());
    board.type("\x04");
    board.run_for(10);
    EXPECT_THAT(board.said(Op::app_stopped), SizeIs(1)) << "what was drawn at the prompt is nobody's now";
}

TEST_F(Runner, stopping_when_nothing_runs_changes_nothing) {
    board.start();
    board.run_for(10);
    at_prompt("kept = 1");
    board.session().stop_app();
    EXPECT_THAT(at_prompt("kept"), HasSubstr("1\r\n"));
}

TEST_F(Runner, an_app_that_is_stopped_before_it_began_never_begins) {
    add("other", "print('other')\n");
    board.start();
    board.run_for(10);
    ASSERT_TRUE(board.session().load_app("other").has_value());
    board.session().stop_app();
    EXPECT_FALSE(board.session().is_running());
    board.run_for(1000);
    EXPECT_THAT(board.said(Op::app_started), IsEmpty());
    EXPECT_EQ(board.session().state(), VmState::repl);
}

TEST_F(Runner, an_app_may_be_loaded_again_as_soon_as_the_one_before_is_stopped) {
    board.install({{"app.py", swallows}});
    add("other", "print('other')\n");
    board.start();
    board.run_for(100);
    board.session().stop_app();
    EXPECT_EQ(refusal("other"), ErrorCode::busy) << "it still runs";
    board.run_for(100);
    EXPECT_TRUE(board.session().load_app("other").has_value());
    board.run_for(100);
    EXPECT_THAT(board.said(Op::app_started), ElementsAre("test", "other"));
}

TEST_F(Runner, an_abort_begins_the_app_again_that_was_loaded) {
    board.install({{"app.py", "print('own')\n"}});
    add("spin", "print('spin')\nwhile True: pass\n");
    board.start();
    board.run_for(100);
    ASSERT_TRUE(board.session().load_app("spin").has_value());
    board.run_for(100);
    board.session().abort();
    board.run_for(100);
    EXPECT_THAT(board.said(Op::app_started), ElementsAre("test", "spin", "spin"));
    EXPECT_TRUE(board.session().is_running());
}

TEST_F(Runner, an_abort_at_the_prompt_begins_the_boards_own_app_again) {
    board.install({{"app.py", "print('own')\n"}});
    board.start();
    board.run_for(100);
    ASSERT_EQ(board.session().state(), VmState::repl);
    board.session().abort();
    board.run_for(100);
    EXPECT_THAT(board.said(Op::app_started), SizeIs(2));
}

TEST_F(Runner, a_person_who_starts_an_app_takes_the_console_from_a_tool) {
    add("other", "print('other')\n");
    board.start();
    board.type("\x01");
    board.run_for(10);
    ASSERT_TRUE(board.session().load_app("other").has_value());
    board.run_for(100);
    const std::string printed = board.printed();
    EXPECT_THAT(printed, HasSubstr("MPY: soft reboot\r\nother\r\n"));
    EXPECT_THAT(printed, ::testing::EndsWith(">>> "));
}

TEST_F(Runner, row_3_24_nothing_of_an_app_is_left_for_the_next) {
    add("first", "import sys, builtins, micropython\nsys.path.append('/dirt')\nleft = 1\n"
                 "builtins.left = 1\nmicropython.schedule(lambda _: print('late'), 0)\nraise SystemExit\n");
    add("second", "import sys\nprint('/dirt' in sys.path, 'left' in globals())\n"
                  "try: left\nexcept NameError: print('clean')\n");
    board.start();
    board.run_for(10);
    ASSERT_TRUE(board.session().load_app("first").has_value());
    board.run_for(100);
    board.printed();
    ASSERT_TRUE(board.session().load_app("second").has_value());
    board.run_for(100);
    const std::string printed = board.printed();
    EXPECT_THAT(printed, HasSubstr("False False\r\nclean\r\n"));
    EXPECT_THAT(printed, Not(HasSubstr("late")));
    EXPECT_THAT(board.said(Op::crash), IsEmpty());
}

TEST_F(Runner, row_3_23_a_missing_app_is_explained_to_who_asked_for_it) {
    board.start();
    board.run_for(10);
    ASSERT_TRUE(board.session().load_app("nowhere").has_value());
    board.run_for(100);
    EXPECT_FALSE(board.session().is_running());
    EXPECT_THAT(board.said(Op::crash), ElementsAre(HasSubstr("there is no /pyapps/nowhere/app.py")));
    EXPECT_THAT(at_prompt("1 + 1"), HasSubstr("2"));
}

TEST_F(Runner, row_3_23_an_app_too_large_for_the_heap_is_a_memory_error) {
    std::string source;
    for (int i = 0; i < 6000; ++i) source += "v" + std::to_string(i) + " = [" + std::to_string(i) + "]\n";
    board.install({{"app.py", source}});
    board.start();
    board.run_for(5000);
    EXPECT_THAT(board.said(Op::crash), ElementsAre(HasSubstr("MemoryError")));
    EXPECT_EQ(board.session().state(), VmState::repl);
    EXPECT_THAT(at_prompt("1 + 1"), HasSubstr("2"));
}

TEST_F(Runner, row_3_32_an_app_that_leaves_its_heap_full_leaves_a_working_prompt) {
    board.install({{"app.py", "full = []\nwhile True: full.append([0] * 10)\n"}});
    board.start();
    board.run_for(20000);
    EXPECT_THAT(board.said(Op::crash), ElementsAre(HasSubstr("MemoryError")));
    EXPECT_THAT(board.said(Op::app_started), SizeIs(1)) << "it does not begin again";
    EXPECT_THAT(at_prompt("1 + 1"), HasSubstr("2"));
}

TEST_F(Runner, row_3_20_leaving_with_any_exit_code_is_no_crash) {
    add("none", "raise SystemExit\n");
    add("number", "import sys\nsys.exit(3)\n");
    add("text", "raise SystemExit('why')\n");
    board.start();
    board.run_for(10);
    for (const char* app : {"none", "number", "text"}) {
        ASSERT_TRUE(board.session().load_app(app).has_value());
        board.run_for(100);
        EXPECT_FALSE(board.session().is_running());
        EXPECT_THAT(board.said(Op::crash), IsEmpty());
    }
    EXPECT_THAT(board.said(Op::app_started), ElementsAre("none", "number", "text"));
}

TEST_F(Runner, row_3_10_a_thousand_starts_and_stops_of_an_app_leave_the_heap_as_it_was) {
    add("spin", "left = bytearray(20000)\nwhile True: pass\n");
    board.start();
    board.run_for(10);
    for (int cycle = 0; cycle < 1000; ++cycle) {
        ASSERT_TRUE(board.session().load_app("spin").has_value()) << cycle;
        board.run_for(2);
        ASSERT_EQ(board.session().state(), VmState::app) << cycle;
        board.session().stop_app();
        board.run_for(2);
        ASSERT_EQ(board.session().state(), VmState::repl) << cycle;
    }
    EXPECT_THAT(at_prompt("import gc; gc.collect(); gc.mem_free() > 90000"), HasSubstr("True"));
}

TEST_F(Runner, row_3_1_the_version_is_the_one_that_was_built) {
    board.start();
    board.run_for(10);
    EXPECT_THAT(at_prompt("import sys, os; sys.version"), HasSubstr("MicroPython v" MICROPY_VERSION_STRING));
    EXPECT_THAT(at_prompt("os.uname()"), HasSubstr("release='" MICROPY_VERSION_STRING));
    EXPECT_THAT(at_prompt("'.'.join(str(n) for n in sys.implementation.version[:3])"),
                HasSubstr("'" MICROPY_VERSION_STRING "'"));
}

TEST_F(Runner, row_3_33_what_leads_out_of_the_vm_cannot_be_imported) {
    board.start();
    board.run_for(10);
    for (const char* name : {"network", "socket", "usocket", "_thread", "bluetooth", "uctypes", "ssl", "tls", "esp"}) {
        EXPECT_THAT(at_prompt(std::string("import ") + name), HasSubstr("ImportError: no module named")) << name;
    }
    for (const char* name : {"framebuf", "machine", "time", "json", "asyncio", "os", "struct", "hashlib", "binascii",
                             "random", "ha", "tuya", "re", "collections"}) {
        EXPECT_THAT(at_prompt(std::string("import ") + name), Not(HasSubstr("Error"))) << name;
    }
    EXPECT_THAT(at_prompt("machine.mem32"), HasSubstr("AttributeError")) << "memory at any address";
}

TEST_F(Runner, row_3_34_what_the_board_does_is_native) {
    board.start();
    board.run_for(10);
    at_prompt("import _badge, _ha, machine, badge");
    EXPECT_THAT(at_prompt("{type(f).__name__ for f in (_badge.show, _badge.led_set, _badge.setting_get, _ha.state)}"),
                HasSubstr("{'function'}"))
        << "no closures, no generators";
    EXPECT_THAT(at_prompt("_badge.__file__"), HasSubstr("AttributeError")) << "not from a file";
    EXPECT_THAT(at_prompt("badge.display.show is _badge.show"), HasSubstr("True"));
    EXPECT_THAT(at_prompt("badge.leds.set is _badge.led_set"), HasSubstr("True"));
}

TEST_F(Runner, row_3_33_a_framebuf_reaches_nothing_but_its_buffers) {
    board.start();
    board.run_for(10);
    at_prompt("import framebuf as f; from array import array; g = f.FrameBuffer(bytearray(128), 8, 8, f.RGB565)");
    at_prompt("p = f.FrameBuffer(bytearray(512), 256, 1, f.RGB565); s = f.FrameBuffer(bytearray(64), 8, 8, f.GS8)");
    EXPECT_THAT(at_prompt("g.pixel(3, 3, 7); g.scroll(1, 1); g.pixel(4, 4)"), HasSubstr("7\r\n"));
    EXPECT_THAT(at_prompt("g.blit(s, 0, 0, -1, p)"), Not(HasSubstr("Error")));
    EXPECT_THAT(at_prompt("g.blit(g, 0, 0, -1, p)"), HasSubstr("ValueError"));
    EXPECT_THAT(at_prompt("g.blit(s, 0, 0, -1, 5)"), HasSubstr("TypeError"));
    EXPECT_THAT(at_prompt("g.scroll(-2**32, 0)"), HasSubstr("OverflowError"));
    EXPECT_THAT(at_prompt("g.scroll(-2**30 + 1, 2**30 - 1)"), Not(HasSubstr("Error")));
    EXPECT_THAT(at_prompt("g.rect(-2**30 + 1, 0, 2**30 - 1, 2**30 - 1, 1, True)"), Not(HasSubstr("Error")));
    EXPECT_THAT(at_prompt("g.poly(0, 0, array('h', [0, 0] * 64), 1, True)"), Not(HasSubstr("Error")));
    EXPECT_THAT(at_prompt("g.poly(0, 0, bytearray(60000), 1, True)"), HasSubstr("ValueError"));
    EXPECT_THAT(at_prompt("f.FrameBuffer(bytearray(127), 8, 8, f.RGB565)"), HasSubstr("ValueError"));
}

} // namespace
} // namespace firmware::vm::tests
