// SPDX-License-Identifier: Apache-2.0
// Reads a folder once, at the start.
#include "firmware/ports/posix/app_files.hpp"

#include "firmware/vm/app_manifest.hpp"
#include "firmware/vm/flash_image.hpp"
#include "protocol/link/names.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

namespace firmware::ports::posix {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

constexpr std::uintmax_t file_bytes_max = std::uintmax_t{256} * 1024;

struct HostFile {
    std::string name;
    std::vector<std::uint8_t> bytes;
};

/// Hidden things and Python's own leftovers are not part of an app.
bool is_skipped(const std::string& name) { return name.starts_with('.') || name == "__pycache__"; }

base::Result<std::vector<std::uint8_t>> read_file(const fs::directory_entry& entry) {
    std::error_code error;
    if (entry.file_size(error) > file_bytes_max) {
        return base::fail(ErrorCode::too_large, "a file of an app has at most 256 KiB: " + entry.path().string());
    }
    std::ifstream stream(entry.path(), std::ios::binary);
    std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(stream), {}};
    if (!stream) return base::fail(ErrorCode::io, "can't read " + entry.path().string());
    return bytes;
}

/// Folders that are links are not entered, so that no circle of them can be.
base::Result<std::vector<HostFile>> read_folder(const fs::path& folder) {
    std::vector<HostFile> files;
    std::error_code error;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (is_skipped(entry->path().filename().string())) {
            entry.disable_recursion_pending();
            continue;
        }
        const std::string name = entry->path().lexically_relative(folder).generic_string();
        if (entry->is_directory(error)) {
            if (entry.depth() + 1 < static_cast<int>(vm::app_depth_max)) continue;
            return base::fail(ErrorCode::too_large, "an app has folders at most 3 deep: " + name);
        }
        if (!entry->is_regular_file(error)) continue;
        if (files.size() == vm::app_files_max) {
            return base::fail(ErrorCode::too_large, "an app has at most 64 files: one too many is " + name);
        }
        auto bytes = read_file(*entry);
        if (!bytes) return tl::unexpected(bytes.error());
        files.push_back({name, std::move(*bytes)});
    }
    if (error) return base::fail(ErrorCode::io, "can't read " + folder.string() + ": " + error.message());
    std::sort(files.begin(), files.end(), [](const HostFile& a, const HostFile& b) { return a.name < b.name; });
    return files;
}

const HostFile* find(const std::vector<HostFile>& files, std::string_view name) {
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const HostFile& file) { return file.name == name; });
    return found == files.end() ? nullptr : &*found;
}

/// The file that the app starts with. What is wrong with app.toml is the board's to say.
std::string entry_of(const std::vector<HostFile>& files) {
    vm::Manifest manifest;
    if (const HostFile* file = find(files, "app.toml"); file != nullptr) {
        const auto read = vm::parse_manifest({reinterpret_cast<const char*>(file->bytes.data()), file->bytes.size()});
        if (read) manifest = *read;
    }
    return std::string(manifest.entry.view());
}

} // namespace

base::Result<std::string> install(contract::Storage& flash, const std::string& path) {
    std::error_code error;
    const fs::path folder = fs::canonical(path, error);
    if (error || !fs::is_directory(folder, error)) {
        return base::fail(ErrorCode::not_found, "there is no folder " + path, "give --app a folder with app.py");
    }
    std::string app = folder.filename().string();
    if (!protocol::link::is_entity_id(app)) {
        return base::fail(ErrorCode::invalid_argument, "an app's folder is named with a-z, 0-9 and _: not " + app);
    }
    const auto files = read_folder(folder);
    if (!files) return tl::unexpected(files.error());
    const std::string entry = entry_of(*files);
    if (find(*files, entry) == nullptr) {
        return base::fail(ErrorCode::not_found, "there is no " + entry + " in " + path,
                          "give --app a folder with app.py, or name another file as entry in its app.toml");
    }
    std::vector<vm::ImageFile> image;
    for (const HostFile& file : *files) image.push_back({file.name, file.bytes});
    if (const auto installed = vm::install_app(flash, app, image); !installed) return tl::unexpected(installed.error());
    return app;
}

} // namespace firmware::ports::posix
