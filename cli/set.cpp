// SPDX-License-Identifier: Apache-2.0
// `ouro set`: a command to an entity.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/lookup.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <memory>

namespace cli {

namespace {

struct Words {
    std::string board;
    std::string entity;
    std::string value;
    int ttl_ms = 5000;
    bool wait = false;
};

Outcome<Json> send(const Client& client, const Words& words) {
    auto board = find_board(client, words.board);
    if (!board) return board;
    std::string kind;
    for (const Json& entity : board->value("entities", Json::array())) {
        if (entity.value("id", "") == words.entity) kind = entity.value("kind", "");
    }
    if (kind.empty()) {
        return fail(exit_not_found, board->value("name", "") + " has no entity \"" + words.entity + "\"",
                    "`ouro boards --json` lists what each board has.");
    }
    auto value = value_for(kind, words.value);
    if (!value) return value;
    const std::string target =
        "/api/boards/" + encoded(board->value("uid", "")) + "/entities/" + encoded(words.entity) + "/set";
    return client.post(target + (words.wait ? "?wait=1" : ""), {{"value", *value}, {"ttl_ms", words.ttl_ms}});
}

int run_set(const Invocation& invocation, const Words& words) {
    const auto command = send(Client(invocation.data_folder()), words);
    if (!command) return report(command.error());
    const std::string outcome = command->value("outcome", "");
    const std::string text = command->value("text", "");
    if (invocation.json) {
        std::puts(json_text(*command).c_str());
    } else {
        std::puts(printable(text.empty() ? outcome : outcome + ": " + text).c_str());
    }
    if (outcome == "sent" || outcome == "done") return exit_ok;
    if (outcome == "refused") return exit_refused;
    // A board that says no begins with the word for it.
    return exit_of(text.substr(0, text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_")));
}

} // namespace

void add_set(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("set", "Send a command to an entity");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("BOARD", words->board, "A uid, or the beginning of a name")->required();
    command->add_option("ENTITY", words->entity, "Its id, for example door")->required();
    command->add_option("VALUE", words->value, "on, off, LOCK, UNLOCK, OPEN, STOP, CLOSE, PRESS, a number, a text")
        ->required();
    command->add_flag("--wait", words->wait, "Wait for the end, and let the exit code tell it");
    command->add_option("--ttl", words->ttl_ms, "After so many ms the board must not act on it any more")
        ->check(CLI::Range(1, 60'000))
        ->type_name("MS");
    command->footer("Example:\n  ouro set \"Hall intercom\" door UNLOCK --wait");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_set(invocation, *words); }; });
}

} // namespace cli
