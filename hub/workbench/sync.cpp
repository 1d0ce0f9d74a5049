// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/sync.hpp"

#include "hub/workbench/ignore_rules.hpp"
#include "hub/workbench/repl/deflater.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string_view>
#include <system_error>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

constexpr std::size_t depth_max = 32;
constexpr std::array protected_names{std::string_view("boot.py"), std::string_view("settings.toml"),
                                     std::string_view("webrepl_cfg.py"), std::string_view("secret_config.py"),
                                     std::string_view("boot_out.txt")};

base::Result<IgnoreRules> rules_of(const fs::path& folder) {
    IgnoreRules rules;
    const fs::path file = folder / ignore_file;
    std::error_code error;
    if (fs::is_regular_file(file, error)) {
        const auto lines = content_of(file);
        if (!lines) return tl::unexpected(lines.error());
        rules.add(*lines);
    }
    return rules;
}

base::Result<> add_folder(LocalTree& tree, const IgnoreRules& rules, const fs::path& top, const std::string& below,
                          const std::string& target, std::size_t depth) {
    const fs::path here = top / below;
    if (depth > depth_max) {
        return base::fail(ErrorCode::too_large, here.string() + " is too deep in folders",
                          "Is there a link to a folder above?");
    }
    const auto entries = entries_of(here);
    if (!entries) return tl::unexpected(entries.error());
    std::error_code error;
    for (const fs::path& path : *entries) {
        const std::string name = joined(below, path.filename().string());
        const bool is_folder = fs::is_directory(path, error);
        if (rules.ignores(name, is_folder)) continue;
        const std::string there = joined(target, name);
        if (is_folder) {
            tree.folders.push_back(there);
            if (auto added = add_folder(tree, rules, top, name, target, depth + 1); !added) return added;
        } else if (fs::is_regular_file(path, error)) {
            tree.files.push_back({path, there, fs::file_size(path, error)});
        }
        if (tree.files.size() > board_entries_max) {
            return base::fail(ErrorCode::too_large, top.string() + " has too many files", "Is this the right folder?");
        }
    }
    return {};
}

// As the blocks are packed; a board that can't unpack gets more.
base::Result<std::uint64_t> packed_size(const std::vector<LocalFile>& files) {
    constexpr int window_bits = 12;
    constexpr std::size_t piece = 4096;
    constexpr std::size_t around_file = 80; // its name, twice, and its hash
    Deflater deflater(window_bits);
    std::uint64_t size = 0;
    for (const LocalFile& file : files) {
        const auto content = content_of(file.here);
        if (!content) return tl::unexpected(content.error());
        for (std::size_t at = 0; at < content->size(); at += piece) {
            size += deflater.pack(std::string_view(*content).substr(at, piece)).size();
        }
        size += around_file;
    }
    return size;
}

// What free bytes it takes at the worst moment, as far as files are what takes them.
std::uint64_t needed_bytes(const std::vector<LocalFile>& added, const std::vector<LocalFile>& changed,
                           const std::vector<std::uint64_t>& old_sizes) {
    std::int64_t more = 0;
    std::int64_t most = 0;
    for (const LocalFile& file : added) more += static_cast<std::int64_t>(file.size);
    most = more;
    for (std::size_t i = 0; i < changed.size(); ++i) {
        most = std::max(most, more + static_cast<std::int64_t>(changed[i].size));
        more += static_cast<std::int64_t>(changed[i].size) - static_cast<std::int64_t>(old_sizes[i]);
    }
    return static_cast<std::uint64_t>(std::max<std::int64_t>(most, 0));
}

bool is_protected(const std::string& path) {
    return std::find(protected_names.begin(), protected_names.end(), path) != protected_names.end();
}

// Files first, then folders from the deepest.
base::Result<std::vector<BoardEntry>> superfluous(BoardFiles& board, const fs::path& folder, const LocalTree& tree,
                                                  const std::string& target) {
    const auto rules = rules_of(folder);
    if (!rules) return tl::unexpected(rules.error());
    const auto there = board.look(target);
    if (!there) return tl::unexpected(there.error());
    if (!*there) return std::vector<BoardEntry>();
    const auto below = board.walk(target);
    if (!below) return tl::unexpected(below.error());
    std::set<std::string> stays(tree.folders.begin(), tree.folders.end());
    for (const LocalFile& file : tree.files) stays.insert(file.there);
    for (const BoardEntry& entry : *below) {
        if (!is_protected(entry.path) && !rules->ignores(entry.path, entry.is_folder)) continue;
        // So do the folders that it is in.
        for (std::string path = entry.path; !path.empty();
             path.resize(path.find('/') == std::string::npos ? 0 : path.rfind('/'))) {
            stays.insert(joined(target, path));
        }
    }
    std::vector<BoardEntry> removed;
    for (BoardEntry entry : *below) {
        entry.path = joined(target, entry.path);
        if (!stays.contains(entry.path)) removed.push_back(entry);
    }
    std::reverse(removed.begin(), removed.end());
    std::stable_partition(removed.begin(), removed.end(), [](const BoardEntry& entry) { return !entry.is_folder; });
    return removed;
}

// Those of `folders` that `files` are in, at any depth.
std::vector<std::string> folders_of(const std::vector<LocalFile>& files, const std::vector<std::string>& folders) {
    std::set<std::string> used;
    for (const LocalFile& file : files) {
        for (auto slash = file.there.rfind('/'); slash != std::string::npos && slash > 0;
             slash = file.there.rfind('/', slash - 1)) {
            used.insert(file.there.substr(0, slash));
        }
    }
    std::vector<std::string> kept;
    std::copy_if(folders.begin(), folders.end(), std::back_inserter(kept),
                 [&](const std::string& folder) { return used.contains(folder); });
    return kept;
}

base::Error read_only_error() {
    return {ErrorCode::refused, "the board's file system is read-only",
            "With CircuitPython only the computer may write while it has the board's drive: eject it, or call "
            "storage.remount(\"/\", False) in boot.py."};
}

base::Error does_not_fit(const SyncPlan& plan) {
    const std::string message = "it does not fit: " + std::to_string(plan.bytes_needed) + " bytes are needed, and " +
                                std::to_string(plan.space->free) + " are free";
    return {ErrorCode::full, std::string_view(message),
            "Each file is written aside first. .ouroignore can leave some at home; --delete removes others before."};
}

base::Result<> count_costs(BoardFiles& board, SyncPlan& plan) {
    const auto read_only = board.is_read_only();
    if (!read_only) return tl::unexpected(read_only.error());
    if (*read_only) return tl::unexpected(read_only_error());
    std::vector<LocalFile> written = plan.added;
    written.insert(written.end(), plan.changed.begin(), plan.changed.end());
    const auto wire = packed_size(written);
    if (!wire) return tl::unexpected(wire.error());
    plan.wire_bytes = *wire;
    // A board that can't tell finds out.
    if (const auto space = board.space(""); space) plan.space = *space;
    std::uint64_t freed = 0;
    for (const BoardEntry& entry : plan.removed) freed += entry.size;
    if (plan.space && plan.bytes_needed > plan.space->free + freed) return tl::unexpected(does_not_fit(plan));
    return {};
}

} // namespace

base::Result<LocalTree> local_tree(const fs::path& folder, const std::string& target) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) {
        return base::fail(ErrorCode::not_found, "there is no folder " + folder.string(), "Is the name right?");
    }
    const auto rules = rules_of(folder);
    if (!rules) return tl::unexpected(rules.error());
    LocalTree tree;
    std::string path = target;
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    for (std::size_t slash = path.find('/', 1); !path.empty(); slash = path.find('/', slash + 1)) {
        const std::string above = path.substr(0, slash);
        if (above != "/") tree.folders.push_back(above);
        if (slash == std::string::npos) break;
    }
    if (const auto added = add_folder(tree, *rules, folder, "", path, 0); !added) return tl::unexpected(added.error());
    return tree;
}

base::Result<SyncPlan> plan_sync(BoardFiles& board, const fs::path& folder, const SyncOptions& options) {
    auto tree = local_tree(folder, options.target);
    if (!tree) return tl::unexpected(tree.error());
    const auto wanted = wanted_files(tree->files);
    if (!wanted) return tl::unexpected(wanted.error());
    if (const auto begun = board.begin(); !begun) return tl::unexpected(begun.error());
    const auto differences = board.compare(*wanted);
    if (!differences) return tl::unexpected(differences.error());
    SyncPlan plan;
    std::vector<std::uint64_t> old_sizes;
    for (const Difference& difference : *differences) {
        const LocalFile& file = tree->files[difference.place];
        (difference.exists ? plan.changed : plan.added).push_back(file);
        if (difference.exists) old_sizes.push_back(difference.size);
        plan.bytes += file.size;
    }
    plan.unchanged = tree->files.size() - differences->size();
    if (options.removes) {
        auto removed = superfluous(board, folder, *tree, options.target);
        if (!removed) return tl::unexpected(removed.error());
        plan.removed = std::move(*removed);
    }
    plan.folders = folders_of(plan.added, tree->folders);
    plan.bytes_needed = needed_bytes(plan.added, plan.changed, old_sizes);
    if (!plan.is_empty()) {
        if (const auto costs = count_costs(board, plan); !costs) return tl::unexpected(costs.error());
    }
    return plan;
}

base::Result<SyncReport> carry_out(BoardFiles& board, const SyncPlan& plan, const OnProgress& progress) {
    SyncReport report;
    // First what goes, so that what comes has room.
    for (const BoardEntry& entry : plan.removed) {
        const auto removed = entry.is_folder ? board.remove_folder(entry.path) : board.remove(entry.path, false);
        if (!removed) return tl::unexpected(removed.error());
        ++report.removed;
    }
    if (!plan.folders.empty()) {
        if (const auto made = board.make_folders(plan.folders); !made) return tl::unexpected(made.error());
    }
    std::vector<LocalFile> files = plan.added;
    files.insert(files.end(), plan.changed.begin(), plan.changed.end());
    const auto written = push(board, files, progress);
    if (!written) return tl::unexpected(written.error());
    report.files = *written;
    report.files.unchanged = plan.unchanged;
    return report;
}

} // namespace hub::workbench
