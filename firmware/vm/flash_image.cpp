// SPDX-License-Identifier: Apache-2.0
#include "firmware/vm/flash_image.hpp"

#include "base/fixed_string.hpp"

#include <algorithm>
#include <array>
#include <cstring>

extern "C" {
#include "lib/littlefs/lfs2.h"
}

namespace firmware::vm {
namespace {

constexpr std::size_t cache_bytes_max = 1024;
constexpr std::size_t name_bytes_max = 64;
using Path = base::FixedString<160>;

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
        return base::fail(base::ErrorCode::full, message, "remove files, or give the board more flash");
    }
    message.append(": the flash failed");
    return base::fail(base::ErrorCode::io, message);
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
            return base::fail(base::ErrorCode::unsupported, "the flash has a program unit over 1,024 bytes");
        }
        if (format && lfs2_format(&lfs_, &config_) < 0)
            return base::fail(base::ErrorCode::io, "formatting the flash failed");
        if (lfs2_mount(&lfs_, &config_) < 0) {
            return base::fail(base::ErrorCode::malformed, "the flash holds no file system that can be mounted",
                              "erase the flash to start anew");
        }
        mounted_ = true;
        return {};
    }

    base::Result<> make_folder(const Path& path) noexcept {
        const int code = lfs2_mkdir(&lfs_, path.c_str());
        return result_of(code == LFS2_ERR_EXIST ? 0 : code, path);
    }

    base::Result<> put(const Path& path, std::span<const std::uint8_t> bytes) noexcept {
        if (holds(path, bytes)) return {};
        lfs2_file_t file;
        int code =
            lfs2_file_opencfg(&lfs_, &file, path.c_str(), LFS2_O_WRONLY | LFS2_O_CREAT | LFS2_O_TRUNC, &file_config_);
        if (code < 0) return result_of(code, path);
        code = lfs2_file_write(&lfs_, &file, bytes.data(), static_cast<lfs2_size_t>(bytes.size()));
        const int closed = lfs2_file_close(&lfs_, &file); // the new content counts from here on
        return result_of(std::min(code, closed), path);
    }

private:
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

    lfs2_t lfs_{};
    lfs2_config config_{};
    bool mounted_ = false;
    std::array<std::uint8_t, cache_bytes_max> read_cache_{};
    std::array<std::uint8_t, cache_bytes_max> program_cache_{};
    std::array<std::uint8_t, cache_bytes_max> file_cache_{};
    alignas(8) std::array<std::uint8_t, 32> lookahead_{};
    lfs2_file_config file_config_{};
};

// A NUL would end the name early for the file system; other control characters only hide what a file is called.
bool is_file_name(std::string_view name) {
    const auto is_odd = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '/'; };
    return !name.empty() && name.size() <= name_bytes_max && std::none_of(name.begin(), name.end(), is_odd) &&
           name != "." && name != "..";
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
    if (!is_file_name(app))
        return base::fail(base::ErrorCode::invalid_argument,
                          "an app's name has 1 to 64 bytes, no '/' and no control character");
    Image image(storage);
    if (auto mounted = image.mount(flash_is_blank(storage)); !mounted) return mounted;
    Path folder = "/pyapps";
    if (auto made = image.make_folder(folder); !made) return made;
    folder.append("/");
    folder.append(app);
    if (auto made = image.make_folder(folder); !made) return made;
    for (const ImageFile& file : files) {
        if (!is_file_name(file.name)) {
            return base::fail(base::ErrorCode::invalid_argument,
                              "a file's name has 1 to 64 bytes, no '/' and no control character");
        }
        Path path = folder;
        path.append("/");
        path.append(file.name);
        if (auto put = image.put(path, file.bytes); !put) return put;
    }
    return {};
}

} // namespace firmware::vm
