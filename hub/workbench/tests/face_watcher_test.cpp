// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/face_watcher.hpp"

#include "hub/workbench/tests/strict_server.hpp"
#include "hub/workbench/tests/support.hpp"

#include <memory>

namespace hub::workbench {
namespace {

// A screen of 4×10 pixels, all red, and one LED.
const std::string answer = "[\"ok\",{\"width\":4,\"height\":10,\"leds\":1}]\n";
const std::string red = "[\"cell\",0,0,4,10,\"J/gA\"]\n[\"shown\",1]\n";

class FaceWatcherTest : public testing::Test {
protected:
    std::unique_ptr<StrictServer> board(std::string says) {
        std::filesystem::remove(folder_.path() / "control.sock");
        return std::make_unique<StrictServer>(io_, folder_.path() / "control.sock",
                                              [says = std::move(says)](const nlohmann::json&) { return says; });
    }

    boost::asio::io_context io_;
    TemporaryFolder folder_;
    int changes_ = 0;
    FaceWatcher watcher_{io_, folder_.path() / "control.sock", 100, [this] { ++changes_; }};
};

TEST_F(FaceWatcherTest, the_first_picture_is_there_when_it_is_whole) {
    const auto one = board(answer + red + "[\"leds\",\"00ff00\"]\n");
    watcher_.start();
    EXPECT_EQ(watcher_.face(), nullptr);
    ASSERT_TRUE(run_until(io_, [&] { return watcher_.face() != nullptr; }));
    EXPECT_EQ(one->lines(), std::vector<std::string>{"[\"watch\",\"face\"]\n"});
    EXPECT_GE(changes_, 1);
    EXPECT_EQ(watcher_.face()->pixels().colors[39], 0xF800);
    EXPECT_EQ(watcher_.face()->leds(), "00ff00");
    EXPECT_GT(watcher_.face()->version(), 100U);
}

TEST_F(FaceWatcherTest, a_board_without_a_face_is_asked_once) {
    const auto plain = board("[\"error\",\"unsupported\",\"no screen\",\"\"]\n");
    watcher_.start();
    ASSERT_TRUE(run_until(io_, [&] { return plain->lines().size() == 1; }));
    run_ready(io_);
    EXPECT_EQ(watcher_.face(), nullptr);
    EXPECT_EQ(plain->connections(), 1U);
}

TEST_F(FaceWatcherTest, a_board_that_comes_later_or_talks_nonsense_is_tried_again) {
    watcher_.start();
    run_ready(io_);
    const auto late = board(answer + "[\"cell\",0,0,4,10,\"nonsense\"]\n");
    ASSERT_TRUE(run_until(io_, [&] { return late->connections() == 2; }));
    EXPECT_EQ(watcher_.face(), nullptr);
}

} // namespace
} // namespace hub::workbench
