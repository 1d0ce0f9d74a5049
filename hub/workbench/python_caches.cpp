// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/python_caches.hpp"

#include <algorithm>
#include <system_error>

namespace hub::workbench {

namespace fs = std::filesystem;

namespace {

base::Result<> collect(const fs::path& folder, std::vector<fs::path>& found) {
    std::error_code error;
    std::vector<fs::directory_entry> entries;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) entries.push_back(*entry);
    if (error) return base::fail(base::ErrorCode::io, "cannot read " + folder.string() + ": " + error.message());
    std::sort(entries.begin(), entries.end());
    for (const fs::directory_entry& one : entries) {
        const fs::file_status status = one.symlink_status(error);
        const bool is_folder = fs::is_directory(status);
        if (!is_folder && !fs::is_regular_file(status)) continue;
        if (is_python_cache(one.path(), is_folder)) {
            found.push_back(one.path());
        } else if (is_folder) {
            if (auto collected = collect(one.path(), found); !collected) return collected;
        }
    }
    return {};
}

} // namespace

bool is_python_cache(const fs::path& path, bool is_folder) {
    return is_folder ? path.filename() == "__pycache__" : path.extension() == ".pyc";
}

base::Result<std::vector<fs::path>> remove_python_caches(const fs::path& folder) {
    std::vector<fs::path> found;
    if (const auto collected = collect(folder, found); !collected) return tl::unexpected(collected.error());
    for (const fs::path& path : found) {
        std::error_code error;
        fs::remove_all(path, error);
        if (error) return base::fail(base::ErrorCode::io, "cannot remove " + path.string() + ": " + error.message());
    }
    return found;
}

} // namespace hub::workbench
