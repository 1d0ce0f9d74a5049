// SPDX-License-Identifier: Apache-2.0
#include "cli/board_python.hpp"

#include "cli/client.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/board_port.hpp"
#include "hub/workbench/repl/traceback.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <system_error>

namespace cli {

namespace fs = std::filesystem;
using hub::workbench::BoardPort;
using hub::workbench::SerialPython;

namespace {

/// The virtual board in `folder`; nothing if there is none.
std::optional<BoardPort> virtual_board(const fs::path& folder) {
    std::ifstream file(folder / "board.json");
    const Json about = Json::parse(file, nullptr, false);
    if (!about.is_object()) return std::nullopt;
    return BoardPort{about.value("uid", ""), folder / "uart0", true, folder / "control.sock"};
}

Outcome<fs::path> running(const BoardPort& board) {
    if (const auto present = hub::workbench::check_present(board); !present) {
        return tl::unexpected(failure_of(present.error()));
    }
    return board.path;
}

std::string with_our_line_ends(std::string text) {
    std::erase(text, '\r');
    return text;
}

// The board knows the program as "<stdin>".
std::string with_file_name(std::string traceback, const std::string& file) {
    constexpr std::string_view stdin_name = "\"<stdin>\"";
    for (std::size_t at = 0; (at = traceback.find(stdin_name, at)) != std::string::npos;) {
        traceback.replace(at, stdin_name.size(), "\"" + file + "\"");
        at += file.size();
    }
    return traceback;
}

int say_end(const Invocation& invocation, const std::string& said, const std::string& file) {
    const std::string traceback = with_file_name(with_our_line_ends(said), file);
    const auto error = hub::workbench::parse_traceback(traceback);
    if (invocation.json) {
        std::puts(json_text({{"type", "exception"},
                             {"file", error.file},
                             {"line", error.line},
                             {"exception", error.type},
                             {"message", error.message},
                             {"traceback", traceback}})
                      .c_str());
        return exit_failed;
    }
    std::fflush(stdout);
    for (std::size_t begin = 0; begin < traceback.size();) {
        const auto end = std::min(traceback.find('\n', begin), traceback.size());
        std::fprintf(stderr, "%s\n", printable(traceback.substr(begin, end - begin)).c_str());
        begin = end + 1;
    }
    return exit_failed;
}

} // namespace

void add_board_argument(CLI::App& command, std::string& board) {
    command
        .add_option("-b,--board,BOARD", board, "A port such as /dev/ttyUSB0, or a virtual board's uid, name or folder")
        ->envname("OURO_BOARD");
}

Outcome<fs::path> port_of(const Invocation& invocation, const std::string& board) {
    if (board.empty()) {
        return fail(exit_usage, "Which board?", "Name its port, e.g. --board /dev/ttyUSB0, or set OURO_BOARD.");
    }
    std::error_code error;
    if (fs::is_directory(board, error)) {
        if (const auto found = virtual_board(board)) return running(*found);
        return fail(exit_not_found, board + " is no virtual board's folder", "It would contain a board.json.");
    }
    if (fs::exists(board, error) || board.find('/') != std::string::npos) return fs::path(board);
    fs::directory_iterator folder(invocation.data_folder() / "boards", error);
    for (; !error && folder != fs::directory_iterator(); folder.increment(error)) {
        const auto found = virtual_board(folder->path());
        if (found && (found->uid == board || folder->path().filename() == board)) return running(*found);
    }
    return fail(exit_not_found, "There is no port and no virtual board \"" + board + "\"",
                "Name the port, e.g. /dev/ttyUSB0, or the folder of a virtual board.");
}

Failure port_failure(const Invocation& invocation, const fs::path& port, const base::Error& error) {
    Failure failure = failure_of(error);
    if (error.code != base::ErrorCode::busy) return failure;
    const bool by_ouro = failure.message.find("held by ouro ") != std::string::npos;
    if (by_ouro && Client(invocation.data_folder()).get("/health")) {
        failure.message = "The hub uses " + port.string() + ": " + failure.message;
        failure.hint = "End `ouro serve`, do this, and start it again: it finds the board by itself.";
    } else {
        failure.hint = "Close that program, then try again.";
    }
    return failure;
}

Outcome<std::unique_ptr<SerialPython>> open_python(const Invocation& invocation, const std::string& board) {
    const auto port = port_of(invocation, board);
    if (!port) return tl::unexpected(port.error());
    auto python = SerialPython::open(*port);
    if (!python) return tl::unexpected(port_failure(invocation, *port, python.error()));
    (*python)->pass_on_interrupts();
    if (const auto entered = (*python)->enter(); !entered) {
        Failure failure = failure_of(entered.error());
        failure.message = port->string() + ": " + failure.message;
        return tl::unexpected(failure);
    }
    return std::move(*python);
}

void BoardOutput::operator()(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        if (c == '\r') {
            held_ += c;
            continue;
        }
        if (c != '\n') text += held_;
        held_.clear();
        text += c;
    }
    print(text);
}

void BoardOutput::end() { print(std::exchange(held_, {})); }

void BoardOutput::print(std::string_view text) const {
    if (text.empty()) return;
    if (json_) {
        std::puts(json_text({{"type", "output"}, {"text", text}}).c_str());
    } else {
        std::fwrite(text.data(), 1, text.size(), stdout);
    }
    std::fflush(stdout);
}

int run_code(const Invocation& invocation, const std::string& board, const std::string& code, const std::string& file) {
    auto python = open_python(invocation, board);
    if (!python) return report(python.error());
    BoardOutput output(invocation.json);
    const auto ended = (*python)->run(code, [&output](std::string_view bytes) { output(bytes); });
    output.end();
    if (!ended) return report(failure_of(ended.error()));
    if (!ended->empty()) return say_end(invocation, *ended, file);
    if (invocation.json) std::puts(json_text({{"type", "end"}}).c_str());
    return exit_ok;
}

} // namespace cli
