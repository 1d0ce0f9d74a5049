// SPDX-License-Identifier: Apache-2.0
// The hub's own folder: made for its user alone, held by one hub at a time.
#pragma once

#include "hub/daemon/private_files.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hub::daemon {

/// Holds the lock as long as it lives.
class DataFolder {
public:
    /// Makes the folder (mode 0700) and locks it. Errors: `io`; `busy` when another hub runs there.
    static base::Result<DataFolder> open(const std::filesystem::path& path);

    const std::filesystem::path& path() const noexcept { return path_; }

    /// The token in `name`, made with mode 0600 if there is none. Errors: `io`, `malformed`, and `refused` when others
    /// can read the file.
    base::Result<std::string> token(std::string_view name) const;
    /// Like `token`, but never makes one.
    base::Result<std::optional<std::string>> find_token(std::string_view name) const;

private:
    DataFolder(std::filesystem::path path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    FileLock lock_;
};

} // namespace hub::daemon
