// SPDX-License-Identifier: Apache-2.0
// Where `ha` goes, by what a board says of its ROM; tests/e2e/test_romfs.py has boards with one.
#include "hub/workbench/deploy_rom.hpp"

#include "hub/workbench/deploy_kit.hpp"
#include "hub/workbench/deploy_parts.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <utility>

namespace hub::workbench {
namespace {

class DeployRomTest : public testing::Test, public PythonRunner {
protected:
    base::Result<std::string> run(std::string, const Output& output) override {
        ++asked_;
        if (!answer_) return base::fail(base::ErrorCode::disconnected, "the board is gone");
        output(answer_->first);
        return answer_->second;
    }
    base::Result<RomPlan> plan() {
        RomFlash rom(*this);
        PythonFiles files(*this);
        return plan_rom(rom, files, facts_);
    }

    BoardFacts facts_{false, false, "c0ffee01", kit_mpy_version(), true};
    std::optional<std::pair<std::string, std::string>> answer_{{"", ""}};
    int asked_ = 0;
};

TEST_F(DeployRomTest, a_board_that_needs_no_ha_or_reads_other_bytecode_is_not_asked) {
    facts_.is_ours = true;
    EXPECT_EQ(plan()->ha, RomPlan::Ha::none);
    facts_.is_ours = false;
    facts_.is_circuitpython = true;
    EXPECT_EQ(plan()->ha, RomPlan::Ha::none);
    facts_.is_circuitpython = false;
    facts_.mpy_version = kit_mpy_version() - 1;
    EXPECT_EQ(plan()->ha, RomPlan::Ha::none);
    EXPECT_EQ(asked_, 0);
}

TEST_F(DeployRomTest, a_board_without_a_rom_has_nothing_in_the_way) {
    const auto found = plan();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->ha, RomPlan::Ha::none);
    EXPECT_TRUE(found->why_not.empty());
    EXPECT_EQ(asked_, 1);
}

TEST_F(DeployRomTest, a_rom_that_is_erased_is_written_if_it_has_room) {
    answer_->first = "0 0 327680 0 ffffffff\n";
    auto found = plan();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->ha, RomPlan::Ha::to_write);
    EXPECT_FALSE(found->replaces_ours);
    answer_->first = "0 0 327680 0 d2cd3100\n";
    EXPECT_EQ(plan()->ha, RomPlan::Ha::to_write) << "an image without anything in it";
    answer_->first = "0 0 4096 0 ffffffff\n";
    found = plan();
    EXPECT_EQ(found->ha, RomPlan::Ha::none);
    EXPECT_NE(found->why_not.find("has 4096 bytes"), std::string::npos);
    answer_->first = "1 0 327680 0 ffffffff\n";
    EXPECT_EQ(plan()->ha, RomPlan::Ha::none) << "MicroPython mounts the first alone";
}

TEST_F(DeployRomTest, a_rom_that_can_not_be_looked_at_does_not_end_the_deploy) {
    answer_->second =
        "Traceback (most recent call last):\r\n  File \"<stdin>\", line 8, in <module>\r\nOSError: 12\r\n";
    auto found = plan();
    ASSERT_TRUE(found);
    EXPECT_EQ(found->ha, RomPlan::Ha::none);
    EXPECT_NE(found->why_not.find("OSError: 12"), std::string::npos);
    answer_ = {"what?\n", ""};
    EXPECT_TRUE(plan());
    answer_.reset();
    EXPECT_FALSE(plan()) << "a board that is gone does";
}

TEST_F(DeployRomTest, what_lies_in_the_rom_is_not_sent_with_the_app) {
    AppFolder app;
    app.name = "door";
    add_made_file(app, "app.py", "import ha\n");
    AppFolder beside = app;
    AppNeeds needs;
    needs.ha = true;
    ASSERT_TRUE(add_parts(beside, needs, facts_, {}, ""));
    EXPECT_TRUE(has_file(beside, "ha/__init__.mpy"));
    EXPECT_EQ(beside.board_library, "");
    facts_.ha_in_rom = true;
    ASSERT_TRUE(add_parts(app, needs, facts_, {{"HA_NAME", "Porch"}}, ""));
    EXPECT_FALSE(has_file(app, "ha/__init__.mpy"));
    EXPECT_TRUE(has_file(app, "settings.toml")) << "what else it needs is";
    EXPECT_EQ(app.board_library, rom_library);
}

} // namespace
} // namespace hub::workbench
