// SPDX-License-Identifier: Apache-2.0
// Boards on USB, from the plug to the hub's picture of them.
#include "hub/workbench/tests/support.hpp"
#include "hub/workbench/tests/usb_stage.hpp"
#include "hub/workbench/workbench.hpp"

#include <memory>

namespace hub::workbench {
namespace {

const std::string uid = "b0a7d001";

class UsbBoards : public testing::Test {
protected:
    static Plug pico(const std::string& tty, const std::string& socket = "1-1") {
        return {.tty = tty, .usb = "2e8a:0005", .serial = "E6614C", .socket = socket, .product = "Board in FS mode"};
    }
    void begin(const std::vector<std::string>& words = {}) {
        WorkbenchConfig config{folder_.path() / "boards",
                               [this](const std::string&, std::string_view, auto text) { notes_.emplace_back(text); }};
        config.usb_ports = *PortRule::parse(words);
        workbench_ = std::make_unique<Workbench>(io_, hub_, std::move(config));
        ASSERT_TRUE(workbench_->start());
    }
    std::string heard_on(const std::string& tty) {
        std::array<char, 256> bytes{};
        const ssize_t size = ::read(stage_.board_end(tty), bytes.data(), bytes.size());
        return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
    }
    // The board's side: answers the question who it is.
    void answer_on(const std::string& tty, const std::string& name = "Door") {
        std::string heard;
        ::fcntl(stage_.board_end(tty), F_SETFL, O_NONBLOCK);
        ASSERT_TRUE(
            run_until(io_, [&] { return (heard += heard_on(tty)).find("\x1E[\"who\"]\n") != std::string::npos; }))
            << heard << (notes_.empty() ? "" : notes_.back());
        const std::string hello = "\x1E[\"hello\",{\"uid\":\"" + uid + "\",\"name\":\"" + name + "\",\"t_ms\":5}]\n";
        ASSERT_EQ(::write(stage_.board_end(tty), hello.data(), hello.size()), static_cast<ssize_t>(hello.size()));
    }
    bool comes_online(const std::string& path) {
        return run_until(io_, [&] {
            const core::Board* board = hub_.find(uid);
            return board != nullptr && board->online && board->evidence && board->evidence->path == "serial " + path;
        });
    }
    bool goes_offline() {
        return run_until(io_, [&] { return !hub_.find(uid)->online; });
    }

    UsbStage stage_;
    boost::asio::io_context io_;
    TemporaryFolder folder_;
    std::vector<std::string> notes_;
    core::Hub hub_{
        {[] { return core::Time(std::chrono::seconds(1'700'000'000)); }, [] { return std::chrono::microseconds(1); }}};
    std::unique_ptr<Workbench> workbench_;
};

TEST_F(UsbBoards, a_board_that_is_plugged_in_is_asked_who_it_is) {
    begin();
    stage_.plug_in(pico("ttyACM0"));
    answer_on("ttyACM0");
    ASSERT_TRUE(comes_online("/dev/ttyACM0"));
    EXPECT_FALSE(hub_.find(uid)->is_virtual);
}

TEST_F(UsbBoards, an_unplugged_board_is_offline_with_what_was_last_heard_when_and_by_which_path) {
    begin();
    const std::string port = stage_.plug_in(pico("ttyACM0"));
    answer_on("ttyACM0");
    ASSERT_TRUE(comes_online("/dev/ttyACM0"));
    stage_.unplug(port);
    ASSERT_TRUE(goes_offline());
    ASSERT_EQ(hub_.boards().size(), 1U);
    const auto& evidence = hub_.find(uid)->evidence;
    ASSERT_TRUE(evidence);
    EXPECT_EQ(evidence->path, "serial /dev/ttyACM0");
    EXPECT_EQ(evidence->what, "hello");
    EXPECT_EQ(evidence->at, core::Time(std::chrono::seconds(1'700'000'000)));
}

TEST_F(UsbBoards, one_that_comes_back_under_another_name_is_the_same_board) {
    begin();
    const std::string port = stage_.plug_in(pico("ttyACM0", "1-1"));
    answer_on("ttyACM0");
    ASSERT_TRUE(comes_online("/dev/ttyACM0"));
    stage_.unplug(port);
    ASSERT_TRUE(goes_offline());
    stage_.plug_in(pico("ttyACM1", "1-2"));
    answer_on("ttyACM1");
    ASSERT_TRUE(comes_online("/dev/ttyACM1"));
    EXPECT_EQ(hub_.boards().size(), 1U);
}

TEST_F(UsbBoards, one_that_comes_back_is_known_before_it_has_said_a_word) {
    begin();
    const std::string port = stage_.plug_in(pico("ttyACM0"));
    answer_on("ttyACM0");
    ASSERT_TRUE(comes_online("/dev/ttyACM0"));
    stage_.unplug(port);
    ASSERT_TRUE(goes_offline());
    stage_.plug_in(pico("ttyACM1"));
    const std::string noise = "booting\n";
    ASSERT_TRUE(run_until(io_, [&] { return stage_.board_end("ttyACM1") >= 0; }));
    ASSERT_EQ(::write(stage_.board_end("ttyACM1"), noise.data(), noise.size()), static_cast<ssize_t>(noise.size()));
    ASSERT_TRUE(run_until(io_, [&] { return workbench_->console_history(uid) == noise; }));
}

TEST_F(UsbBoards, an_adapter_is_left_alone_until_it_is_named) {
    stage_.add({.serial = "A1", .socket = "1-2"});
    begin();
    stage_.plug_in(pico("ttyACM0")); // a second later: what came before has been looked at
    answer_on("ttyACM0");
    ::fcntl(stage_.board_end("ttyUSB0"), F_SETFL, O_NONBLOCK);
    EXPECT_EQ(heard_on("ttyUSB0"), "");
    workbench_.reset();
    begin({"10c4:ea60"});
    answer_on("ttyUSB0");
    EXPECT_TRUE(comes_online("/dev/ttyUSB0"));
}

TEST_F(UsbBoards, two_boards_that_have_not_said_who_they_are_do_not_hide_each_other) {
    stage_.add(pico("ttyACM0", "1-1"));
    stage_.add({.tty = "ttyACM1", .usb = "2e8a:0005", .serial = "F00", .socket = "1-2"});
    begin();
    answer_on("ttyACM1");
    EXPECT_TRUE(comes_online("/dev/ttyACM1"));
    EXPECT_TRUE(notes_.empty()) << notes_.front();
}

} // namespace
} // namespace hub::workbench
