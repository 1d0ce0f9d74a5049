// SPDX-License-Identifier: Apache-2.0
// A folder of this machine as a board's program sees it, and nothing outside of it.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace hub::workbench {

/// The most bytes that a board reads at once: an answer fits into the smallest input buffer, 255 bytes.
inline constexpr std::size_t mount_read_max = 168;

/// Each request stands for itself, so that nothing is lost when the board starts anew. Links that lead outside are
/// refused, unless they may; a board can make none. Only files and folders are touched, never a device or a pipe.
class MountFolder {
public:
    /// Error: `not_found` when `folder` is none.
    static base::Result<MountFolder> open(const std::filesystem::path& folder, bool links_may_lead_outside);

    /// The answer to `[n, what, …]`, in ASCII, with its line feed: `[n, 0, …]`, or `[n, -errno]`; `[0, -22]` to what
    /// is no request. Paths are relative to the folder. `what` is
    ///   "stat" path             -> mode, size, time
    ///   "ls" path first         -> [[name, mode, size], …], the next first or 0
    ///   "new" path              (an empty file)
    ///   "read" path from size   -> base64
    ///   "write" path from base64
    ///   "rm" path, "mkdir" path, "rmdir" path, "mv" path path
    ///   "space"                 -> block size, blocks, free blocks
    std::string answer(std::string_view json) const;

private:
    MountFolder(std::filesystem::path root, bool links_may_lead_outside)
        : root_(std::move(root)),
          links_may_lead_outside_(links_may_lead_outside) {}

    /// Throws Refusal.
    std::filesystem::path place(const std::string& path, bool follow) const;

    struct Call;

    std::filesystem::path root_;
    bool links_may_lead_outside_;
};

} // namespace hub::workbench
