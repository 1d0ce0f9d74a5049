// SPDX-License-Identifier: Apache-2.0
// `ouro boards`: what there is, and how we know.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>

namespace cli {

namespace {

std::vector<std::string> row_of(const Json& board) {
    const Json evidence = board.value("evidence", Json());
    std::string heard = "never";
    if (evidence.is_object()) {
        heard = age(evidence.value("at_ms", 0.0), now_ms()) + ": " + evidence.value("what", "") + ", " +
                evidence.value("path", "");
    }
    const std::string app = board.value("app", "");
    return {board.value("name", ""), board.value("uid", ""), app.empty() ? "-" : app,
            board.value("online", false) ? "online" : "offline", heard};
}

int run_boards(const Invocation& invocation) {
    const auto boards = Client(invocation.data_folder()).get("/api/boards");
    if (!boards) return report(boards.error());
    if (invocation.json) {
        std::puts(json_text(*boards).c_str());
        return exit_ok;
    }
    if (boards->empty()) {
        std::puts("No boards yet. `./dev run` starts one without hardware; `ouro-board --help` says how by hand.");
        return exit_ok;
    }
    std::vector<std::vector<std::string>> rows{{"NAME", "UID", "APP", "STATE", "LAST HEARD"}};
    for (const Json& board : *boards) rows.push_back(row_of(board));
    std::fputs(table(rows, stdout_is_styled()).c_str(), stdout);
    return exit_ok;
}

} // namespace

void add_boards(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("boards", "List the boards");
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->callback([&invocation] { invocation.run = [&invocation] { return run_boards(invocation); }; });
}

} // namespace cli
