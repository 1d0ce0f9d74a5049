// SPDX-License-Identifier: Apache-2.0
// MicroPython on its thread in real time: what ends native code, and what a thousand lives leave behind.
#include "boards/intercom.hpp"
#include "firmware/ports/posix/machine_inputs.hpp"
#include "firmware/ports/shared/micropython_program.hpp"
#include "firmware/ports/shared/strict_flash.hpp"
#include "firmware/ports/shared/vm_thread.hpp"
#include "firmware/vm/flash_image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>

#include <poll.h>
#include <unistd.h>

namespace firmware::ports::posix {
namespace {

using ::testing::HasSubstr;
using Op = bridge::HomeMessage::Op;

constexpr base::Micros patience = base::from_ms(20000);

boards::Profile small_board() {
    boards::Profile profile = boards::intercom;
    profile.heap_bytes = 64 * 1024;
    profile.flash_bytes = 128 * 1024;
    return profile;
}

/// A VM in real time; the test is its hardware core.
class RunnerTest : public ::testing::Test {
protected:
    RunnerTest() {
        bridge.wake_vm = &wake_vm;
        bridge.wake_hardware = &wake_hardware;
    }
    ~RunnerTest() override { end(); }

    void install(std::string_view app, std::string_view source) {
        const vm::ImageFile file{"app.py", {reinterpret_cast<const std::uint8_t*>(source.data()), source.size()}};
        ASSERT_TRUE(vm::install_app(flash, app, {&file, 1}).has_value());
    }
    void start() {
        program = micropython(profile, {}, "abcd1234")(inputs);
        thread.start(*program);
    }
    void end() {
        if (!program) return;
        program->stop();
        ASSERT_TRUE(thread.join()) << "the VM's thread is stuck";
        program.reset();
    }
    contract::Interpreter& vm() { return program->interpreter(); }

    void drain() {
        bridge::HomeMessage message;
        while (bridge.home_messages.pop(message)) {
            if (message.op == Op::crash) crashes += std::string(message.json.view());
        }
        bridge::PinCommand command;
        while (bridge.pin_commands.pop(command)) bridge.pin_commands_done.fetch_add(1);
        std::uint8_t byte = 0;
        while (bridge.console_out.pop(byte)) printed.push_back(static_cast<char>(byte));
    }
    /// Until `text` was printed; what was printed before it is forgotten. False after `patience`.
    bool wait_for(std::string_view text) {
        const base::Micros deadline = clock.now() + patience;
        while (clock.now() < deadline) {
            drain();
            if (const auto at = printed.find(text); at != std::string::npos) {
                printed.erase(0, at + text.size());
                return true;
            }
            pollfd waiting{wake_hardware.fd(), POLLIN, 0};
            if (wake_hardware.prepare_wait()) ::poll(&waiting, 1, 1000);
            wake_hardware.end_wait();
        }
        ADD_FAILURE() << "waited for " << text << ", got: " << printed;
        return false;
    }
    void type(std::string_view text) {
        for (const char letter : text) ASSERT_TRUE(bridge.console_in.push(static_cast<std::uint8_t>(letter)));
        wake_vm.notify();
    }

    boards::Profile profile = small_board();
    UptimeClock clock;
    FutexSignal wake_vm{clock, 0};
    PollSignal wake_hardware;
    bridge::Bridge bridge;
    std::vector<std::uint8_t> medium = std::vector<std::uint8_t>(128 * 1024, 0xFF);
    StrictFlash flash{medium, {4096, 32, 256}};
    MachineInputs inputs{clock, wake_vm, bridge, flash};
    std::unique_ptr<Program> program;
    VmThread thread;
    std::string printed;
    std::string crashes;
};

class NativeTest : public RunnerTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(NativeTest, row_3_2_a_long_native_call_is_stopped_within_a_second) {
    install("native", std::string("import re\nprint('begin')\n") + GetParam() + "\nprint('it was short')\n");
    start();
    ASSERT_TRUE(wait_for(">>> "));
    for (int round = 0; round < 2; ++round) {
        ASSERT_TRUE(vm().load_app("native").has_value());
        ASSERT_TRUE(wait_for("begin"));
        const base::Micros stopped_at = clock.now();
        vm().stop_app();
        ASSERT_TRUE(wait_for(">>> "));
        EXPECT_LT(clock.now() - stopped_at, base::from_ms(1000));
        EXPECT_FALSE(vm().is_running());
        type("'%d' % (6 * 7)\r");
        ASSERT_TRUE(wait_for("'42'"));
        ASSERT_TRUE(wait_for(">>> "));
    }
    EXPECT_EQ(crashes, "");
}

INSTANTIATE_TEST_SUITE_P(Programs, NativeTest,
                         ::testing::Values("while True: pass", "sum(range(10**12))", "max(range(10**12))",
                                           "re.match('(a|aa)+$', 'a' * 60 + 'b')", "pow(7**2000, 10**9000, 7**2001)",
                                           "while True:\n try: sum(range(10**12))\n except BaseException: pass"));

TEST_F(RunnerTest, row_3_25_an_abort_ends_a_native_call_and_the_app_begins_again) {
    install("native", "print('begin')\nsum(range(10**12))\n");
    start();
    ASSERT_TRUE(wait_for(">>> "));
    ASSERT_TRUE(vm().load_app("native").has_value());
    ASSERT_TRUE(wait_for("begin"));
    vm().abort();
    ASSERT_TRUE(wait_for("begin"));
}

TEST_F(RunnerTest, the_end_of_the_board_ends_a_native_call) {
    install("native", "print('begin')\nsum(range(10**12))\n");
    start();
    ASSERT_TRUE(wait_for(">>> "));
    ASSERT_TRUE(vm().load_app("native").has_value());
    ASSERT_TRUE(wait_for("begin"));
    end();
}

TEST_F(RunnerTest, files_are_whole_after_an_app_was_cut_again_and_again) {
    install("writes",
            "n = 0\nprint('begin')\nwhile True:\n n += 1\n with open('/kept', 'w') as f: f.write('x' * 3000)\n"
            " open('/kept').read() == 'x' * 3000 or print('torn')\n sum(range(10**5))\n");
    start();
    ASSERT_TRUE(wait_for(">>> "));
    for (int round = 0; round < 20; ++round) {
        ASSERT_TRUE(vm().load_app("writes").has_value());
        ASSERT_TRUE(wait_for("begin"));
        vm().stop_app();
        ASSERT_TRUE(wait_for(">>> "));
        type("open('/kept').read() in ('', 'x' * 3000)\r");
        ASSERT_TRUE(wait_for("True"));
        ASSERT_TRUE(wait_for(">>> "));
    }
}

TEST_F(RunnerTest, row_3_2_starting_twice_is_starting_once) {
    start();
    thread.start(*program);
    ASSERT_TRUE(wait_for(">>> "));
    end();
    EXPECT_TRUE(thread.join()) << "and so is ending";
    start();
    ASSERT_TRUE(wait_for(">>> ")) << "and it can be started anew";
}

std::size_t resident_kib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    }
    return 0;
}

TEST_F(RunnerTest, row_3_10_a_thousand_starts_and_ends_leak_nothing) {
    profile.heap_bytes = 32 * 1024;
    std::size_t before = 0;
    for (int cycle = 0; cycle < 1000; ++cycle) {
        if (cycle == 50) before = resident_kib();
        start();
        ASSERT_TRUE(wait_for(">>> "));
        end();
        printed.clear();
    }
#ifndef __SANITIZE_ADDRESS__ // it keeps what was freed, and looks for leaks itself
    EXPECT_LT(resident_kib(), before + 1024);
#endif
    EXPECT_GT(before, 0U);
}

} // namespace
} // namespace firmware::ports::posix
