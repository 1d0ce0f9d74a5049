// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/download.hpp"

#include "hub/workbench/repl/digest.hpp"
#include "hub/workbench/web_fetch.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>

namespace hub::workbench::flash {

namespace fs = std::filesystem;
using base::ErrorCode;

namespace {

base::Result<> fetch(const std::string& url, const std::string& mirror, const fs::path& part,
                     const OnDownload& on_progress) {
    std::error_code ignored;
    const auto there = fs::exists(part, ignored) ? fs::file_size(part, ignored) : 0;
    std::ofstream file(part, std::ios::binary | std::ios::app);
    if (!file) return base::fail(ErrorCode::io, "cannot write " + part.string());
    WebRequest request{.url = url, .mirror = mirror, .offset = there, .size_max = download_size_max};
    request.take = [&file](std::string_view bytes) {
        return file.write(bytes.data(), static_cast<std::streamsize>(bytes.size())).good();
    };
    request.on_progress = on_progress;
    auto fetched = web_fetch(request);
    file.close();
    if (fetched) {
        if (file.good()) return {};
        return base::fail(ErrorCode::io, "cannot write " + part.string(), "Is there room?");
    }
    base::Error& error = fetched.error();
    if (there > 0 && error.code == ErrorCode::unsupported) {
        // A server that knows no ranges, or has another file by now: from the beginning.
        fs::resize_file(part, 0, ignored);
        return fetch(url, mirror, part, on_progress);
    }
    if (error.code == ErrorCode::disconnected || error.code == ErrorCode::timeout) {
        error.hint = "Is the network there? Trying again goes on where this ended.";
    } else if (error.code == ErrorCode::not_found) {
        error.hint = "Choose another version, or a file of your own.";
    }
    return fetched;
}

/// Only one program at a time writes a file; others wait, and find it done. Ends with the block, or the program.
class PartLock {
public:
    explicit PartLock(const fs::path& part) {
        for (;;) {
            descriptor_ = ::open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
            if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX) != 0 || is_still(part)) return;
            ::close(descriptor_); // who had it has renamed or removed it
        }
    }
    ~PartLock() {
        if (descriptor_ >= 0) ::close(descriptor_);
    }
    PartLock(const PartLock&) = delete;
    PartLock& operator=(const PartLock&) = delete;

private:
    bool is_still(const fs::path& part) const {
        struct stat held {};
        struct stat named {};
        if (::fstat(descriptor_, &held) != 0) return true;
        return ::stat(part.c_str(), &named) == 0 && held.st_ino == named.st_ino && held.st_dev == named.st_dev;
    }

    int descriptor_ = -1;
};

base::Result<Download> looked_at(const fs::path& path, bool cached) {
    constexpr std::size_t piece_size = 65536;
    std::ifstream file(path, std::ios::binary);
    Download download{path, 0, "", cached};
    Digest digest;
    for (std::array<char, piece_size> piece{}; file.good();) {
        file.read(piece.data(), piece.size());
        const auto size = static_cast<std::size_t>(file.gcount());
        digest.add({piece.data(), size});
        download.size += size;
    }
    if (!file.eof()) return base::fail(ErrorCode::io, "cannot read " + path.string());
    download.sha256 = digest.hex();
    return download;
}

} // namespace

base::Result<Download> fetch_firmware(const std::string& url, const std::string& file_name, const fs::path& folder,
                                      const std::string& mirror, const OnDownload& on_progress) {
    if (file_name.empty() || file_name.find('/') != std::string::npos || file_name.starts_with('.')) {
        return base::fail(ErrorCode::invalid_argument, "\"" + file_name + "\" is no name for a file");
    }
    std::error_code error;
    fs::create_directories(folder, error);
    const fs::path path = folder / file_name;
    if (fs::exists(path, error)) return looked_at(path, true);
    const fs::path part = folder / (file_name + ".part");
    const PartLock lock(part);
    if (fs::exists(path, error)) { // by now
        fs::remove(part, error);
        return looked_at(path, true);
    }
    if (const auto fetched = fetch(url, mirror, part, on_progress); !fetched) {
        if (fs::file_size(part, error) == 0) fs::remove(part, error);
        return tl::unexpected(fetched.error());
    }
    fs::rename(part, path, error);
    if (error) return base::fail(ErrorCode::io, "cannot keep " + path.string() + ": " + error.message());
    return looked_at(path, false);
}

} // namespace hub::workbench::flash
