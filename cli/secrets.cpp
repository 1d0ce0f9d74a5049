// SPDX-License-Identifier: Apache-2.0
// `ouro secrets`: what apps need and nobody else is to know. A value is read, never taken from the command line.
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/lookup.hpp"
#include "cli/terminal.hpp"
#include "hub/daemon/stored_secrets.hpp"
#include "protocol/link/names.hpp"

#include <CLI/CLI.hpp>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <tuple>

namespace cli {

using hub::daemon::board_words;
using hub::daemon::check_secret_name;
using hub::daemon::StoredSecrets;

namespace {

struct Words {
    std::string name;
    std::string board;
};

/// As long as this lives, what is typed is not seen.
class Unseen {
public:
    Unseen() : is_terminal_(::tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!is_terminal_) return;
        termios unseen = before_;
        unseen.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &unseen);
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;
    ~Unseen() {
        if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    bool is_terminal() const noexcept { return is_terminal_; }

private:
    termios before_{};
    bool is_terminal_;
};

/// A line from whoever types, or all that comes through a pipe.
std::string read_value(const std::string& name) {
    std::string value;
    const Unseen unseen;
    if (unseen.is_terminal()) {
        std::fprintf(stderr, "%s (is not shown): ", name.c_str());
        std::getline(std::cin, value);
        std::fputc('\n', stderr);
        return value;
    }
    constexpr std::size_t enough = 4096; // more than any value has
    for (char c = 0; value.size() < enough && std::cin.get(c);) value += c;
    if (value.ends_with('\n')) value.pop_back();
    if (value.ends_with('\r')) value.pop_back();
    return value;
}

/// The uid of the board that is meant; empty for all.
Outcome<std::string> uid_of(const Invocation& invocation, const std::string& board) {
    if (board.empty()) return std::string();
    const auto found = find_board(Client(invocation.data_folder()), board);
    if (found) return found->value("uid", "");
    // A board need not be here, nor the hub run, for what it will get.
    if (protocol::link::is_uid(board) && found.error().exit != exit_usage) return board;
    return tl::unexpected(found.error());
}

int tell(const Invocation& invocation, const char* what, const std::string& name, const std::string& uid) {
    if (invocation.json) {
        std::puts(json_text({{what, name}, {"board", uid.empty() ? Json() : Json(uid)}}).c_str());
    } else {
        std::puts((name + " is " + what + " for " + board_words(uid)).c_str());
    }
    return exit_ok;
}

int run_set(const Invocation& invocation, const Words& words) {
    if (const auto good = check_secret_name(words.name); !good) return report(failure_of(good.error()));
    const auto uid = uid_of(invocation, words.board);
    if (!uid) return report(uid.error());
    const auto kept = StoredSecrets(invocation.data_folder()).keep(words.name, *uid, read_value(words.name));
    return kept ? tell(invocation, "kept", words.name, *uid) : report(failure_of(kept.error()));
}

int run_remove(const Invocation& invocation, const Words& words) {
    if (const auto good = check_secret_name(words.name); !good) return report(failure_of(good.error()));
    const auto uid = uid_of(invocation, words.board);
    if (!uid) return report(uid.error());
    const auto removed = StoredSecrets(invocation.data_folder()).remove(words.name, *uid);
    return removed ? tell(invocation, "removed", words.name, *uid) : report(failure_of(removed.error()));
}

int run_list(const Invocation& invocation, const Words& words) {
    const auto uid = uid_of(invocation, words.board);
    if (!uid) return report(uid.error());
    const auto secrets = StoredSecrets(invocation.data_folder()).list();
    if (!secrets) return report(failure_of(secrets.error()));
    std::vector<std::vector<std::string>> rows{{"NAME", "BOARD", "VALUE", "SET"}};
    for (const auto& secret : *secrets) {
        if (!uid->empty() && !secret.board.empty() && secret.board != *uid) continue;
        if (invocation.json) {
            const Json board = secret.board.empty() ? Json() : Json(secret.board);
            std::puts(json_text({{"name", secret.name}, {"board", board}, {"set_at_ms", secret.set_at_ms}}).c_str());
        }
        rows.push_back(
            {secret.name, secret.board.empty() ? "all" : secret.board, "******", age(secret.set_at_ms, now_ms())});
    }
    if (invocation.json) return exit_ok;
    if (rows.size() == 1) {
        std::puts("no secrets are kept; `ouro secrets set NAME` keeps one");
    } else {
        std::fputs(table(rows, stdout_is_styled()).c_str(), stdout);
    }
    return exit_ok;
}

CLI::App* add_word(CLI::App& parent, Invocation& invocation, const std::shared_ptr<Words>& words, const char* name,
                   const char* about, int (*run)(const Invocation&, const Words&)) {
    auto* command = parent.add_subcommand(name, about);
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("-b,--board", words->board, "For this board alone: a uid, or the beginning of a name");
    command->callback(
        [&invocation, words, run] { invocation.run = [&invocation, words, run] { return run(invocation, *words); }; });
    return command;
}

} // namespace

void add_secrets(CLI::App& app, Invocation& invocation) {
    auto* secrets = app.add_subcommand("secrets", "Passwords and keys, for the boards whose apps need them");
    secrets->require_subcommand(1);
    const auto words = std::make_shared<Words>();
    for (const auto& [name, about, run] : {std::tuple{"set", "Keep a secret; its value is read, not shown", &run_set},
                                           std::tuple{"remove", "Forget a secret", &run_remove}}) {
        add_word(*secrets, invocation, words, name, about, run)
            ->add_option("NAME", words->name, "For example WIFI_PASSWORD")
            ->required();
    }
    add_word(*secrets, invocation, words, "list", "Which secrets are kept; never what they are", run_list);
    secrets->footer("Examples:\n  ouro secrets set WIFI_PASSWORD\n  ouro secrets set HA_PASSWORD --board porch < file\n"
                    "`ouro deploy` gives a board just those that its app needs; a board's own value comes before the "
                    "one for all.");
}

} // namespace cli
