// SPDX-License-Identifier: Apache-2.0
// The `ouro` program: finds out which command is meant, and runs it.
#include "cli/commands.hpp"
#include "cli/completion.hpp"
#include "cli/flash_commands.hpp"
#include "cli/habits.hpp"
#include "cli/outcome.hpp"
#include "cli/terminal.hpp"
#include "hub/daemon/config.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

namespace cli {

std::filesystem::path Invocation::data_folder() const { return hub::daemon::data_folder(data, std::getenv); }

void add_data_option(CLI::App& command, Invocation& invocation) {
    command.add_option("--data", invocation.data, "The hub's folder (OURO_DATA; default ~/.local/state/ouroboard)")
        ->type_name("DIR");
}

void add_json_option(CLI::App& command, Invocation& invocation) {
    command.add_flag("--json", invocation.json, "Print JSON, one value a line");
}

namespace {

constexpr const char* footer = R"(Examples:
  ouro serve                            start the hub; prints the address of its web page
  ouro boards                           what boards there are, and when they were last heard
  ouro set "Hall intercom" door UNLOCK --wait
  ouro board press "Hall intercom" call press a button of a virtual board
  ouro board screenshot badge           what a virtual badge shows, as a PNG file
  ouro run apps/hello                   an app on a virtual badge of its own, until Ctrl-C
  ouro run blink.py /dev/ttyUSB0        a file on a board; Ctrl-C stops it
  ouro repl /dev/ttyUSB0                the board's prompt; Ctrl-] leaves
  ouro sessions                         who is attached to which board
  ouro jobs                             what the hub does with boards by itself
  ouro put -b /dev/ttyUSB0 main.py :    a file to the board's flash
  ouro sync src : -b /dev/ttyUSB0       make the board's files be as those of a folder
  ouro new front_door --template door   the beginning of an app
  ouro deploy apps/intercom             an app to the board: watched, and taken back if it crashes
  ouro secrets set WIFI_PASSWORD        kept here, for the boards whose apps need it
  ouro flash /dev/ttyUSB0 -f FILE       firmware to a bare chip, proven, until its prompt is there
  ouro ports                            where boards are plugged in, and who holds the port
  ouro doctor                           what keeps ports from working, and the fix
  ouro ha check                         what Home Assistant would not take of what boards declare
  ouro logs -f                          what boards say, as they say it
  ouro tuya decode capture.txt          what a battery sensor's MCU and its module said

Without `fs`, too: ls tree cat get put cp mv rm mkdir rmdir touch df sha256sum. `+` between two commands runs both.
A BOARD is a uid, or the beginning of a name, or of a word in it, that only one board has.
Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 no hub is running, 4 not found, 5 refused, busy or expired.)";

/// CLI11 says only that a command is missing, also when one was given that does not exist.
std::string what_is_wrong(const CLI::App& app, const CLI::ParseError& error) {
    const bool command_missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    const std::vector<std::string> unknown = app.remaining(true);
    if (!command_missing || unknown.empty()) return error.what();
    return "There is no command \"" + printable(unknown.front()) + "\"";
}

std::string command_line(const CLI::App& app) {
    std::string words = app.get_name();
    for (const CLI::App* command : app.get_subcommands()) words += " " + command_line(*command);
    return words;
}

/// `words` without the program's name.
int run(std::vector<std::string> words) {
    CLI::App app("Ouroboard: turns a Python file into a Home Assistant device", "ouro");
    Invocation invocation;
    app.set_version_flag("--version", "ouro " OURO_VERSION);
    app.require_subcommand(1);
    for (const auto add : {
             add_serve,       add_boards,     add_set,   add_logs,   add_board,  add_run,     add_exec,   add_eval,
             add_repl,        add_sessions,   add_fs,    add_sync,   add_edit,   add_clean,   add_deploy, add_mip,
             add_mount,       add_soft_reset, add_reset, add_ports,  add_doctor, add_ha,      add_tuya,   add_flash,
             add_flash_tools, add_firmware,   add_url,   add_broker, add_new,    add_secrets, add_jobs,   add_romfs,
         })
        add(app, invocation);
    add_completion(app, invocation);
    app.footer(footer); // last, as commands inherit one that is there when they are added
    spell_out_flash_words(words);
    try {
        std::reverse(words.begin(), words.end()); // as it takes them
        app.parse(words);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error); // --help, --version
        return report({exit_usage, what_is_wrong(app, error),
                       "`ouro --help`, or --help after a command, shows how it is written."});
    }
    invocation.command = command_line(app);
    return invocation.run();
}

} // namespace

/// One after the other, until one fails.
int run_all(const std::vector<TypedCommand>& commands) {
    for (const TypedCommand& command : commands) {
        if (command.board) ::setenv("OURO_BOARD", command.board->c_str(), 1);
        if (const int code = run(command.words); code != exit_ok) return code;
    }
    return exit_ok;
}

} // namespace cli

int main(int argc, char** argv) {
    // Writing into a closed pipe is told by the write.
    std::signal(SIGPIPE, SIG_IGN);
    return cli::run_all(cli::commands_of({argv + 1, argv + argc}));
}
