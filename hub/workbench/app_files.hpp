// SPDX-License-Identifier: Apache-2.0
// An app's folder on this machine, as it goes to a board.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// The most files of an app.
inline constexpr std::size_t app_files_max = 1000;

struct AppFile {
    std::filesystem::path here;
    std::string path; ///< in the app's folder, e.g. "src/door.py"
    std::uint64_t size = 0;
    std::string sha256; ///< in hexadecimal
};

struct AppFolder {
    std::string name;
    std::vector<AppFile> files; ///< by path
    std::string version;        ///< 12 digits that follow from all paths and contents
};

/// 1 to 32 letters, digits, "_" and "-": what our firmware takes for an app's name.
bool is_app_folder_name(std::string_view name);

/// Everything in `folder` but hidden files, `__pycache__` and *.pyc; links are followed. Called by `name`, or by the
/// folder's name when that is empty. Errors: `not_found`, `invalid_argument` (a name; nothing that can be started),
/// `too_large`, `io`.
base::Result<AppFolder> read_app_folder(const std::filesystem::path& folder, const std::string& name);

} // namespace hub::workbench
