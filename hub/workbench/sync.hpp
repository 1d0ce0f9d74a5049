// SPDX-License-Identifier: Apache-2.0
// Makes a folder on a board be as one of this machine: a plan that can be shown first, and what carries it out.
#pragma once

#include "hub/workbench/file_transfer.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hub::workbench {

struct SyncOptions {
    std::string target;   ///< the folder on the board; empty: the one that its Python is in
    bool removes = false; ///< what is on the board and not here goes; see SyncPlan::removed
};

/// All paths are the board's.
struct SyncPlan {
    std::vector<std::string> folders; ///< of what is added, to be made if they are not there; parents first
    std::vector<LocalFile> added;
    std::vector<LocalFile> changed;
    /// Files, and then the folders that are empty without them. Never what is ignored here, nor what a board needs to
    /// be reached: boot.py, settings.toml, webrepl_cfg.py, secret_config.py, boot_out.txt.
    std::vector<BoardEntry> removed;
    std::size_t unchanged = 0;       ///< files
    std::uint64_t bytes = 0;         ///< of the files that are written
    std::uint64_t wire_bytes = 0;    ///< about what goes over the line for them
    std::optional<BoardSpace> space; ///< nothing when nothing is written, or the board can't tell
    std::uint64_t bytes_needed = 0;  ///< free ones, at least, to write each file aside; 0 if files only shrink

    bool is_empty() const noexcept { return added.empty() && changed.empty() && removed.empty(); }
};

struct SyncReport {
    TransferReport files;
    std::size_t removed = 0;
};

/// Compares `folder`, less what its .ouroignore names, with the board. Links are followed; empty folders stay at home.
/// Errors: `not_found` (no folder), `full` (it surely does not fit), `refused` (the board can't be written), `io`,
/// `too_large`, those of BoardFiles.
base::Result<SyncPlan> plan_sync(BoardFiles& board, const std::filesystem::path& folder, const SyncOptions& options);

/// Removes, and then writes: what goes makes room. Each file is the old or the new one at any moment.
base::Result<SyncReport> carry_out(BoardFiles& board, const SyncPlan& plan, const OnProgress& progress);

/// The files and folders of `folder`, less the ignored ones, as they should be below `target`.
struct LocalTree {
    std::vector<std::string> folders; ///< the board's, parents first
    std::vector<LocalFile> files;
};
base::Result<LocalTree> local_tree(const std::filesystem::path& folder, const std::string& target);

} // namespace hub::workbench
