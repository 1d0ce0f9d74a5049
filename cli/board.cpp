// SPDX-License-Identifier: Apache-2.0
// `ouro board …`: the hands and eyes of a virtual board, and live changes of any board.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/lookup.hpp"
#include "cli/messages.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <memory>

namespace cli {

namespace {

struct Words {
    std::string board;
    std::string pin;
    std::string file;
    int number = 0;
};

// A pin may be given by its number.
Json pin_of(const std::string& typed) {
    Json number = Json::parse(typed, nullptr, false);
    return number.is_number_unsigned() ? number : Json(typed);
}

int run_control(const Invocation& invocation, const std::string& name, const Json& request) {
    const Client client(invocation.data_folder());
    const auto board = find_board(client, name);
    if (!board) return report(board.error());
    const auto answer = client.post("/api/boards/" + encoded(board->value("uid", "")) + "/control", request);
    if (!answer) return report(answer.error());
    const bool has_value = answer->is_array() && answer->size() > 1;
    if (invocation.json) {
        std::puts(json_text(*answer).c_str());
    } else {
        std::puts(has_value ? json_text((*answer)[1]).c_str() : "ok");
    }
    return exit_ok;
}

int run_show(const Invocation& invocation, const std::string& name) {
    const auto board = find_board(Client(invocation.data_folder()), name);
    if (!board) return report(board.error());
    if (invocation.json) {
        std::puts(json_text(*board).c_str());
        return exit_ok;
    }
    std::vector<std::vector<std::string>> rows{{board->value("name", ""), board->value("uid", "")}};
    for (const char* key : {"profile", "app", "version"}) rows.push_back({key, board->value(key, "")});
    rows.push_back({"state", board->value("online", false) ? "online" : "offline"});
    for (const char* key : {"boot", "heap_free"}) {
        if ((*board)[key].is_number_integer()) rows.push_back({key, json_text((*board)[key])});
    }
    const Json product = board->value("product", Json());
    if (product.is_object()) rows.push_back({"product", product.value("id", "") + " " + product.value("version", "")});
    // What crossed between its cores since it started, or did not.
    const Json counters = board->value("counters", Json::object());
    for (const auto& [key, count] : counters.items()) rows.push_back({key, json_text(count)});
    std::fputs(table(rows, stdout_is_styled()).c_str(), stdout);
    return exit_ok;
}

int write_to(const std::string& file, const std::string& bytes) {
    if (file == "-") {
        if (::isatty(STDOUT_FILENO) != 0) {
            return report({exit_usage, "A picture is nothing for a terminal", "Name a file, or use a pipe."});
        }
        const bool written = std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size();
        return written && std::fflush(stdout) == 0 ? exit_ok : exit_failed;
    }
    std::ofstream out(file, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (out) return exit_ok;
    return report({exit_failed, "Can't write " + file, "Does the folder exist, and is there room?"});
}

int run_screenshot(const Invocation& invocation, const Words& words) {
    const Client client(invocation.data_folder());
    const auto board = find_board(client, words.board);
    if (!board) return report(board.error());
    const std::string uid = board->value("uid", "");
    const auto png = client.download("/api/boards/" + encoded(uid) + "/screen.png");
    if (!png) return report(png.error());
    const std::string file = words.file.empty() ? uid + ".png" : words.file;
    const int code = write_to(file, *png);
    if (code != exit_ok || file == "-") return code;
    if (invocation.json) {
        std::puts(json_text({{"file", file}, {"bytes", png->size()}}).c_str());
    } else {
        std::printf("%s  %zu bytes\n", printable(file).c_str(), png->size());
    }
    return exit_ok;
}

// Messages of one board; the first message holds all of them.
bool concerns(const Json& message, const std::string& uid) {
    if (message.contains("uid")) return message["uid"] == uid;
    if (message.contains("board")) return message["board"].value("uid", "") == uid;
    if (message.contains("command")) return message["command"].value("uid", "") == uid;
    return message.value("type", "") == "gap";
}

int run_watch(const Invocation& invocation, const std::string& name) {
    const Client client(invocation.data_folder());
    const auto board = find_board(client, name);
    if (!board) return report(board.error());
    const std::string uid = board->value("uid", "");
    const auto watched = client.watch([&](const Json& message) {
        if (!concerns(message, uid)) return true;
        const std::string line = invocation.json ? json_text(message) : line_of(message);
        if (line.empty()) return true;
        return std::puts(line.c_str()) >= 0 && std::fflush(stdout) == 0;
    });
    return watched ? exit_ok : report(watched.error());
}

} // namespace

void add_board(CLI::App& app, Invocation& invocation) {
    auto* board = app.add_subcommand("board", "Show, press, set, read, watch and picture a board");
    board->require_subcommand(1);
    board->footer("Examples:\n  ouro board press intercom call 200\n  ouro board read intercom door_relay\n"
                  "  ouro board watch intercom --json\n"
                  "  ouro board screenshot badge menu.png\n\nAll but show and watch are for virtual boards.");
    const auto words = std::make_shared<Words>();
    const auto add = [&](const char* name, const char* help, const char* pin_name) {
        auto* command = board->add_subcommand(name, help);
        add_data_option(*command, invocation);
        add_json_option(*command, invocation);
        command->add_option("BOARD", words->board, "A uid, or the beginning of a name")->required();
        if (pin_name) command->add_option(pin_name, words->pin, "By name or number")->required();
        return command;
    };
    // What the chosen command asks of the control socket.
    const auto asks = [&invocation, words](CLI::App* command, std::function<Json(const Words&)> request) {
        command->callback([&invocation, words, request = std::move(request)] {
            invocation.run = [&invocation, words, request] {
                return run_control(invocation, words->board, request(*words));
            };
        });
    };
    auto* press = add("press", "Press a button and let it go", "BUTTON");
    press->add_option("MS", words->number, "For how long")->check(CLI::Range(20, 600'000))->default_val(200);
    asks(press, [](const Words& w) { return Json{"press", w.pin, w.number}; });
    asks(add("hold", "Hold a button", "BUTTON"), [](const Words& w) { return Json{"hold", w.pin}; });
    asks(add("release", "Let a held button go", "BUTTON"), [](const Words& w) { return Json{"release", w.pin}; });
    auto* set = add("set", "Drive an input from outside", "PIN");
    set->add_option("LEVEL", words->number, "0 or 1")->required()->check(CLI::Range(0, 1));
    asks(set, [](const Words& w) { return Json{"set", pin_of(w.pin), w.number}; });
    asks(add("read", "Read a pin's level", "PIN"), [](const Words& w) { return Json{"read", pin_of(w.pin)}; });
    add("show", "Print a board's card, with its counters", nullptr)->callback([&invocation, words] {
        invocation.run = [&invocation, words] { return run_show(invocation, words->board); };
    });
    auto* screenshot = add("screenshot", "Save what the screen shows as a PNG file", nullptr);
    screenshot->add_option("FILE", words->file, "Where to; - for stdout (default: the uid with .png)");
    screenshot->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_screenshot(invocation, *words); }; });
    add("watch", "Print what changes on a board, as it changes", nullptr)->callback([&invocation, words] {
        invocation.run = [&invocation, words] { return run_watch(invocation, words->board); };
    });
}

} // namespace cli
