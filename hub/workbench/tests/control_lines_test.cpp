// SPDX-License-Identifier: Apache-2.0
// What opening and closing a port does to DTR and RTS. This program's own ioctl and tcsetattr stand before the C
// library's, write down what the code under test asks for, and play the two lines.
#include "hub/workbench/serial_port.hpp"
#include "hub/workbench/tests/support.hpp"

#include <dlfcn.h>
#include <sys/syscall.h>

#include <cstdarg>
#include <vector>

namespace {

struct Lines {
    bool dtr = true; // the kernel raises both when a port is opened
    bool rts = true;
    bool operator==(const Lines&) const = default;
};

struct Seen {
    std::vector<Lines> lines;       ///< after each request about them
    std::vector<termios> settings;  ///< all that were made
    std::vector<unsigned long> odd; ///< requests that move lines in other ways
};

bool watching = false;
Seen seen;

void move_lines(unsigned long request, int mask) {
    Lines now = seen.lines.empty() ? Lines{} : seen.lines.back();
    for (const auto& [line, bit] : {std::pair{&now.dtr, TIOCM_DTR}, {&now.rts, TIOCM_RTS}}) {
        const bool named = (mask & bit) != 0;
        if (request == TIOCMSET) *line = named;
        if (request == TIOCMBIS && named) *line = true;
        if (request == TIOCMBIC && named) *line = false;
    }
    seen.lines.push_back(now);
}

} // namespace

extern "C" int ioctl(int fd, unsigned long request, ...) noexcept {
    va_list arguments;
    va_start(arguments, request);
    void* const argument = va_arg(arguments, void*);
    va_end(arguments);
    if (watching) {
        switch (request) {
        case TIOCMSET:
        case TIOCMBIS:
        case TIOCMBIC: move_lines(request, *static_cast<const int*>(argument)); return 0;
        case TCSBRK:
        case TCSBRKP:
        case TIOCSBRK:
        case TCSETS:
        case TCSETSW:
        case TCSETSF: seen.odd.push_back(request); break;
        default: break;
        }
    }
    return static_cast<int>(::syscall(SYS_ioctl, fd, request, argument));
}

extern "C" int tcsetattr(int fd, int when, const termios* settings) noexcept {
    if (watching) seen.settings.push_back(*settings);
    using Function = int (*)(int, int, const termios*);
    static const auto next = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "tcsetattr"));
    return next(fd, when, settings);
}

namespace hub::workbench {
namespace {

class ControlLines : public testing::Test, public SerialPort::Listener {
protected:
    Seen open_and_close(Wiring wiring) {
        seen = {};
        watching = true;
        {
            const auto opened = SerialPort::open(io_, pty_.path(), *this, wiring);
            EXPECT_TRUE(opened);
        }
        io_.restart();
        io_.run();
        watching = false;
        return seen;
    }
    void on_bytes(std::span<const std::uint8_t>) override {}
    void on_hang_up(std::string_view) override {}

    boost::asio::io_context io_;
    Pty pty_;
};

TEST_F(ControlLines, of_a_bridge_are_let_go_and_the_chip_is_never_in_reset) {
    const Seen what = open_and_close(Wiring::bridge);
    ASSERT_FALSE(what.lines.empty());
    EXPECT_EQ(what.lines.back(), (Lines{false, false}));
    for (const Lines& lines : what.lines) EXPECT_FALSE(lines.rts && !lines.dtr) << "this pulls the reset pin";
    EXPECT_EQ(what.lines, (std::vector<Lines>{{true, false}, {false, false}})) << "closing moves nothing";
}

TEST_F(ControlLines, of_a_boards_own_usb_are_left_alone) { EXPECT_TRUE(open_and_close(Wiring::native).lines.empty()); }

TEST_F(ControlLines, do_not_fall_with_the_speed_nor_at_the_end) {
    for (const Wiring wiring : {Wiring::bridge, Wiring::native}) {
        const Seen what = open_and_close(wiring);
        EXPECT_EQ(what.settings.size(), 1U);
        for (const termios& settings : what.settings) {
            EXPECT_EQ(::cfgetospeed(&settings), B115200) << "B0 would hang up";
            EXPECT_EQ(settings.c_cflag & HUPCL, 0U) << "closing would drop DTR";
            EXPECT_EQ(settings.c_cflag & CRTSCTS, 0U) << "RTS would be the driver's";
        }
        EXPECT_TRUE(what.odd.empty());
    }
}

} // namespace
} // namespace hub::workbench
