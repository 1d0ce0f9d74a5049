// SPDX-License-Identifier: Apache-2.0
// `ouro edit`: a file of a board in the editor of the person.
#include "cli/board_files.hpp"
#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/repl/digest.hpp"

#include <CLI/CLI.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace cli {

namespace fs = std::filesystem;
using hub::workbench::sha256_hex;

namespace {

struct Words {
    std::vector<std::string> path_and_board;
    std::string board;
};

/// The file as the board has it; nothing when it has none. The board's port is free again afterwards: an editor may
/// stay open for hours.
Outcome<std::optional<std::string>> read(const Invocation& invocation, const std::string& board,
                                         const std::string& path) {
    const auto opened = open_files(invocation, board);
    if (!opened) return tl::unexpected(opened.error());
    hub::workbench::BoardFiles& files = (*opened)->files();
    const auto there = files.look(path);
    if (!there) return tl::unexpected(failure_of(there.error()));
    if (!*there) return std::nullopt;
    if ((*there)->is_folder) return fail(exit_usage, ":" + path + " is a folder", "Name a file in it.");
    std::string content;
    const auto done = files.read(path, [&](std::string_view bytes) -> base::Result<> {
        content += bytes;
        return {};
    });
    if (!done) return tl::unexpected(failure_of(done.error()));
    return content;
}

/// Writes `content` if the board still has `before`. Failures: those of the board; `exit_refused` when it has not.
Outcome<> write_back(const Invocation& invocation, const std::string& board, const std::string& path,
                     const std::optional<std::string>& before, const std::string& content) {
    const auto opened = open_files(invocation, board);
    if (!opened) return tl::unexpected(opened.error());
    hub::workbench::BoardFiles& files = (*opened)->files();
    const auto there = files.look(path);
    if (!there) return tl::unexpected(failure_of(there.error()));
    const auto hash = *there ? files.sha256(path) : base::Result<std::string>();
    if (!hash) return tl::unexpected(failure_of(hash.error()));
    if (there->has_value() != before.has_value() || (before && *hash != sha256_hex(*before))) {
        return fail(exit_refused, ":" + path + " has changed on the board meanwhile; nothing was written",
                    "Compare the two, then `ouro fs put` yours.");
    }
    auto done = files.write(path, content);
    if (done) done = files.flush();
    if (!done) return tl::unexpected(failure_of(done.error()));
    return {};
}

/// A private folder with the copy in it, under the file's own name: editors go by its ending.
Outcome<fs::path> private_copy(const std::string& path, const std::string& content) {
    std::error_code error;
    std::string folder = (fs::temp_directory_path(error) / "ouro-edit-XXXXXX").string();
    if (error || ::mkdtemp(folder.data()) == nullptr) {
        return fail(exit_failed, "No folder for a copy can be made", "TMPDIR says where; is the disk full?");
    }
    const fs::path copy = fs::path(folder) / path.substr(path.rfind('/') + 1);
    std::ofstream out(copy, std::ios::binary);
    out << content;
    out.close();
    if (!out) return fail(exit_failed, "Can't write " + copy.string(), "Is the disk full?");
    return copy;
}

/// As git and crontab do it: the editor's words go to a shell, the file's name does not.
Outcome<> edit(const fs::path& copy) {
    const char* editor = std::getenv("VISUAL");
    if (editor == nullptr || *editor == '\0') editor = std::getenv("EDITOR");
    if (editor == nullptr || *editor == '\0') editor = "editor";
    const std::string line = std::string(editor) + " \"$1\"";
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl("/bin/sh", "sh", "-c", line.c_str(), "sh", copy.c_str(), nullptr);
        ::_exit(127);
    }
    int status = 0;
    if (child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    return fail(exit_failed, std::string("The editor \"") + editor + "\" failed; nothing was written",
                "VISUAL or EDITOR names it.");
}

int say(const Invocation& invocation, const char* what, bool written) {
    std::puts(invocation.json ? json_text({{"written", written}}).c_str() : what);
    return exit_ok;
}

int keep(Failure failure, const fs::path& copy) {
    failure.message += ". Your copy is " + copy.string();
    return report(failure);
}

int run_edit(const Invocation& invocation, const std::string& board, const std::string& path) {
    const auto before = read(invocation, board, path);
    if (!before) return report(before.error());
    const auto copy = private_copy(path, before->value_or(""));
    if (!copy) return report(copy.error());
    if (const auto edited = edit(*copy); !edited) return keep(edited.error(), *copy);
    std::ifstream in(*copy, std::ios::binary);
    const std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (!in) return keep({exit_failed, "Can't read what the editor left", ""}, *copy);
    const bool changed = content != before->value_or("");
    if (changed) {
        const auto written = write_back(invocation, board, path, *before, content);
        if (!written) return keep(written.error(), *copy);
    }
    std::error_code ignored;
    fs::remove_all(copy->parent_path(), ignored);
    return say(invocation, changed ? "written" : "unchanged", changed);
}

int run_words(const Invocation& invocation, const Words& words) {
    std::string path = words.path_and_board.front();
    if (path.starts_with(':')) path.erase(0, 1);
    const std::string board = words.path_and_board.size() > 1 ? words.path_and_board[1] : words.board;
    const std::string name = path.substr(path.rfind('/') + 1);
    if (name.empty() || name == "." || name == "..") {
        return report({exit_usage, "\"" + words.path_and_board.front() + "\" names no file", "`ouro edit :main.py`"});
    }
    return run_edit(invocation, board, path);
}

} // namespace

void add_edit(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("edit", "Edit a file of a board with VISUAL or EDITOR");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("PATH", words->path_and_board, "On the board, e.g. :main.py; the board may follow")
        ->required()
        ->expected(1, 2);
    command->add_option("-b,--board", words->board, "A port, or a virtual board's uid, name or folder")
        ->envname("OURO_BOARD");
    command->footer("Written back only when it was changed, and only if the board still has what you began with.\n"
                    "The port is free while the editor is open.");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return run_words(invocation, *words); }; });
}

} // namespace cli
