// SPDX-License-Identifier: Apache-2.0
// `ouro run`: an app on a virtual board of its own, until Ctrl-C, or a file on a board that is there.
#include "cli/board_process.hpp"
#include "cli/board_python.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>

namespace cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view virtual_prefix = "virtual:";
constexpr const char* default_board = "virtual:badge";

struct Words {
    std::string app;
    std::string board;
    std::string dir;
};

/// Prints what the console says: as it is, or a JSON line for each piece.
class Console {
public:
    explicit Console(bool json) : json_(json) {}
    void operator()(std::string_view text) const {
        if (json_) {
            std::puts(json_text({{"type", "console"}, {"text", text}}).c_str());
        } else {
            std::fwrite(text.data(), 1, text.size(), stdout);
        }
        std::fflush(stdout);
    }

private:
    bool json_;
};

void say_where(const Invocation& invocation, const BoardProcess& board, bool hub) {
    if (invocation.json) {
        const Json started = {
            {"type", "started"}, {"uid", board.uid()}, {"dir", board.folder().string()}, {"hub", hub}};
        std::puts(json_text(started).c_str());
    } else {
        const std::string folder = printable(board.folder().string());
        std::fprintf(stderr, "board %s is running in %s; Ctrl-C ends it\n", board.uid().c_str(), folder.c_str());
        std::fprintf(stderr, hub ? "see it on the hub's page: `ouro url` prints the address\n"
                                 : "no hub runs: `ouro serve` in another terminal, then run this again, shows it\n");
    }
    std::fflush(stdout);
}

// The hub holds the serial port of a board that it sees: what the console says comes from there then.
void follow_console(const Invocation& invocation, const BoardProcess& board, bool hub) {
    const Console console(invocation.json);
    if (!hub) return board.read_console(console);
    const auto ended = Client(invocation.data_folder()).watch([&](const Json& message) {
        if (message.value("type", "") == "console" && message.value("uid", "") == board.uid()) {
            console(message.value("text", ""));
        }
        return true;
    });
    if (!ended) report(ended.error());
}

/// A new folder: where the hub looks for boards, or a temporary one. Failure: `exit_failed`.
Outcome<fs::path> new_folder(const fs::path& parent) {
    std::error_code error;
    fs::create_directories(parent, error);
    std::string path = (parent / "run-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) {
        return fail(exit_failed, "No folder can be made in " + parent.string(), "Name one with --dir.");
    }
    return path;
}

int run_file(const Invocation& invocation, const Words& words) {
    if (words.board.starts_with(virtual_prefix)) {
        return report({exit_usage, "A file runs on a board that is there, and " + words.board + " would be a new one",
                       "Name a port, or put the file into a folder as app.py and run that."});
    }
    const char* const usual = std::getenv("OURO_BOARD");
    const std::string board = words.board.empty() && usual != nullptr ? usual : words.board;
    std::ifstream file(words.app, std::ios::binary);
    std::istream& in = words.app == "-" ? std::cin : file;
    const std::string code((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (words.app != "-" && !file) return report({exit_failed, "Can't read " + words.app, ""});
    return run_code(invocation, board, code, words.app);
}

int run_app(const Invocation& invocation, Words words) {
    if (words.app == "-" || fs::is_regular_file(words.app)) return run_file(invocation, words);
    if (words.board.empty()) words.board = default_board;
    if (!words.board.starts_with(virtual_prefix)) {
        return report({exit_usage, "An app runs on virtual:PROFILE, and " + words.board + " is none",
                       "For example --board virtual:badge. `ouro deploy` brings an app to a board that is there."});
    }
    if (!fs::is_regular_file(fs::path(words.app) / "app.py")) {
        return report(
            {exit_not_found, "There is no app.py in " + words.app, "Name the app's folder, e.g. apps/hello."});
    }
    const fs::path boards = invocation.data_folder() / "boards";
    const bool hub = Client(invocation.data_folder()).get("/health").has_value();
    const bool temporary = words.dir.empty();
    Outcome<fs::path> folder = fs::path(words.dir);
    if (temporary) folder = new_folder(hub ? boards : fs::temp_directory_path());
    if (!folder) return report(folder.error());
    auto board = BoardProcess::start(*folder, words.board.substr(virtual_prefix.size()), words.app);
    int code = exit_ok;
    if (board) {
        // Only a board in the hub's folder is seen, and held, by the hub.
        std::error_code elsewhere;
        const bool seen = hub && fs::equivalent(fs::absolute(*folder).parent_path(), boards, elsewhere);
        say_where(invocation, *board, seen);
        // Ends with the process: it waits for a hub or a port that may stay silent for ever.
        std::thread([&] { follow_console(invocation, *board, seen); }).detach();
        code = board->wait();
    } else {
        code = report(board.error());
    }
    std::error_code ignored;
    if (temporary) fs::remove_all(*folder, ignored);
    std::fflush(stdout);
    std::_Exit(code);
}

} // namespace

void add_run(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("run", "Run a file on a board, or an app on a virtual board of its own");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command
        ->add_option("APP", words->app, "A Python file (- is the standard input), or the folder of an app with app.py")
        ->required();
    command
        ->add_option("-b,--board,BOARD", words->board,
                     "For a file: a port such as /dev/ttyUSB0, or a virtual board's uid, name or folder (OURO_BOARD). "
                     "For an app: virtual:badge (the default), virtual:intercom, virtual:pir, virtual:door")
        ->type_name("TEXT");
    command->add_option("--dir", words->dir, "The board's folder, kept for the next time (default: one for this time)");
    command->footer("Examples:\n  ouro run blink.py /dev/ttyUSB0\n  ouro run apps/hello\n"
                    "  ouro run apps/intercom --board virtual:intercom\n"
                    "Ctrl-C stops the file's program, or ends the app's board.");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_app(invocation, *words); }; });
}

} // namespace cli
