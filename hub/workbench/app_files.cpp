// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/app_files.hpp"

#include "hub/workbench/python_caches.hpp"
#include "hub/workbench/repl/board_files.hpp"
#include "hub/workbench/repl/digest.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <system_error>

namespace hub::workbench {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

constexpr std::size_t folder_depth_max = 16; // a link that leads back up ends, too
constexpr std::size_t version_digits = 12;

base::Result<AppFile> read_file(const fs::path& here, const std::string& path) {
    std::ifstream in(here, std::ios::binary);
    std::array<char, 16384> piece{};
    AppFile file{here, path, 0, {}, {}, {}};
    Digest digest;
    while (in.read(piece.data(), piece.size()), in.gcount() > 0) {
        file.size += static_cast<std::uint64_t>(in.gcount());
        if (file.size > board_file_max) {
            return base::fail(ErrorCode::too_large, here.string() + " is larger than 64 MB");
        }
        digest.add({piece.data(), static_cast<std::size_t>(in.gcount())});
    }
    if (!in.eof()) return base::fail(ErrorCode::io, "cannot read " + here.string());
    file.sha256 = digest.hex();
    return file;
}

base::Result<> read_folder(const fs::path& folder, const std::string& below, std::size_t depth, AppFolder& app) {
    std::error_code error;
    if (depth > folder_depth_max) {
        return base::fail(ErrorCode::too_large, folder.string() + " is too deep", "Does a link lead back?");
    }
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        std::error_code gone;
        const bool is_folder = entry->is_directory(gone);
        if (name.starts_with('.') || is_python_cache(entry->path(), is_folder)) continue;
        if (is_folder) {
            if (auto read = read_folder(entry->path(), below + name + "/", depth + 1, app); !read) return read;
        } else if (entry->is_regular_file(gone)) {
            auto file = read_file(entry->path(), below + name);
            if (!file) return tl::unexpected(file.error());
            app.files.push_back(std::move(*file));
        }
        if (app.files.size() > app_files_max) {
            return base::fail(ErrorCode::too_large, folder.string() + " has more than 1000 files", "Is it an app?");
        }
    }
    if (error) return base::fail(ErrorCode::io, "cannot read " + folder.string() + ": " + error.message());
    return {};
}

} // namespace

bool is_app_folder_name(std::string_view name) {
    constexpr std::size_t name_max = 32;
    constexpr std::string_view allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name.size() <= name_max && name.find_first_not_of(allowed) == std::string_view::npos;
}

base::Result<std::vector<AppFile>> read_files(const fs::path& folder) {
    std::error_code error;
    const fs::path place = fs::canonical(folder, error);
    if (error || !fs::is_directory(place, error)) {
        return base::fail(ErrorCode::not_found, "there is no folder " + folder.string(), "Is the name right?");
    }
    AppFolder all;
    if (auto read = read_folder(place, "", 0, all); !read) return tl::unexpected(read.error());
    return std::move(all.files);
}

base::Result<AppFolder> read_app_folder(const fs::path& folder, const std::string& name) {
    std::error_code error;
    const fs::path place = fs::canonical(folder, error);
    if (error || !fs::is_directory(place, error)) {
        return base::fail(ErrorCode::not_found, "there is no folder " + folder.string(), "Name the app's folder.");
    }
    AppFolder app;
    app.name = name.empty() ? place.filename().string() : name;
    if (!is_app_folder_name(app.name)) {
        return base::fail(ErrorCode::invalid_argument, "\"" + app.name + "\" can't be an app's name",
                          "1 to 32 letters, digits, _ and -; --name gives it another one.");
    }
    if (auto read = read_folder(place, "", 0, app); !read) return tl::unexpected(read.error());
    if (!has_file(app, "app.py") && !has_file(app, "main.py") && !has_file(app, "app.toml")) {
        return base::fail(ErrorCode::not_found, "there is neither app.py nor main.py in " + folder.string(),
                          "An app begins with one of them.");
    }
    finish_app(app);
    return app;
}

base::Result<std::string> content_of(const AppFile& file) {
    if (file.content) return *file.content;
    std::ifstream in(file.here, std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (in && content.size() == file.size) return content;
    return base::fail(ErrorCode::io, file.here.string() + " has changed while it was deployed", "Try once more.");
}

bool has_file(const AppFolder& app, std::string_view path) {
    return std::any_of(app.files.begin(), app.files.end(), [&](const AppFile& file) { return file.path == path; });
}

void add_made_file(AppFolder& app, std::string path, std::string content, std::vector<std::string> secrets) {
    AppFile file;
    file.path = std::move(path);
    file.size = content.size();
    file.sha256 = sha256_hex(content);
    file.content = std::move(content);
    file.secrets = std::move(secrets);
    app.files.push_back(std::move(file));
}

void finish_app(AppFolder& app, std::string_view salt) {
    std::sort(app.files.begin(), app.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
    std::string all;
    for (const AppFile& file : app.files) {
        const bool is_open = file.secrets.empty();
        all += (is_open ? file.sha256 : sha256_hex(std::string(salt) + *file.content)) + " " + file.path + "\n";
    }
    app.version = sha256_hex(all).substr(0, version_digits);
}

} // namespace hub::workbench
