// SPDX-License-Identifier: Apache-2.0
// Installs packages: fetches them here, with all that they need, and puts them on a board.
#pragma once

#include "hub/workbench/http_fetch.hpp"
#include "hub/workbench/mip_index.hpp"
#include "hub/workbench/repl/board_files.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace hub::workbench {

inline constexpr std::string_view mip_lock_name = "ouro-mip.lock"; ///< in the target folder
/// All files of one run together, in bytes.
inline constexpr std::size_t mip_total_max = std::size_t{8} * 1024 * 1024;

struct MipPlace {
    std::string index = std::string(mip_index_default);
    std::string mpy = "py"; ///< see `address_of`
    std::string target;     ///< the folder on the board
};

struct MipReport {
    std::vector<LockedPackage> packages; ///< that were asked for, and what they need
    std::size_t written = 0;             ///< files
    std::size_t unchanged = 0;
};

/// What the lock file on the board says; nothing is installed when there is none. Errors: of BoardFiles, `parse_lock`.
base::Result<std::vector<LockedPackage>> read_lock(BoardFiles& board, const std::string& target);

/// Installs `wishes` and what they need, checks every hash that is known, and writes the lock file last. Files that the
/// lock says are there, and the board agrees, are not fetched. Errors: those of `source`, `parse_package` and
/// BoardFiles; `malformed` for a file that is not what its hash says; `already_exists` when two packages have a file
/// of the same name and not the same content.
base::Result<MipReport> install_packages(DocumentSource& source, BoardFiles& board, const MipPlace& place,
                                         const std::vector<PackageWish>& wishes);

/// Makes the board have exactly the files of `locked`; each must be what it was.
base::Result<MipReport> install_locked(DocumentSource& source, BoardFiles& board, const MipPlace& place,
                                       const std::vector<LockedPackage>& locked);

/// For each package whether all of its files are on the board as they should be.
base::Result<std::vector<bool>> check_locked(BoardFiles& board, const std::string& target,
                                             const std::vector<LockedPackage>& locked);

} // namespace hub::workbench
