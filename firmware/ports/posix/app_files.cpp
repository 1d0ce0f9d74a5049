// SPDX-License-Identifier: Apache-2.0
// Reads a folder once, at the start.
#include "firmware/ports/posix/app_files.hpp"

#include "firmware/vm/flash_image.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace firmware::ports::posix {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

constexpr std::size_t files_max = 32;
constexpr std::uintmax_t file_bytes_max = std::uintmax_t{256} * 1024;

struct HostFile {
    std::string name;
    std::vector<std::uint8_t> bytes;
};

base::Result<std::vector<HostFile>> read_folder(const fs::path& folder) {
    std::vector<HostFile> files;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        if (!entry->is_regular_file(error) || name.starts_with('.')) continue;
        if (entry->file_size(error) > file_bytes_max || files.size() == files_max) {
            return base::fail(ErrorCode::too_large, "an app is at most 32 files of 256 KiB; too much: " + name);
        }
        std::ifstream stream(entry->path(), std::ios::binary);
        files.push_back({name, {std::istreambuf_iterator<char>(stream), {}}});
        if (!stream) return base::fail(ErrorCode::io, "can't read " + entry->path().string());
    }
    if (error) return base::fail(ErrorCode::io, "can't read " + folder.string() + ": " + error.message());
    std::sort(files.begin(), files.end(), [](const HostFile& a, const HostFile& b) { return a.name < b.name; });
    return files;
}

} // namespace

base::Result<std::string> install(contract::Storage& flash, const std::string& path) {
    std::error_code error;
    const fs::path folder = fs::canonical(path, error);
    if (error || !fs::is_regular_file(folder / "app.py", error)) {
        return base::fail(ErrorCode::not_found, "there is no app.py in " + path, "give --app a folder with app.py");
    }
    std::string app = folder.filename().string();
    if (!protocol::link::is_entity_id(app)) {
        return base::fail(ErrorCode::invalid_argument, "an app's folder is named with a-z, 0-9 and _: not " + app);
    }
    const auto files = read_folder(folder);
    if (!files) return tl::unexpected(files.error());
    std::vector<vm::ImageFile> image;
    for (const HostFile& file : *files) image.push_back({file.name, file.bytes});
    if (const auto installed = vm::install_app(flash, app, image); !installed) return tl::unexpected(installed.error());
    return app;
}

} // namespace firmware::ports::posix
