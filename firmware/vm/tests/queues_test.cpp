// SPDX-License-Identifier: Apache-2.0
// Every queue from Python to the hardware core when nobody takes anything out: how many fit, how long Python waits,
// what it is told, and that all is well afterwards.
#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::vm::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using HomeOp = bridge::HomeMessage::Op;

struct Case {
    const char* queue;
    const char* call;    ///< puts one into the queue
    const char* outcome; ///< (calls that went well, errno, milliseconds that the last call took)
    std::size_t counted; ///< in the counters, as what found no room in time
};

void PrintTo(const Case& each, std::ostream* out) { *out << each.queue; }

class Queues : public ::testing::TestWithParam<Case> {
protected:
    Queues() {
        board.bridge().screen_width = 320;
        board.bridge().screen_height = 170;
        board.bridge().led_count = 12;
    }

    /// An app that calls until it is refused or has called 100 times, while the hardware core stands still.
    void run(const std::string& call) {
        board.install({{"app.py", "import _ha, badge, machine, time\npin = machine.Pin(5, machine.Pin.OUT)\n"
                                  "n = errno = 0\nbadge.delay_ms(100)\ntry:\n while n < 100:\n"
                                  "  t = time.ticks_ms()\n  " +
                                      call +
                                      "\n  n += 1\nexcept OSError as e: errno = e.errno\n"
                                      "outcome = (n, errno, time.ticks_diff(time.ticks_ms(), t))\n"
                                      "badge.delay_ms(5000)\n" +
                                      call + "\nprint('again', outcome)\n"}});
        board.start();
        board.run_for(50);
        board.hardware_stands_still = true;
        board.run_for(2000);
        board.hardware_stands_still = false;
        board.run_for(5000);
    }

    LockstepBoard board;
};

TEST_P(Queues, row_3_7_who_finds_no_room_waits_100_ms_and_is_told) {
    run(GetParam().call);
    EXPECT_EQ(board.printed().substr(0, std::string(GetParam().outcome).size() + 6),
              std::string("again ") + GetParam().outcome);
    EXPECT_EQ(board.bridge().display_timeouts + board.bridge().led_timeouts, GetParam().counted);
    EXPECT_THAT(board.said(HomeOp::crash), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Bridge, Queues,
                         ::testing::Values(Case{"display", "badge.display.show()", "(10, 110, 100)", 1},
                                           Case{"leds", "badge.leds.fill(1, 2, 3)", "(10, 110, 100)", 1},
                                           Case{"pins", "pin.value(1)", "(32, 110, 100)", 0},
                                           Case{"home", "_ha.state('x', n)", "(16, 110, 100)", 0},
                                           Case{"settings", "badge.settings.get('x')", "(0, 110, 100)", 0},
                                           // Nothing of these may hold up an app that has something better to do.
                                           Case{"logs", "_ha.log('info', 'x')", "(100, 0, 0)", 0},
                                           Case{"buttons_have_no_wait", "badge.buttons.event()", "(100, 0, 0)", 0}),
                         [](const auto& each) { return std::string(each.param.queue); });

TEST_F(Queues, row_3_7_a_log_line_without_room_is_dropped_and_counted) {
    run("_ha.log('info', 'x')");
    EXPECT_EQ(board.bridge().logs_dropped, 100U - 16U);
    EXPECT_THAT(board.said(HomeOp::log), SizeIs(16 + 1)) << "and the one when there was room again";
}

TEST_F(Queues, row_3_7_what_is_printed_waits_100_ms_once_and_is_dropped_and_counted) {
    run("print('x' * 99)");
    EXPECT_EQ(board.bridge().console_dropped, 100U * 101U - 4096U);
    EXPECT_THAT(board.printed(), HasSubstr("again (100, 0, 0)")) << "the last ones did not wait any more";
}

TEST_F(Queues, row_3_7_a_list_of_apps_that_nobody_takes_is_given_up_after_100_ms) {
    board.install({{"app.py", "import os, time\nfor i in range(9):\n  os.mkdir('/pyapps/a%d' % i)\n"
                              "  open('/pyapps/a%d/app.py' % i, 'w').close()\n"}});
    board.start();
    board.run_for(100);
    bridge::AppEntry entry;
    while (board.bridge().app_entries.pop(entry)) { // the first list, of one app
    }
    board.type("\x04");
    board.run_for(90);
    ASSERT_EQ(board.bridge().app_entries.size(), board.bridge().app_entries.capacity());
    EXPECT_THAT(board.said(HomeOp::app_started), SizeIs(1)) << "still waiting for room";
    board.run_for(200);
    EXPECT_THAT(board.said(HomeOp::app_started), SizeIs(2)) << "life goes on";
}

TEST_F(Queues, row_3_7_an_answer_that_comes_too_late_is_not_taken_for_another_ones) {
    bridge::SettingReply late;
    late.serial = 1000;
    late.ok = true;
    while (board.bridge().setting_replies.push(late)) {
    }
    board.install({{"app.py", "import badge\nprint(badge.settings.get('mine', 'no such setting'))\n"}});
    board.start();
    board.run_for(500);
    EXPECT_THAT(board.printed(), HasSubstr("no such setting\r\n"));
}

TEST_F(Queues, row_3_7_what_the_board_does_not_have_is_said_without_a_wait) {
    for (const char* call : {"badge.display.show()", "badge.leds.fill(1, 2, 3)"}) {
        LockstepBoard plain;
        plain.install({{"app.py", std::string("import badge, time\nt = time.ticks_ms()\ntry: ") + call +
                                      "\nexcept OSError as e: print(e.errno, time.ticks_diff(time.ticks_ms(), t))\n"}});
        plain.start();
        plain.run_for(500);
        EXPECT_THAT(plain.printed(), HasSubstr("19 0\r\n")) << call;
    }
}

} // namespace
} // namespace firmware::vm::tests
