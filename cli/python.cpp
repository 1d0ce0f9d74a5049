// SPDX-License-Identifier: Apache-2.0
// `ouro exec`, `ouro eval`, `ouro soft-reset`: a board's Python without its prompt.
#include "cli/board_python.hpp"
#include "cli/commands.hpp"
#include "cli/reach.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>
#include <string>

namespace cli {

namespace {

struct Words {
    std::string code;
    std::string board;
};

int soft_reset(const Invocation& invocation, const std::string& board) {
    auto python = open_python(invocation, board);
    if (!python) return report(python.error());
    if (const auto reset = (*python)->soft_reset(); !reset) return report(failure_of(reset.error()));
    std::puts(invocation.json ? json_text({{"type", "end"}}).c_str() : "The board starts its Python again.");
    return exit_ok;
}

} // namespace

void add_exec(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("exec", "Run a line of Python on a board");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("CODE", words->code, "Python")->required();
    add_board_argument(*command, words->board);
    command->footer("Example:\n  ouro exec \"import os; print(os.uname())\" /dev/ttyUSB0\n"
                    "What runs is interrupted. Ctrl-C stops the program on the board.");
    command->callback([&invocation, words] {
        invocation.run = [&invocation, words] { return run_code(invocation, words->board, words->code, "<exec>"); };
    });
}

void add_eval(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("eval", "Print what an expression is on a board");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("EXPRESSION", words->code, "Python")->required();
    add_board_argument(*command, words->board);
    command->footer("Example:\n  ouro eval 2**100 /dev/ttyUSB0");
    command->callback([&invocation, words] {
        invocation.run = [&invocation, words] {
            return run_code(invocation, words->board, "print(repr(" + words->code + "\n))", "<eval>");
        };
    });
}

void add_soft_reset(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("soft-reset", "Start a board's Python again, with boot.py and main.py");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    add_board_argument(*command, words->board);
    command->callback([&invocation, words] {
        invocation.run = [&invocation, words] { return soft_reset(invocation, words->board); };
    });
}

} // namespace cli
