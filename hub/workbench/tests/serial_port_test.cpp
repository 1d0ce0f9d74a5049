// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/serial_port.hpp"

#include "hub/workbench/port_holder.hpp"
#include "hub/workbench/serial_rate.hpp"
#include "hub/workbench/tests/support.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

namespace hub::workbench {
namespace {

class SerialPortTest : public testing::Test, public SerialPort::Listener {
protected:
    base::Result<> open(const std::filesystem::path& path, Wiring wiring = Wiring::none) {
        auto opened = SerialPort::open(io_, path, *this, wiring);
        if (!opened) return tl::unexpected(opened.error());
        port_ = std::move(*opened);
        return {};
    }
    void on_bytes(std::span<const std::uint8_t> bytes) override {
        heard_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        if (close_when_heard_) port_.reset();
    }
    void on_hang_up(std::string_view reason) override {
        ++hang_ups_;
        reason_ = reason;
    }

    boost::asio::io_context io_;
    Pty pty_;
    std::unique_ptr<SerialPort> port_;
    std::string heard_;
    std::string reason_;
    int hang_ups_ = 0;
    bool close_when_heard_ = false;
};

TEST_F(SerialPortTest, bytes_pass_unchanged_in_both_directions) {
    ASSERT_TRUE(open(pty_.path()));
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    pty_.write(all);
    ASSERT_TRUE(run_until(io_, [&] { return heard_.size() >= all.size(); }));
    EXPECT_EQ(heard_, all);
    ASSERT_TRUE(port_->write(all));
    std::string came;
    ASSERT_TRUE(run_until(io_, [&] { return (came += pty_.read()).size() >= all.size(); }));
    EXPECT_EQ(came, all);
}

TEST_F(SerialPortTest, a_hang_up_is_said_once_and_leaves_nothing_running) {
    ASSERT_TRUE(open(pty_.path()));
    pty_.close();
    ASSERT_TRUE(run_until(io_, [&] { return hang_ups_ > 0; }));
    io_.restart();
    EXPECT_EQ(io_.run(), 0U); // returns at once: nothing waits, nothing spins
    EXPECT_EQ(hang_ups_, 1);
    EXPECT_EQ(reason_, "the other end is gone");
}

TEST_F(SerialPortTest, may_be_closed_by_whoever_hears_its_bytes) {
    ASSERT_TRUE(open(pty_.path()));
    close_when_heard_ = true;
    pty_.write("x");
    ASSERT_TRUE(run_until(io_, [&] { return port_ == nullptr; }));
    pty_.close();
    io_.restart();
    io_.run();
    EXPECT_EQ(hang_ups_, 0);
}

TEST_F(SerialPortTest, takes_exactly_as_much_as_may_wait) {
    ASSERT_TRUE(open(pty_.path()));
    ASSERT_TRUE(port_->write(std::string(write_queue_max, 'a')));
    EXPECT_FALSE(port_->write("b"));
    std::string came;
    ASSERT_TRUE(run_until(io_, [&] { return (came += pty_.read()).size() >= write_queue_max; }));
    run_ready(io_);
    EXPECT_TRUE(port_->write("c"));
    ASSERT_TRUE(run_until(io_, [&] { return (came += pty_.read()).size() > write_queue_max; }));
    EXPECT_EQ(came, std::string(write_queue_max, 'a') + "c");
}

TEST_F(SerialPortTest, takes_any_rate_also_one_that_has_no_name) {
    ASSERT_TRUE(open(pty_.path()));
    const int other = ::open(pty_.path().c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    EXPECT_EQ(serial_rate(other), 115200U);
    for (const unsigned baud : {74880U, 1200U, 460800U, 1'234'567U}) {
        ASSERT_TRUE(port_->set_baud(baud));
        EXPECT_EQ(serial_rate(other), baud);
    }
    ::close(other);
    const auto none = port_->set_baud(0);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().code, base::ErrorCode::unsupported);
}

TEST_F(SerialPortTest, what_is_not_there_is_not_found) {
    const auto opened = open("/dev/no-such-port");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::ErrorCode::not_found);
    EXPECT_FALSE(opened.error().hint.empty());
}

TEST_F(SerialPortTest, a_file_is_no_serial_port) {
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "file") << "x";
    const auto opened = open(folder.path() / "file");
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::ErrorCode::unsupported);
}

TEST_F(SerialPortTest, a_held_port_is_refused_with_the_holders_name_and_pid) {
    std::array<int, 2> ready{};
    ASSERT_EQ(::pipe(ready.data()), 0);
    const pid_t holder = ::fork();
    ASSERT_GE(holder, 0);
    if (holder == 0) {
        const int fd = ::open(pty_.path().c_str(), O_RDWR | O_NOCTTY);
        if (::flock(fd, LOCK_EX) != 0 || ::write(ready[1], "r", 1) != 1) ::_exit(1);
        while (true) ::pause();
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    const auto opened = open(pty_.path());
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, base::ErrorCode::busy);
    const std::string message(opened.error().message.view());
    EXPECT_NE(message.find("is held by hub_workbench_t"), std::string::npos) << message; // a name is 15 bytes at most
    EXPECT_NE(message.find("(pid " + std::to_string(holder) + ")"), std::string::npos) << message;
    EXPECT_TRUE(open(pty_.path())); // free again, although the holder did not tidy up
}

TEST_F(SerialPortTest, a_real_port_that_another_program_has_merely_open_is_left_alone) {
    std::array<int, 2> ready{};
    ASSERT_EQ(::pipe(ready.data()), 0);
    const pid_t holder = ::fork();
    ASSERT_GE(holder, 0);
    if (holder == 0) {
        if (::open(pty_.path().c_str(), O_RDWR | O_NOCTTY) < 0 || ::write(ready[1], "r", 1) != 1) ::_exit(1);
        while (true) ::pause();
    }
    char byte = 0;
    ASSERT_EQ(::read(ready[0], &byte, 1), 1);
    const auto bridge = open(pty_.path(), Wiring::bridge);
    const auto native = open(pty_.path(), Wiring::native);
    const auto pty = open(pty_.path(), Wiring::none); // a virtual board has its own pty open
    ::kill(holder, SIGKILL);
    ::waitpid(holder, nullptr, 0);
    ::close(ready[0]);
    ::close(ready[1]);
    for (const auto& opened : {bridge, native}) {
        ASSERT_FALSE(opened);
        EXPECT_EQ(opened.error().code, base::ErrorCode::busy);
        const std::string message(opened.error().message.view());
        EXPECT_NE(message.find("(pid " + std::to_string(holder) + ")"), std::string::npos) << message;
    }
    EXPECT_TRUE(pty);
}

TEST_F(SerialPortTest, is_held_until_it_is_closed) {
    ASSERT_TRUE(open(pty_.path()));
    EXPECT_FALSE(SerialPort::open(io_, pty_.path(), *this));
    port_.reset();
    EXPECT_TRUE(open(pty_.path()));
}

TEST(PortHolder, a_port_that_nobody_else_has_open_has_no_name) {
    const Pty pty;
    EXPECT_EQ(port_holder(pty.path()), "another program");
    EXPECT_EQ(port_holder("/dev/no-such-port"), "another program");
}

} // namespace
} // namespace hub::workbench
