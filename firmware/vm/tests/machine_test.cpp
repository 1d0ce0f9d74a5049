// SPDX-License-Identifier: Apache-2.0
// Pins as Python sees them, through the bridge.
#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace firmware::vm::tests {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Change = LockstepBoard::PinChange;

class MachineTest : public ::testing::Test {
protected:
    std::string run(const std::string& source, std::int64_t ms = 100) {
        board.install({{"app.py", "from machine import Pin\nimport time\n" + source}});
        board.start();
        board.run_for(ms);
        return board.printed();
    }

    LockstepBoard board;
};

TEST_F(MachineTest, AnOutputDoesWhatItIsTold) {
    run("p = Pin(13, Pin.OUT)\np.on()\np.off()\np.value(1)\np(0)\np.toggle()\n");
    EXPECT_THAT(board.outputs, ElementsAre(Change{0, 13, true}, Change{0, 13, false}, Change{0, 13, true},
                                           Change{0, 13, false}, Change{0, 13, true}));
}

TEST_F(MachineTest, AnOutputStartsAtItsValue) {
    run("Pin(13, Pin.OUT, value=1)\n");
    EXPECT_THAT(board.outputs, ElementsAre(Change{0, 13, true}));
}

TEST_F(MachineTest, AnOutputReadsBackWhatIsReallyThere) {
    EXPECT_THAT(run("p = Pin(13, Pin.OUT)\np.on()\nprint(p.value(), p())\n"), HasSubstr("1 1\r\n"));
}

TEST_F(MachineTest, ReadingGivesUpOnAHardwareCoreThatStandsStill) {
    board.hardware_stands_still = true;
    run("p = Pin(13, Pin.OUT)\np.on()\nt = time.ticks_ms()\nv = p.value()\nd = time.ticks_diff(time.ticks_ms(), t)\n");
    board.hardware_stands_still = false;
    board.type("v, d\r");
    board.run_for(50);
    EXPECT_THAT(board.printed(), HasSubstr("(0, 10)"));
}

TEST_F(MachineTest, AFullQueueOfPinCommandsIsATimeout) {
    board.install({{"app.py", "from machine import Pin\nfor i in range(40): Pin(13, Pin.OUT)\n"}});
    board.hardware_stands_still = true;
    board.start();
    board.run_for(2000);
    board.hardware_stands_still = false;
    board.run_for(10);
    EXPECT_THAT(board.printed(), HasSubstr("OSError: [Errno 110] ETIMEDOUT"));
}

TEST_F(MachineTest, AnInputIsReadWhenItIsAskedFor) {
    board.set_input(4, true);
    EXPECT_THAT(run("p = Pin(4, Pin.IN, Pin.PULL_UP)\nprint(p.value())\n"), HasSubstr("1\r\n"));
}

TEST_F(MachineTest, AnEdgeCallsItsHandlerInTheMiddleOfASleep) {
    board.in(50, [this] { board.set_input(4, true); });
    board.in(60, [this] { board.set_input(4, false); });
    const std::string printed = run("p = Pin(4, Pin.IN)\n"
                                    "irq = p.irq(lambda q: print(q, irq.flags(), time.ticks_ms()))\ntime.sleep(1)\n",
                                    2000);
    EXPECT_THAT(printed, HasSubstr("Pin(4) 1 50\r\nPin(4) 2 60\r\n"));
}

TEST_F(MachineTest, AnEdgeCallsItsHandlerInTheMiddleOfAComputation) {
    board.in(50, [this] { board.set_input(4, true); });
    const std::string printed = run("done = []\np = Pin(4, Pin.IN)\np.irq(done.append)\n"
                                    "while not done: pass\nprint(time.ticks_ms())\n");
    EXPECT_THAT(printed, ::testing::AnyOf(HasSubstr("50\r\n"), HasSubstr("51\r\n")));
}

TEST_F(MachineTest, OnlyTheEdgesAskedForCount) {
    board.in(50, [this] { board.set_input(4, true); });
    board.in(60, [this] { board.set_input(4, false); });
    const std::string printed = run(
        "p = Pin(4, Pin.IN)\np.irq(trigger=Pin.IRQ_FALLING, handler=lambda q: print(time.ticks_ms()))\ntime.sleep(1)\n",
        2000);
    EXPECT_EQ(printed.substr(0, 4), "60\r\n");
}

TEST_F(MachineTest, AHandlerTakenBackIsNotCalled) {
    board.in(50, [this] { board.set_input(4, true); });
    EXPECT_THAT(run("p = Pin(4, Pin.IN)\np.irq(print)\np.irq(None)\ntime.sleep(1)\nprint('end')\n", 2000),
                ::testing::StartsWith("end"));
}

TEST_F(MachineTest, ABurstOfEdgesIsDeliveredInOrder) {
    for (int i = 0; i < 30; ++i) board.in(50, [this, i] { board.set_input(4, i % 2 == 0); });
    EXPECT_THAT(run("n = []\np = Pin(4, Pin.IN)\nirq = p.irq(lambda q: n.append(irq.flags()))\n"
                    "time.sleep(1)\nprint(len(n), n[:4])\n",
                    2000),
                HasSubstr("30 [1, 2, 1, 2]"));
}

// The handler's own wait, for the pin, takes the wake-up that came with the byte; select must look again.
TEST_F(MachineTest, AWaitInAHandlerDoesNotSwallowAnotherWakeUp) {
    board.in(50, [this] {
        board.hardware_stands_still = true;
        board.set_input(4, true);
    });
    board.in(55, [this] {
        board.type("x");
        board.hardware_stands_still = false;
    });
    const std::string printed = run("import micropython, select, sys\np = Pin(4, Pin.IN)\nq = Pin(13, Pin.OUT)\n"
                                    "def handler(_):\n q.on()\n q.value()\n"
                                    "p.irq(lambda _: micropython.schedule(handler, 0))\n"
                                    "s = select.poll()\ns.register(sys.stdin, select.POLLIN)\n"
                                    "s.poll(60000)\nprint(time.ticks_ms())\n");
    EXPECT_THAT(printed, ::testing::AnyOf(HasSubstr("55\r\n"), HasSubstr("56\r\n")));
}

TEST_F(MachineTest, AWrongPinIsRefusedInWords) {
    EXPECT_THAT(run("Pin(64)\n"), HasSubstr("ValueError: there is no pin 64; pins are 0 to 63"));
}

TEST_F(MachineTest, AWrongModeIsRefusedInWords) {
    EXPECT_THAT(run("Pin(1, 9)\n"), HasSubstr("ValueError: a pin's mode is Pin.IN, Pin.OUT or Pin.OPEN_DRAIN"));
}

} // namespace
} // namespace firmware::vm::tests
