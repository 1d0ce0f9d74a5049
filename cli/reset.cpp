// SPDX-License-Identifier: Apache-2.0
// `ouro reset`, `ouro bootloader`, `ouro rtc`: the hardware below a board's Python.
#include "cli/board_python.hpp"
#include "cli/bootloader_way.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/reach.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/repl/python_literals.hpp"
#include "hub/workbench/repl/traceback.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

namespace cli {

namespace {

using hub::workbench::ControlLines;
using hub::workbench::Port;
using hub::workbench::PortPython;

constexpr std::chrono::milliseconds reset_pulse{100};
constexpr base::Micros reset_patience = base::from_ms(300);

/// Each looks for what does it, under MicroPython's name and CircuitPython's, and prints "none" if there is nothing.
constexpr std::string_view find_reset = R"(try:
 from machine import reset as _or
except ImportError:
 try:
  from microcontroller import reset as _or
 except ImportError:print('none')
)";

constexpr std::string_view find_clock = R"(try:
 from machine import RTC
 _og=lambda:(lambda t:t[:3]+t[4:7])(RTC().datetime())
 _os=lambda y,m,d,w,H,M,S:RTC().datetime((y,m,d,w,H,M,S,0))
except ImportError:
 try:
  import rtc,time
  _og=lambda:tuple(rtc.RTC().datetime)[:6]
  def _os(y,m,d,w,H,M,S):rtc.RTC().datetime=time.struct_time((y,m,d,H,M,S,w,-1,-1))
 except ImportError:_og=None;print('none')
if _og:
 $0print(*_og())
)";

struct Words {
    std::string board;
    bool lines = false;
    bool set = false;
    bool utc = false;
};

void say(const Invocation& invocation, const char* what) {
    std::puts(invocation.json ? json_text({{"type", "end"}}).c_str() : what);
}

/// What `code` prints, without line ends. Failures: those of the port; `exit_failed` for an exception.
Outcome<std::string> answer_to(PortPython& python, std::string_view code) {
    std::string answer;
    const auto ended = python.run(std::string(code), [&](std::string_view bytes) {
        constexpr std::size_t answer_max = 1000;
        if (answer.size() < answer_max) answer += bytes;
    });
    if (!ended) return tl::unexpected(failure_of(ended.error()));
    if (!ended->empty()) {
        const auto error = hub::workbench::parse_traceback(*ended);
        return fail(exit_failed, "The board's Python says " + error.type + ": " + error.message);
    }
    answer.erase(std::min(answer.find_first_of("\r\n"), answer.size()));
    return answer;
}

/// A listener for a port whose bytes nobody wants.
class Deaf final : public Port::Listener {
public:
    void on_bytes(std::span<const std::uint8_t>) override {}
    void on_hang_up(std::string_view reason) override { gone = reason; }
    std::string gone;
};

int reset_by_lines(const Invocation& invocation, const std::string& board) {
    const auto reached = reach(invocation, board);
    if (!reached) return report(reached.error());
    boost::asio::io_context io;
    Deaf deaf;
    auto port = reached->open(io, deaf);
    if (!port) return report(port_failure(*reached, port.error()));
    auto moved = (*port)->set_lines({.dtr = false, .rts = true});
    if (moved) {
        io.run_for(reset_pulse);
        moved = (*port)->set_lines({.dtr = false, .rts = false});
    }
    if (moved) return say(invocation, "The board's reset line was pulled."), int{exit_ok};
    Failure failure = failure_of(moved.error());
    failure.message = reached->name + ": " + failure.message;
    failure.hint = "Without --lines the board's Python resets it.";
    return report(failure);
}

class Nobody final : public PortPython::Listener {
public:
    bool on_console(std::string_view) override { return true; }
    bool on_message(std::string_view) override { return true; }
};

/// Has the board find `_or`, and call it when nobody waits for an answer.
int leave_by(const Invocation& invocation, const std::string& board, std::string_view find, const Failure& lacking,
             const char* said) {
    auto python = open_python(invocation, board);
    if (!python) return report(python.error());
    const auto found = answer_to(**python, find);
    if (!found) return report(found.error());
    if (*found == "none") return report(lacking);
    if (const auto begun = (*python)->launch(std::string(leave_in_a_moment)); !begun)
        return report(failure_of(begun.error()));
    // Whoever comes next finds it resetting, and not about to.
    Nobody nobody;
    (void)(*python)->type_and_listen("", reset_patience, nobody);
    say(invocation, said);
    return exit_ok;
}

int reset(const Invocation& invocation, const Words& words) {
    if (words.lines) return reset_by_lines(invocation, words.board);
    return leave_by(invocation, words.board, find_reset,
                    {exit_refused, "The board's Python has no machine.reset",
                     "`ouro soft-reset` starts its Python again; `ouro reset --lines` pulls RTS; or press its button."},
                    "The board resets.");
}

int bootloader(const Invocation& invocation, const Words& words) {
    return leave_by(invocation, words.board, find_bootloader("BOOTLOADER"),
                    {exit_refused, "The board's Python has no machine.bootloader",
                     "Hold its BOOT button (BOOTSEL, GPIO0) while you plug it in."},
                    "The board starts its boot loader.");
}

/// Assigns the time of this machine on the board.
std::string assignment(bool utc) {
    const std::time_t now = std::time(nullptr);
    std::tm tm{};
    if (utc) {
        ::gmtime_r(&now, &tm);
    } else {
        ::localtime_r(&now, &tm);
    }
    const int monday_is_0 = (tm.tm_wday + 6) % 7;
    std::array<char, 96> call{};
    std::snprintf(call.data(), call.size(), "_os(%d,%d,%d,%d,%d,%d,%d);", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                  monday_is_0, tm.tm_hour, tm.tm_min, tm.tm_sec);
    return call.data();
}

int rtc(const Invocation& invocation, const Words& words) {
    auto python = open_python(invocation, words.board);
    if (!python) return report(python.error());
    const std::string assign = words.set ? assignment(words.utc) : std::string();
    const auto answer = answer_to(**python, hub::workbench::filled(find_clock, {assign}));
    if (!answer) return report(answer.error());
    if (*answer == "none") {
        return report({exit_refused, "The board's Python has no clock: neither machine.RTC nor rtc",
                       "`ouro eval \"__import__('time').time()\"` is the time since its start, where there is one."});
    }
    std::array<int, 6> is{};
    if (std::sscanf(answer->c_str(), "%d %d %d %d %d %d", &is[0], &is[1], &is[2], &is[3], &is[4], &is[5]) != 6) {
        return report({exit_failed, "The board's clock says \"" + *answer + "\"", "`ouro rtc --set` sets it."});
    }
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02d-%02d %02d:%02d:%02d", is[0], is[1], is[2], is[3], is[4], is[5]);
    std::puts(invocation.json ? json_text({{"time", text.data()}}).c_str() : text.data());
    return exit_ok;
}

CLI::App& add(CLI::App& app, Invocation& invocation, const std::shared_ptr<Words>& words, const char* name,
              const char* about, int (*run)(const Invocation&, const Words&)) {
    auto* command = app.add_subcommand(name, about);
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    add_board_argument(*command, words->board);
    command->callback(
        [&invocation, words, run] { invocation.run = [&invocation, words, run] { return run(invocation, *words); }; });
    return *command;
}

} // namespace

void add_reset(CLI::App& app, Invocation& invocation) {
    const auto words = std::make_shared<Words>();
    add(app, invocation, words, "reset", "Reset a board, as its button does", reset)
        .add_flag("--lines", words->lines, "Pull RTS for 100 ms, where the port has it: works whatever the board runs");
    add(app, invocation, words, "bootloader", "Start a board's boot loader, to flash it", bootloader);
    auto& clock = add(app, invocation, words, "rtc", "Print a board's date and time", rtc);
    clock.add_flag("--set", words->set, "Set them to this machine's local time first");
    clock.add_flag("--utc", words->utc, "With --set: UTC");
}

} // namespace cli
