// SPDX-License-Identifier: Apache-2.0
// The Python of battery sensors: what apps/pir and apps/door_sensor declare, and what `tuya` costs.
#include "firmware/vm/tests/lockstep_board.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace firmware::vm::tests {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Op = bridge::HomeMessage::Op;

std::string content_of(const std::string& path) {
    std::ifstream stream(path); // tests run in the project's folder
    return {std::istreambuf_iterator<char>(stream), {}};
}

class TuyaApp : public ::testing::Test {
protected:
    void start(const std::string& app) {
        board.install({{"app.py", content_of("apps/" + app + "/app.py")}, {"app.toml", ""}});
        board.start();
        board.run_for(200);
    }
    LockstepBoard board;
};

TEST_F(TuyaApp, row_4_18_the_motion_sensor_declares_what_it_senses) {
    start("pir");
    EXPECT_THAT(board.said(Op::crash), IsEmpty());
    const auto declared = board.said(Op::declare);
    EXPECT_THAT(declared, Contains(StartsWith("motion Motion {")));
    EXPECT_THAT(declared, Contains(StartsWith("battery Battery {")));
    EXPECT_THAT(declared, Contains(StartsWith("battery_low Battery low {")));
    EXPECT_THAT(declared, Contains(HasSubstr("\"id\":101")));
}

TEST_F(TuyaApp, row_4_17_the_door_sensor_declares_its_door) {
    start("door_sensor");
    EXPECT_THAT(board.said(Op::crash), IsEmpty());
    EXPECT_THAT(board.said(Op::declare), Contains(StartsWith("door Door {")));
}

TEST_F(TuyaApp, python_never_says_that_a_reported_value_is_unknown) {
    start("pir");
    EXPECT_THAT(board.said(Op::state), Not(Contains(StartsWith("motion"))));
    EXPECT_THAT(board.said(Op::state), Not(Contains(StartsWith("battery"))));
}

TEST_F(TuyaApp, a_sensor_costs_less_than_8_KiB_of_python) {
    board.install({{"app.py", "import gc, ha\ngc.collect()\nbefore = gc.mem_alloc()\nimport tuya\n"
                              "tuya.device('neo_pir')\ngc.collect()\nprint(gc.mem_alloc() - before)\n"}});
    board.start();
    board.run_for(200);
    const int bytes = std::atoi(board.printed().c_str());
    EXPECT_GT(bytes, 0);
    EXPECT_LT(bytes, 8 * 1024);
}

} // namespace
} // namespace firmware::vm::tests
