// SPDX-License-Identifier: Apache-2.0
// An app's folder on this machine, as it goes to a board.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// The most files of an app.
inline constexpr std::size_t app_files_max = 1000;

struct AppFile {
    std::filesystem::path here; ///< empty if it is not a file of this machine
    std::string path;           ///< in the app's folder, e.g. "src/door.py"
    std::uint64_t size = 0;
    std::string sha256;                      ///< in hexadecimal
    std::optional<std::string> content = {}; ///< of what was made for the board, and is no file here
    std::vector<std::string> secrets = {};   ///< the names of the secrets in it: neither size nor hash are shown then
};

struct AppFolder {
    std::string name;
    std::vector<AppFile> files;     ///< by path
    std::string version;            ///< 12 digits that follow from all paths and contents
    std::string board_library = {}; ///< where on the board modules lie that it needs, e.g. "/rom/lib"; empty for none
};

/// What the file has in it. Error: `io`, when it has another size than it had.
base::Result<std::string> content_of(const AppFile& file);

/// Whether the app brings a file at that path, which is written like `AppFile::path`.
bool has_file(const AppFolder& app, std::string_view path);

/// Adds a file that was made for the board. `secrets` are the names of those in it.
void add_made_file(AppFolder& app, std::string path, std::string content, std::vector<std::string> secrets = {});

/// Puts the files in order, and says which version they are. `salt` keeps the version from telling what a secret is.
void finish_app(AppFolder& app, std::string_view salt = {});

/// 1 to 32 letters, digits, "_" and "-": what our firmware takes for an app's name.
bool is_app_folder_name(std::string_view name);

/// What `read_app_folder` takes of a folder that need not be an app's, by path. Errors: `not_found`, `too_large`, `io`.
base::Result<std::vector<AppFile>> read_files(const std::filesystem::path& folder);

/// Everything in `folder` but hidden files, `__pycache__` and *.pyc; links are followed. Called by `name`, or by the
/// folder's name when that is empty. Errors: `not_found`, `invalid_argument` (a name; nothing that can be started),
/// `too_large`, `io`.
base::Result<AppFolder> read_app_folder(const std::filesystem::path& folder, const std::string& name);

} // namespace hub::workbench
