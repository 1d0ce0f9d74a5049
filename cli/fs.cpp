// SPDX-License-Identifier: Apache-2.0
// `ouro fs …`: the files of a board.
#include "cli/board_files.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/sizes.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/file_transfer.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace cli {

using hub::workbench::BoardEntry;
using hub::workbench::BoardFiles;
using hub::workbench::TransferProgress;
using hub::workbench::TransferReport;

namespace {

struct Words {
    std::string board;
    std::vector<std::string> paths;
    bool recursive = false;
};

using Operation = std::function<int(const Invocation&, BoardFiles&, const Words&)>;

bool is_remote(const std::string& path) { return path.starts_with(':'); }

/// Without the colon that says that it is the board's.
std::string board_path(const std::string& typed) { return is_remote(typed) ? typed.substr(1) : typed; }

std::string first_path(const Words& words) { return words.paths.empty() ? "" : board_path(words.paths.front()); }

int end_of(const base::Result<>& done) { return done ? int{exit_ok} : report(failure_of(done.error())); }

/// Says on a terminal what is under way, once that takes longer than a second.
class ProgressLine {
public:
    ~ProgressLine() { clear(); }
    ProgressLine() = default;
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void operator()(const TransferProgress& now) {
        if (!is_terminal_ || std::chrono::steady_clock::now() - start_ < std::chrono::seconds(1)) return;
        std::fprintf(stderr, "\r[%zu/%zu] %s of %s, %s\033[K", now.files, now.files_of,
                     size_text(static_cast<double>(now.bytes)).c_str(),
                     size_text(static_cast<double>(now.bytes_of)).c_str(), printable(now.path).c_str());
        shown_ = true;
    }
    void clear() {
        if (shown_) std::fputs("\r\033[K", stderr);
        shown_ = false;
    }
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    bool is_terminal_ = ::isatty(STDERR_FILENO) != 0;
    bool shown_ = false;
};

int print_entries(const Invocation& invocation, const base::Result<std::vector<BoardEntry>>& entries) {
    if (!entries) return report(failure_of(entries.error()));
    for (const BoardEntry& entry : *entries) {
        if (invocation.json) {
            Json line = {{"path", entry.path}, {"type", entry.is_folder ? "folder" : "file"}};
            if (!entry.is_folder) line["size"] = entry.size;
            std::puts(json_text(line).c_str());
        } else if (entry.is_folder) {
            std::printf("%12s %s/\n", "", printable(entry.path).c_str());
        } else {
            std::printf("%12llu %s\n", static_cast<unsigned long long>(entry.size), printable(entry.path).c_str());
        }
    }
    return exit_ok;
}

int ls(const Invocation& invocation, BoardFiles& board, const Words& words) {
    return print_entries(invocation, board.list(first_path(words)));
}

int tree(const Invocation& invocation, BoardFiles& board, const Words& words) {
    return print_entries(invocation, board.walk(first_path(words)));
}

int cat(const Invocation&, BoardFiles& board, const Words& words) {
    for (const std::string& path : words.paths) {
        const auto done = board.read(board_path(path), [](std::string_view bytes) -> base::Result<> {
            if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size()) return {};
            return base::fail(base::ErrorCode::io, "nobody reads what is printed");
        });
        std::fflush(stdout);
        if (!done) return report(failure_of(done.error()));
    }
    return exit_ok;
}

int say_report(const Invocation& invocation, ProgressLine& line, const base::Result<TransferReport>& done) {
    line.clear();
    if (!done) return report(failure_of(done.error()));
    if (invocation.json) {
        const Json all = {{"written", done->written},
                          {"unchanged", done->unchanged},
                          {"bytes", done->bytes},
                          {"seconds", line.seconds()}};
        std::puts(json_text(all).c_str());
    } else {
        std::printf("%zu written (%s), %zu unchanged, %.1f s\n", done->written,
                    size_text(static_cast<double>(done->bytes)).c_str(), done->unchanged, line.seconds());
    }
    return exit_ok;
}

int put_files(const Invocation& invocation, BoardFiles& board, const Words& words) {
    std::vector<std::filesystem::path> sources(words.paths.begin(), words.paths.end());
    std::string target;
    if (is_remote(words.paths.back())) {
        target = board_path(words.paths.back());
        sources.pop_back();
    }
    if (sources.empty()) return report({exit_usage, "Nothing to put", "`ouro fs put FILE… [:PATH]`"});
    ProgressLine line;
    return say_report(invocation, line, hub::workbench::put(board, sources, target, words.recursive, std::ref(line)));
}

int get_files(const Invocation& invocation, BoardFiles& board, const Words& words) {
    std::vector<std::string> sources;
    std::filesystem::path target = ".";
    for (const std::string& path : words.paths) {
        const bool last = &path == &words.paths.back();
        if (is_remote(path)) {
            sources.push_back(board_path(path));
        } else if (last && !sources.empty()) {
            target = path;
        } else {
            return report(
                {exit_usage, "\"" + path + "\" is no path on the board", "Those begin with a colon: :" + path});
        }
    }
    ProgressLine line;
    return say_report(invocation, line, hub::workbench::get(board, sources, target, words.recursive, std::ref(line)));
}

int cp(const Invocation& invocation, BoardFiles& board, const Words& words) {
    const auto remote = std::count_if(words.paths.begin(), words.paths.end(), is_remote);
    const bool to_board = is_remote(words.paths.back());
    if (words.paths.size() < 2 || remote == 0) {
        return report({exit_usage, "cp needs a source and a target, and one of them on the board",
                       "`ouro fs cp main.py :` or `ouro fs cp :main.py .`; a colon begins a path on the board."});
    }
    if (remote == 1 && to_board) return put_files(invocation, board, words);
    if (!to_board) return get_files(invocation, board, words);
    if (words.paths.size() == 2 && remote == 2) {
        return end_of(board.copy(first_path(words), board_path(words.paths[1])));
    }
    return report({exit_usage, "On the board cp takes one file and its new name", "`ouro fs cp :a.py :b.py`"});
}

int rm(const Invocation&, BoardFiles& board, const Words& words) {
    for (const std::string& path : words.paths) {
        if (const auto done = board.remove(board_path(path), words.recursive); !done) return end_of(done);
    }
    return exit_ok;
}

/// One that does the same with each path.
template <base::Result<> (BoardFiles::*call)(const std::string&)>
int each(const Invocation&, BoardFiles& board, const Words& words) {
    for (const std::string& path : words.paths) {
        if (const auto done = (board.*call)(board_path(path)); !done) return end_of(done);
    }
    return exit_ok;
}

int mv(const Invocation&, BoardFiles& board, const Words& words) {
    return end_of(board.move(first_path(words), board_path(words.paths.at(1))));
}

int df(const Invocation& invocation, BoardFiles& board, const Words& words) {
    const auto space = board.space(first_path(words));
    if (!space) return report(failure_of(space.error()));
    if (invocation.json) {
        std::puts(json_text({{"total", space->total}, {"free", space->free}}).c_str());
    } else {
        std::printf("%s free of %s\n", size_text(static_cast<double>(space->free)).c_str(),
                    size_text(static_cast<double>(space->total)).c_str());
    }
    return exit_ok;
}

int sha256sum(const Invocation& invocation, BoardFiles& board, const Words& words) {
    for (const std::string& path : words.paths) {
        const auto hash = board.sha256(board_path(path));
        if (!hash) return report(failure_of(hash.error()));
        if (invocation.json) {
            std::puts(json_text({{"path", board_path(path)}, {"sha256", *hash}}).c_str());
        } else {
            std::printf("%s  %s\n", hash->c_str(), printable(board_path(path)).c_str());
        }
    }
    return exit_ok;
}

int operate(const Invocation& invocation, const Words& words, const Operation& operation) {
    const auto board = open_files(invocation, words.board);
    if (!board) return report(board.error());
    return operation(invocation, (*board)->files(), words);
}

/// `paths_min` and `paths_max` say how many paths it takes.
CLI::App& add(CLI::App& fs, Invocation& invocation, const std::shared_ptr<Words>& words, const char* name,
              const char* about, int paths_min, int paths_max, Operation operation) {
    auto* command = fs.add_subcommand(name, about);
    command->fallthrough();
    auto* paths = command->add_option("PATH", words->paths, "On the board with a colon before it, e.g. :lib/x.py");
    paths->expected(paths_min, paths_max);
    if (paths_min > 0) paths->required();
    command->callback([&invocation, words, operation] {
        invocation.run = [&invocation, words, operation] { return operate(invocation, *words, operation); };
    });
    return *command;
}

} // namespace

void add_fs(CLI::App& app, Invocation& invocation) {
    constexpr int many = 1'000'000;
    auto* fs = app.add_subcommand("fs", "List, read and write a board's files");
    const auto words = std::make_shared<Words>();
    add_data_option(*fs, invocation);
    add_json_option(*fs, invocation);
    fs->add_option("-b,--board", words->board, "A port such as /dev/ttyUSB0, or a virtual board's uid, name or folder")
        ->envname("OURO_BOARD");
    fs->require_subcommand(1);
    fs->footer("Examples:\n  ouro fs ls -b /dev/ttyUSB0 :lib\n  ouro fs put -b /dev/ttyUSB0 -r src/. :\n"
               "A colon begins a path on the board. Each file is the old or the new one at any moment.\n"
               "-b BOARD, --json and --data DIR may stand here too: see `ouro fs --help`.");
    const auto one = [&](const char* name, const char* about, int min, int max, Operation operation) -> CLI::App& {
        return add(*fs, invocation, words, name, about, min, max, std::move(operation));
    };
    const auto recursive = [&](CLI::App& command) {
        command.add_flag("-r,--recursive", words->recursive, "Folders with all that is in them");
    };
    one("ls", "List a folder", 0, 1, ls);
    one("tree", "List a folder and all below it", 0, 1, tree);
    one("cat", "Print files", 1, many, cat);
    recursive(one("put", "Copy files to the board: FILE… [:FOLDER or :NAME]", 1, many, put_files));
    recursive(one("get", "Copy files from the board: :FILE… [FOLDER or NAME]", 1, many, get_files));
    recursive(one("cp", "Copy to, from or on the board", 2, many, cp));
    one("mv", "Rename on the board, or move into a folder there", 2, 2, mv);
    recursive(one("rm", "Remove files", 1, many, rm));
    one("mkdir", "Make folders", 1, many, each<&BoardFiles::make_folder>);
    one("rmdir", "Remove empty folders", 1, many, each<&BoardFiles::remove_folder>);
    one("touch", "Make empty files", 1, many, each<&BoardFiles::touch>);
    one("df", "How much room there is", 0, 1, df);
    one("sha256sum", "Print the hashes of files", 1, many, sha256sum);
}

} // namespace cli
