// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/flash_image.hpp"

#include "base/fixed_string.hpp"
#include "firmware/vm/app_manifest.hpp"

#include <algorithm>
#include <array>
#include <cstring>

extern "C" {
#include "lib/littlefs/lfs2.h"
}

namespace firmware::vm {
namespace {

constexpr std::size_t cache_bytes_max = 1024;
using base::ErrorCode;
using Path = base::FixedString<512>; // longer than any path of an app: a person may have made deeper folders

Path below(const Path& folder, std::string_view name) {
    Path path = folder;
    path.append("/");
    path.append(name);
    return path;
}

Path app_place(std::string_view app) { return below(Path("/pyapps"), app); }

contract::Storage& storage_of(const lfs2_config* config) { return *static_cast<contract::Storage*>(config->context); }

int read_flash(const lfs2_config* config, lfs2_block_t block, lfs2_off_t offset, void* into, lfs2_size_t size) {
    const std::span bytes(static_cast<std::uint8_t*>(into), size);
    return storage_of(config).read(block * config->block_size + offset, bytes).has_value() ? 0 : LFS2_ERR_IO;
}

int program_flash(const lfs2_config* config, lfs2_block_t block, lfs2_off_t offset, const void* from,
                  lfs2_size_t size) {
    const std::span bytes(static_cast<const std::uint8_t*>(from), size);
    return storage_of(config).program(block * config->block_size + offset, bytes).has_value() ? 0 : LFS2_ERR_IO;
}

int erase_flash(const lfs2_config* config, lfs2_block_t block) {
    return storage_of(config).erase(block).has_value() ? 0 : LFS2_ERR_IO;
}

int sync_flash(const lfs2_config* config) { return storage_of(config).sync().has_value() ? 0 : LFS2_ERR_IO; }

base::Result<> result_of(int code, std::string_view path) {
    if (code >= 0) return {};
    base::FixedString<192> message = "writing ";
    message.append(path);
    if (code == LFS2_ERR_NOSPC) {
        message.append(": the flash is full");
        return base::fail(ErrorCode::full, message, "remove files, or give the board more flash");
    }
    message.append(": the flash failed");
    return base::fail(ErrorCode::io, message);
}

/// A mounted file system with all the memory it needs.
class Image {
public:
    explicit Image(contract::Storage& storage) noexcept {
        const auto geometry = storage.geometry();
        config_.context = &storage;
        config_.read = read_flash;
        config_.prog = program_flash;
        config_.erase = erase_flash;
        config_.sync = sync_flash;
        config_.read_size = std::min<std::uint32_t>(32, geometry.program_bytes);
        config_.prog_size = geometry.program_bytes;
        config_.block_size = geometry.block_bytes;
        config_.block_count = geometry.block_count;
        config_.block_cycles = 100;
        config_.cache_size = std::max<std::uint32_t>(geometry.program_bytes, config_.read_size);
        config_.lookahead_size = lookahead_.size();
        config_.read_buffer = read_cache_.data();
        config_.prog_buffer = program_cache_.data();
        config_.lookahead_buffer = lookahead_.data();
        file_config_.buffer = file_cache_.data();
    }
    ~Image() {
        if (mounted_) lfs2_unmount(&lfs_);
    }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;

    base::Result<> mount(bool format) noexcept {
        if (config_.cache_size > cache_bytes_max) {
            return base::fail(ErrorCode::unsupported, "the flash has a program unit over 1,024 bytes");
        }
        if (format && lfs2_format(&lfs_, &config_) < 0) return base::fail(ErrorCode::io, "formatting the flash failed");
        if (lfs2_mount(&lfs_, &config_) < 0) {
            return base::fail(ErrorCode::malformed, "the flash holds no file system that can be mounted",
                              "erase the flash to start anew");
        }
        mounted_ = true;
        return {};
    }

    int make_folder(const Path& path) noexcept {
        const int code = lfs2_mkdir(&lfs_, path.c_str());
        return code == LFS2_ERR_EXIST ? 0 : code;
    }

    int put(const Path& path, std::span<const std::uint8_t> bytes) noexcept {
        lfs2_file_t file;
        int code =
            lfs2_file_opencfg(&lfs_, &file, path.c_str(), LFS2_O_WRONLY | LFS2_O_CREAT | LFS2_O_TRUNC, &file_config_);
        if (code < 0) return code;
        code = lfs2_file_write(&lfs_, &file, bytes.data(), static_cast<lfs2_size_t>(bytes.size()));
        const int closed = lfs2_file_close(&lfs_, &file); // the new content counts from here on
        return std::min(code, closed);
    }

    bool holds(const Path& path, std::span<const std::uint8_t> bytes) noexcept {
        lfs2_file_t file;
        if (lfs2_file_opencfg(&lfs_, &file, path.c_str(), LFS2_O_RDONLY, &file_config_) < 0) return false;
        bool same = lfs2_file_size(&lfs_, &file) == static_cast<lfs2_soff_t>(bytes.size());
        std::array<std::uint8_t, 64> piece{};
        for (std::size_t at = 0; same && at < bytes.size();) {
            const auto got = lfs2_file_read(&lfs_, &file, piece.data(), piece.size());
            same = got > 0 && std::memcmp(piece.data(), bytes.data() + at, static_cast<std::size_t>(got)) == 0;
            at += static_cast<std::size_t>(std::max(got, lfs2_ssize_t{0}));
        }
        lfs2_file_close(&lfs_, &file);
        return same;
    }

    bool exists(const Path& path) noexcept {
        lfs2_info info;
        return lfs2_stat(&lfs_, path.c_str(), &info) >= 0;
    }

    int rename(const Path& from, const Path& to) noexcept { return lfs2_rename(&lfs_, from.c_str(), to.c_str()); }

    /// What is first in a folder, in `found`: 1, or 0 when it is empty.
    int first_in(const Path& folder, lfs2_info& found) noexcept {
        lfs2_dir_t dir;
        int code = lfs2_dir_open(&lfs_, &dir, folder.c_str());
        if (code < 0) return code;
        do code = lfs2_dir_read(&lfs_, &dir, &found);
        while (code > 0 && is_dots(found.name));
        lfs2_dir_close(&lfs_, &dir);
        return code;
    }

    /// How many files there are below a folder; more than `app_files_max` when it is deeper than an app can be.
    std::size_t count_files(const Path& folder, std::size_t depth = 1) noexcept {
        lfs2_dir_t dir;
        lfs2_info info;
        if (depth > app_depth_max) return app_files_max + 1;
        if (lfs2_dir_open(&lfs_, &dir, folder.c_str()) < 0) return 0;
        std::size_t count = 0;
        while (lfs2_dir_read(&lfs_, &dir, &info) > 0) {
            if (is_dots(info.name)) continue;
            count += info.type == LFS2_TYPE_DIR ? count_files(below(folder, info.name), depth + 1) : 1;
        }
        lfs2_dir_close(&lfs_, &dir);
        return count;
    }

    /// Removes a folder with all that is in it, however deep; nothing if it is not there.
    int remove_tree(const Path& root) noexcept {
        Path at = root;
        while (exists(root)) {
            lfs2_info child;
            int code = first_in(at, child);
            if (code < 0) return code;
            if (code > 0) {
                at = below(at, child.name);
                if (at.truncated()) return LFS2_ERR_NAMETOOLONG;
                if (child.type == LFS2_TYPE_DIR) continue;
            }
            code = lfs2_remove(&lfs_, at.c_str());
            if (code < 0) return code;
            at = root;
        }
        return 0;
    }

private:
    static bool is_dots(std::string_view name) noexcept { return name == "." || name == ".."; }

    lfs2_t lfs_{};
    lfs2_config config_{};
    bool mounted_ = false;
    std::array<std::uint8_t, cache_bytes_max> read_cache_{};
    std::array<std::uint8_t, cache_bytes_max> program_cache_{};
    std::array<std::uint8_t, cache_bytes_max> file_cache_{};
    alignas(8) std::array<std::uint8_t, 32> lookahead_{};
    lfs2_file_config file_config_{};
};

/// Where an install keeps what is not yet, or no longer, an app. `ready` holds a complete app that only has to be moved
/// to its place: it exists from the one rename that decides between the old app and the new one.
constexpr std::string_view install_folder = install_traces;
constexpr std::string_view new_folder = "/.install/new";
constexpr std::string_view ready_folder = "/.install/ready";

/// Moves a complete app to its place, and removes all else that an interrupted install left. Each step may be the last
/// one before a power cut: the next call goes on where it was.
int finish(Image& image) noexcept {
    const Path ready(ready_folder);
    lfs2_info app;
    if (image.exists(ready) && image.first_in(ready, app) > 0) {
        const Path place = app_place(app.name);
        if (const int code = image.remove_tree(place); code < 0) return code;
        if (const int code = image.rename(below(ready, app.name), place); code < 0) return code;
    }
    return image.remove_tree(Path(install_folder));
}

bool is_below(std::string_view name, std::string_view folder) noexcept {
    return name.size() > folder.size() && name.starts_with(folder) && name[folder.size()] == '/';
}

base::Result<> check(std::string_view app, std::span<const ImageFile> files) noexcept {
    if (!is_app_name(app)) {
        return base::fail(ErrorCode::invalid_argument, "an app's name has 1 to 32 of A-Z, a-z, 0-9, '_' and '-'");
    }
    if (files.size() > app_files_max) return base::fail(ErrorCode::too_large, "an app has at most 64 files");
    for (std::size_t i = 0; i < files.size(); ++i) {
        const std::string_view name = files[i].name;
        if (!is_app_path(name)) {
            return base::fail(ErrorCode::invalid_argument, "a file's path in its app has 1 to 64 bytes, at most 3 "
                                                           "folders and no control character");
        }
        for (std::size_t j = 0; j < files.size(); ++j) {
            if (i != j && (files[j].name == name || is_below(files[j].name, name))) {
                base::FixedString<128> message = "two files of the app have one name: ";
                message.append(name);
                return base::fail(ErrorCode::invalid_argument, message);
            }
        }
    }
    return {};
}

bool holds_exactly(Image& image, const Path& place, std::span<const ImageFile> files) noexcept {
    return image.exists(place) && image.count_files(place) == files.size() &&
           std::all_of(files.begin(), files.end(),
                       [&](const ImageFile& file) { return image.holds(below(place, file.name), file.bytes); });
}

/// Writes one file below `folder`, and makes the folders on its way.
int stage(Image& image, const Path& folder, const ImageFile& file) noexcept {
    for (std::size_t slash = file.name.find('/'); slash != std::string_view::npos;
         slash = file.name.find('/', slash + 1)) {
        if (const int code = image.make_folder(below(folder, file.name.substr(0, slash))); code < 0) return code;
    }
    return image.put(below(folder, file.name), file.bytes);
}

base::Result<> replace(Image& image, std::string_view app, std::span<const ImageFile> files) noexcept {
    const Path place = app_place(app);
    const Path fresh = below(Path(new_folder), app);
    int code = finish(image);
    if (code == 0 && holds_exactly(image, place, files)) return {};
    for (const Path& folder : {Path("/pyapps"), Path(install_folder), Path(new_folder), fresh}) {
        if (code == 0) code = image.make_folder(folder);
    }
    if (code < 0) return result_of(code, place);
    for (const ImageFile& file : files) {
        code = stage(image, fresh, file);
        if (code >= 0) continue;
        image.remove_tree(
            Path(install_folder)); // what does not fit must not stay; if this fails, the next install does
        return result_of(code, below(place, file.name));
    }
    code = image.rename(Path(new_folder), Path(ready_folder));
    if (code == 0) code = finish(image);
    return result_of(code, place);
}

} // namespace

bool flash_is_blank(contract::Storage& storage) noexcept {
    const auto geometry = storage.geometry();
    std::array<std::uint8_t, 64> piece{};
    for (std::uint32_t block = 0; block < std::min<std::uint32_t>(2, geometry.block_count); ++block) {
        if (!storage.read(block * geometry.block_bytes, piece).has_value()) return false;
        if (!std::all_of(piece.begin(), piece.end(), [](std::uint8_t byte) { return byte == 0xFF; })) return false;
    }
    return true;
}

base::Result<> install_app(contract::Storage& storage, std::string_view app,
                           std::span<const ImageFile> files) noexcept {
    if (auto checked = check(app, files); !checked) return checked;
    Image image(storage);
    if (auto mounted = image.mount(flash_is_blank(storage)); !mounted) return mounted;
    return replace(image, app, files);
}

base::Result<> finish_install(contract::Storage& storage) noexcept {
    Image image(storage);
    if (auto mounted = image.mount(false); !mounted) return mounted;
    return result_of(finish(image), install_folder);
}

} // namespace firmware::vm
