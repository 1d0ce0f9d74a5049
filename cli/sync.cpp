// SPDX-License-Identifier: Apache-2.0
// `ouro sync`: makes a folder on a board be as one of this machine, once or each time that something is saved.
#include "hub/workbench/sync.hpp"

#include "cli/board_files.hpp"
#include "cli/client.hpp"
#include "cli/commands.hpp"
#include "cli/habits.hpp"
#include "cli/sizes.hpp"
#include "cli/terminal.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace cli {

namespace fs = std::filesystem;
using hub::workbench::BoardEntry;
using hub::workbench::LocalFile;
using hub::workbench::SyncPlan;
using hub::workbench::SyncReport;
using hub::workbench::TransferProgress;

namespace {

constexpr auto look_interval = std::chrono::milliseconds(300);

struct Words {
    std::string folder;
    std::string target;
    std::string board;
    bool removes = false;
    bool dry_run = false;
    bool watch = false;
};

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

Json json_of(const std::vector<LocalFile>& files) {
    Json list = Json::array();
    for (const LocalFile& file : files) list.push_back({{"path", file.there}, {"size", file.size}});
    return list;
}

void say_json(const SyncPlan& plan) {
    Json removed = Json::array();
    for (const BoardEntry& entry : plan.removed) removed.push_back(entry.path);
    Json all = {{"type", "plan"},
                {"added", json_of(plan.added)},
                {"changed", json_of(plan.changed)},
                {"removed", removed},
                {"unchanged", plan.unchanged},
                {"bytes", plan.bytes},
                {"wire_bytes", plan.wire_bytes}};
    if (plan.space) all["free"] = plan.space->free;
    std::puts(json_text(all).c_str());
}

void say_files(char mark, const std::vector<LocalFile>& files) {
    for (const LocalFile& file : files) {
        std::printf("%c %s  %s\n", mark, printable(file.there).c_str(),
                    size_text(static_cast<double>(file.size)).c_str());
    }
}

void say_plan(const Invocation& invocation, const SyncPlan& plan, bool removes) {
    if (invocation.json) return say_json(plan);
    say_files('+', plan.added);
    say_files('~', plan.changed);
    for (const BoardEntry& entry : plan.removed) {
        std::printf("- %s%s\n", printable(entry.path).c_str(), entry.is_folder ? "/" : "");
    }
    std::printf("%zu added, %zu changed, %zu removed, %zu unchanged", plan.added.size(), plan.changed.size(),
                plan.removed.size(), plan.unchanged);
    if (plan.bytes > 0) {
        std::printf("; %s, about %s over the line", size_text(static_cast<double>(plan.bytes)).c_str(),
                    size_text(static_cast<double>(plan.wire_bytes)).c_str());
    }
    if (plan.space) std::printf("; %s free", size_text(static_cast<double>(plan.space->free)).c_str());
    std::puts(removes ? "" : "; what else is on the board stays (--delete removes it)");
    std::fflush(stdout);
}

/// One line for each file that is on the board, on stderr.
class FileLines {
public:
    explicit FileLines(const Invocation& invocation) : json_(invocation.json) {}

    void operator()(const TransferProgress& now) {
        const std::uint64_t size = now.bytes - bytes_;
        bytes_ = now.bytes;
        if (json_) {
            std::puts(json_text({{"type", "file"}, {"path", now.path}, {"size", size}}).c_str());
            std::fflush(stdout);
            return;
        }
        std::fprintf(stderr, "[%zu/%zu] %s %s \u2713\n", now.files, now.files_of, printable(now.path).c_str(),
                     size_text(static_cast<double>(size)).c_str());
    }

private:
    bool json_;
    std::uint64_t bytes_ = 0;
};

int say_end(const Invocation& invocation, const SyncReport& report, double seconds) {
    if (invocation.json) {
        std::puts(json_text({{"type", "end"},
                             {"written", report.files.written},
                             {"removed", report.removed},
                             {"unchanged", report.files.unchanged},
                             {"bytes", report.files.bytes},
                             {"seconds", seconds}})
                      .c_str());
    } else {
        std::printf("%zu written (%s), %zu removed, %zu unchanged, %.1f s\n", report.files.written,
                    size_text(static_cast<double>(report.files.bytes)).c_str(), report.removed, report.files.unchanged,
                    seconds);
    }
    std::fflush(stdout);
    return exit_ok;
}

int sync_once(const Invocation& invocation, const Words& words) {
    const auto start = std::chrono::steady_clock::now();
    const auto opened = open_files(invocation, words.board);
    if (!opened) return report(opened.error());
    hub::workbench::BoardFiles& board = (*opened)->files();
    const auto plan = hub::workbench::plan_sync(board, words.folder, {words.target, words.removes});
    if (!plan) return report(failure_of(plan.error()));
    say_plan(invocation, *plan, words.removes);
    if (words.dry_run || plan->is_empty()) return exit_ok;
    const auto done = hub::workbench::carry_out(board, *plan, FileLines(invocation));
    if (!done) return report(failure_of(done.error()));
    return say_end(invocation, *done, seconds_since(start));
}

/// What tells a saved file from the one before.
using Stamps = std::vector<std::pair<std::string, fs::file_time_type>>;

Stamps stamps_of(const std::string& folder) {
    Stamps stamps;
    const auto tree = hub::workbench::local_tree(folder, "");
    if (!tree) return stamps;
    for (const LocalFile& file : tree->files) {
        std::error_code error;
        stamps.emplace_back(file.there + " " + std::to_string(file.size), fs::last_write_time(file.here, error));
    }
    return stamps;
}

/// Until Ctrl-C. The board's port is free between.
int watch(const Invocation& invocation, const Words& words) {
    for (;;) {
        const Stamps pushed = stamps_of(words.folder);
        const int code = sync_once(invocation, words);
        if (code == exit_usage || code == exit_not_found) return code;
        if (!invocation.json) {
            std::fprintf(stderr, "watching %s; Ctrl-C ends it\n", printable(words.folder).c_str());
        }
        // An editor writes in several steps: pushed is what has not changed for a while.
        for (Stamps before = pushed;;) {
            std::this_thread::sleep_for(look_interval);
            Stamps now = stamps_of(words.folder);
            if (now != pushed && now == before) break;
            before = std::move(now);
        }
    }
}

int sync(const Invocation& invocation, Words words) {
    auto [board, path] = board_path_of(words.target);
    words.target = std::move(path);
    if (!board.empty()) words.board = std::move(board);
    if (words.watch && words.dry_run) return report({exit_usage, "--watch writes, and --dry-run does not", ""});
    return words.watch ? watch(invocation, words) : sync_once(invocation, words);
}

} // namespace

void add_sync(CLI::App& app, Invocation& invocation) {
    auto* command = app.add_subcommand("sync", "Make a folder on a board be as one here");
    const auto words = std::make_shared<Words>();
    add_data_option(*command, invocation);
    add_json_option(*command, invocation);
    command->add_option("DIR", words->folder, "The folder whose content is pushed")->required();
    command->add_option("PATH", words->target,
                        "On the board, e.g. :lib or /dev/ttyUSB0:lib (default: the folder that its Python is in)");
    command
        ->add_option("-b,--board", words->board,
                     "A port such as /dev/ttyUSB0, or a virtual board's uid, name or folder")
        ->envname("OURO_BOARD");
    command->add_flag("--delete,!--no-delete", words->removes,
                      "Remove what is not here; never boot.py, settings.toml, webrepl_cfg.py, secret_config.py");
    command->add_flag("-n,--dry-run", words->dry_run, "Only show the plan");
    command->add_flag("-w,--watch", words->watch, "Push each time that something is saved, until Ctrl-C");
    command->footer("Example:\n  ouro sync src :lib -b /dev/ttyUSB0\n"
                    "A file .ouroignore in DIR names what stays at home, as .gitignore does.");
    command->callback(
        [&invocation, words] { invocation.run = [&invocation, words] { return sync(invocation, *words); }; });
}

} // namespace cli
