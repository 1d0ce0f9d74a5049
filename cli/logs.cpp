// SPDX-License-Identifier: Apache-2.0
// `ouro logs`: what boards had to say, and have to say now.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/lookup.hpp"
#include "cli/messages.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>
#include <memory>

namespace cli {

namespace {

struct Words {
    std::string board;
    bool follow = false;
    int lines = 20;
};

/// Prints log lines and crashes, each with its board's name.
class Printer {
public:
    Printer(bool json, const Json& boards, std::string only) : json_(json), only_(std::move(only)) {
        for (const Json& board : boards) names_[board.value("uid", "")] = board.value("name", "");
    }

    /// False when nobody reads any more.
    bool print(const Json& message) {
        const std::string type = message.value("type", "");
        if (type == "board") {
            const Json& board = message["board"];
            names_[board.value("uid", "")] = board.value("name", "");
        }
        const std::string uid = message.value("uid", "");
        const bool wanted = type == "gap" || ((type == "log" || type == "crash") && (only_.empty() || uid == only_));
        if (!wanted) return true;
        const std::string line = json_ ? json_text(message) : printable(names_[uid]) + "  " + line_of(message);
        return std::puts(line.c_str()) >= 0 && std::fflush(stdout) == 0;
    }

private:
    bool json_;
    std::string only_;
    std::map<std::string, std::string> names_;
};

// An entry of the timeline in the shape of the live message.
Json message_of(const Json& entry) {
    return {{"type", "log"},
            {"uid", entry.value("uid", "")},
            {"level", entry.value("id", "")},
            {"text", entry.value("text", "")},
            {"at_ms", entry.value("at_ms", 0.0)}};
}

int run_logs(const Invocation& invocation, const Words& words) {
    const Client client(invocation.data_folder());
    const auto boards = client.get("/api/boards");
    if (!boards) return report(boards.error());
    std::string uid;
    if (!words.board.empty()) {
        const auto board = choose_board(*boards, words.board);
        if (!board) return report(board.error());
        uid = board->value("uid", "");
    }
    const auto earlier =
        client.get("/api/timeline?what=log&limit=" + std::to_string(words.lines) + "&uid=" + encoded(uid));
    if (!earlier) return report(earlier.error());
    Printer printer(invocation.json, *boards, uid);
    for (auto entry = earlier->rbegin(); entry != earlier->rend(); ++entry) printer.print(message_of(*entry));
    if (!words.follow) return exit_ok;
    const auto watched = client.watch([&](const Json& message) { return printer.print(message); });
    return watched ? exit_ok : report(watched.error());
}

} // namespace

void add_logs(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("logs", "Print what boards log");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("BOARD", words->board, "Only this one");
    command->add_flag("-f,--follow", words->follow, "Go on as new lines come");
    command->add_option("-n,--lines", words->lines, "How many earlier lines")
        ->check(CLI::Range(1, 1000))
        ->default_val(20);
    command->footer("Example:\n  ouro logs -f \"Hall intercom\"");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_logs(invocation, *words); }; });
}

} // namespace cli
