// SPDX-License-Identifier: Apache-2.0
// Files and folders between this machine and a board.
#pragma once

#include "hub/workbench/repl/board_files.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hub::workbench {

struct TransferProgress {
    std::string path;      ///< the board's, of the file that was moved last
    std::size_t files = 0; ///< moved so far
    std::size_t files_of = 0;
    std::uint64_t bytes = 0;    ///< moved so far, as the files have them
    std::uint64_t bytes_of = 0; ///< 0 while it is not known
};

struct TransferReport {
    std::size_t written = 0;   ///< files
    std::size_t unchanged = 0; ///< files that were there already, byte for byte
    std::uint64_t bytes = 0;   ///< of the files that were written
};

/// A file of this machine, and where it is to be on the board.
struct LocalFile {
    std::filesystem::path here;
    std::string there;
    std::uint64_t size = 0; ///< in bytes
};

/// What is in a folder of this machine, by name. Error: `io`.
base::Result<std::vector<std::filesystem::path>> entries_of(const std::filesystem::path& folder);

/// Errors: `too_large` (see board_file_max), `io`.
base::Result<std::string> content_of(const std::filesystem::path& file);

/// What the board should have. Errors: those of content_of.
base::Result<std::vector<WantedFile>> wanted_files(const std::vector<LocalFile>& files);

using OnProgress = std::function<void(const TransferProgress&)>;

/// Writes `files` whose folders are there. Errors: those of BoardFiles and content_of.
base::Result<TransferReport> push(BoardFiles& board, const std::vector<LocalFile>& files, const OnProgress& progress);

/// Puts `sources` (files, or folders if `recursive`) at `target` on the board, as cp does: into it when it is a folder
/// or ends in a slash or when there are several; a folder's content when the source ends in "/.". Each file is there as
/// the old or the new one at any moment; unchanged ones stay. Links are followed. Errors: those of BoardFiles;
/// `not_found`, `invalid_argument`, `io` of this machine's files.
base::Result<TransferReport> put(BoardFiles& board, const std::vector<std::filesystem::path>& sources,
                                 const std::string& target, bool recursive, const OnProgress& progress);

/// The other way round. Each file is written aside and renamed here, too; those that are here already stay.
base::Result<TransferReport> get(BoardFiles& board, const std::vector<std::string>& sources,
                                 const std::filesystem::path& target, bool recursive, const OnProgress& progress);

} // namespace hub::workbench
