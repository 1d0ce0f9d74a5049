// SPDX-License-Identifier: Apache-2.0
// `ouro mount`: a folder of this machine, for the Python of a board.
#include "cli/board_python.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/raw_terminal.hpp"
#include "cli/reach.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/mount_folder.hpp"
#include "hub/workbench/mount_requests.hpp"
#include "hub/workbench/mount_snippet.hpp"
#include "hub/workbench/repl/python_literals.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace cli {

using hub::workbench::MountFolder;
using hub::workbench::MountReader;
using hub::workbench::PortPython;

namespace {

constexpr char leave_key = 0x1D; // Ctrl-]
constexpr int interrupts_max = 3;
constexpr base::Micros patience = base::from_ms(500);

struct Words {
    std::vector<std::string> all;
    std::string board;
    bool unsafe_links = false;
};

/// What a line asks for, taken apart.
struct Wish {
    std::string folder;
    std::string board;
    std::string verb = "repl";
    std::string object; ///< of `run` and `exec`
};

Outcome<Wish> wish_of(const Words& words) {
    const auto is_verb = [](const std::string& word) { return word == "run" || word == "exec" || word == "repl"; };
    Wish wish{words.all[0], words.board, "repl", ""};
    std::size_t next = 1;
    if (next < words.all.size() && !is_verb(words.all[next])) wish.board = words.all[next++];
    if (next < words.all.size()) wish.verb = words.all[next++];
    if (wish.verb != "repl" && next < words.all.size()) wish.object = words.all[next++];
    if (next == words.all.size() && is_verb(wish.verb) && (wish.verb == "repl" || !wish.object.empty())) return wish;
    return fail(exit_usage, "After the folder and the board comes run FILE, exec CODE or repl",
                "`ouro mount src /dev/ttyUSB0 -- run main.py`");
}

/// Gives the board its answers, and the person what is none of them.
class Server final : public MountReader::Sink {
public:
    Server(const MountFolder& folder, std::function<void(std::string_view)> text)
        : folder_(folder),
          text_(std::move(text)) {}

    /// The answers to what is in `bytes`; they go to the board.
    std::string serve(std::string_view bytes) {
        reader_.feed(bytes);
        return std::exchange(answers_, {});
    }
    void end() { reader_.end(); }

private:
    void on_text(std::string_view bytes) override { text_(bytes); }
    void on_request(std::string_view json) override { answers_ += folder_.answer(json); }

    const MountFolder& folder_;
    std::function<void(std::string_view)> text_;
    MountReader reader_{*this};
    std::string answers_;
};

Outcome<> mount(PortPython& python) {
    const std::string read_max = std::to_string(hub::workbench::mount_read_max);
    const auto done = python.run(hub::workbench::filled(hub::workbench::mount_snippet, {read_max}), [](auto) {});
    if (!done) return tl::unexpected(failure_of(done.error()));
    if (done->empty()) return {};
    return fail(exit_refused, "The board's Python can't mount a folder: " + *done,
                "It needs os.mount, json, binascii and io.IOBase: most MicroPython boards have them.");
}

/// Nobody answers any more: the board must not ask. As well as it goes.
void unmount(PortPython& python) {
    (void)python.run(std::string(hub::workbench::unmount_snippet), [](auto) {});
}

/// A program, from its first request to its end; a third Ctrl-C leaves it alone.
int run_program(const Invocation& invocation, PortPython& python, const MountFolder& folder, std::string code,
                const std::string& file) {
    BoardOutput output(invocation.json);
    Server server(folder, [&output](std::string_view bytes) { output(bytes); });
    if (const auto begun = python.start(std::move(code)); !begun) return report(failure_of(begun.error()));
    for (int interrupts = 0;;) {
        const auto heard = python.hear(patience);
        if (!heard && heard.error().code == base::ErrorCode::invalid_state) {
            if (++interrupts == interrupts_max) {
                return report({exit_refused, "The program ignores Ctrl-C; it is still running", "Reset the board."});
            }
            (void)python.say("\x03");
            continue;
        }
        if (!heard) return report(failure_of(heard.error()));
        const std::string answers = server.serve(heard->printed);
        if (!answers.empty()) (void)python.say(answers);
        if (!heard->ended) continue;
        server.end();
        output.end();
        return heard->ended->empty() ? int{exit_ok} : say_exception(invocation, *heard->ended, file);
    }
}

/// The board's own prompt, with this terminal's keys.
class Prompt final : public PortPython::Listener {
public:
    Prompt(PortPython& python, Server& server) : python_(python), server_(server), keys_(python.io()) {
        boost::system::error_code error;
        keys_.assign(::dup(STDIN_FILENO), error);
        if (!error) read_keys();
    }

    bool on_console(std::string_view bytes) override {
        const std::string answers = server_.serve(bytes);
        if (!answers.empty()) (void)python_.type(answers);
        recent_ += bytes;
        const auto again = recent_.find("soft reboot");
        const bool at_prompt = again != std::string::npos && recent_.find("\n>>> ", again) != std::string::npos;
        constexpr std::size_t recent_max = 8192;
        if (recent_.size() > recent_max) recent_.erase(again == std::string::npos ? 0 : again, recent_max / 2);
        started_again_ = at_prompt;
        return !at_prompt;
    }
    bool on_message(std::string_view) override { return true; }
    bool has_enough() const override { return over_; }

    /// Once for each new start of the board's Python.
    bool has_started_again() {
        recent_.clear();
        return std::exchange(started_again_, false);
    }

private:
    void read_keys() {
        keys_.async_read_some(boost::asio::buffer(typed_), [this](boost::system::error_code error, std::size_t size) {
            const std::string_view typed(typed_.data(), error ? 0 : size);
            const auto leave = typed.find(leave_key);
            (void)python_.type(typed.substr(0, leave));
            over_ = error || leave != std::string_view::npos;
            if (!over_) read_keys();
        });
    }

    PortPython& python_;
    Server& server_;
    boost::asio::posix::stream_descriptor keys_;
    std::array<char, 256> typed_{};
    std::string recent_;
    bool over_ = false;
    bool started_again_ = false;
};

int run_prompt(PortPython& python, const MountFolder& folder) {
    // As it comes: the terminal is a wire.
    Server server(folder, [](std::string_view bytes) {
        std::fwrite(bytes.data(), 1, bytes.size(), stdout);
        std::fflush(stdout);
    });
    std::fputs("The folder is /remote; Ctrl-] leaves\n", stderr);
    const RawTerminal raw;
    Prompt prompt(python, server);
    for (;;) {
        const auto heard = python.type_and_listen("\r", base::never, prompt);
        if (!heard) return report(failure_of(heard.error()));
        if (!prompt.has_started_again()) return exit_ok;
        if (const auto again = mount(python); !again) return report(again.error());
    }
}

int run_mount(const Invocation& invocation, const Words& words) {
    const auto wish = wish_of(words);
    if (!wish) return report(wish.error());
    const auto folder = MountFolder::open(wish->folder, words.unsafe_links);
    if (!folder) return report(failure_of(folder.error()));
    std::string code = wish->object;
    if (wish->verb == "run") {
        std::ifstream file(wish->object, std::ios::binary);
        code.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
        if (!file) return report({exit_not_found, "Can't read " + wish->object, "It is a file of this machine."});
    }
    auto python = open_python(invocation, wish->board);
    if (!python) return report(python.error());
    if (const auto mounted = mount(**python); !mounted) return report(mounted.error());
    const std::string name = wish->verb == "run" ? wish->object : "<exec>";
    const int ended = wish->verb == "repl" ? run_prompt(**python, *folder)
                                           : run_program(invocation, **python, *folder, std::move(code), name);
    if (ended != exit_refused) unmount(**python);
    return ended;
}

} // namespace

void add_mount(CLI::App& app, Invocation& invocation) {
    constexpr int words_max = 4;
    auto* command = app.add_subcommand("mount", "Give a board a folder of this machine, and run something with it");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("WORD", words->all, "DIR [BOARD] [run FILE | exec CODE | repl]")
        ->required()
        ->expected(1, words_max);
    command->add_option("-b,--board", words->board, "A port, or a virtual board's uid, name or folder")
        ->envname("OURO_BOARD");
    command->add_flag("--unsafe-links", words->unsafe_links, "Follow links that lead out of the folder");
    command->footer("Examples:\n  ouro mount src /dev/ttyUSB0\n  ouro mount src /dev/ttyUSB0 -- run main.py\n"
                    "The board sees the folder as /remote, reads and writes it, and sees nothing outside of it.");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_mount(invocation, *words); }; });
}

} // namespace cli
