// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/private_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace hub::daemon {

using base::ErrorCode;
namespace fs = std::filesystem;

namespace {

/// Why the last call has failed, about this path.
tl::unexpected<base::Error> io_error(std::string_view what, const fs::path& path, std::string_view hint) {
    return base::fail(ErrorCode::io, std::string(what) + " " + path.string() + ": " + std::strerror(errno), hint);
}

/// Closes the file at the end of the block.
struct File {
    explicit File(int opened) : fd(opened) {}
    ~File() {
        if (fd >= 0) ::close(fd);
    }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    int fd;
};

} // namespace

base::Result<> make_private_folder(const fs::path& folder) {
    std::error_code problem;
    const bool is_new = !fs::exists(folder, problem);
    fs::create_directories(folder, problem);
    if (!problem && is_new && ::chmod(folder.c_str(), 0700) != 0) problem.assign(errno, std::generic_category());
    if (!problem) return {};
    return base::fail(ErrorCode::io, "Can't make the folder " + folder.string() + ": " + problem.message(),
                      "Name another one with --data, or give this user the right to write there.");
}

base::Result<std::optional<std::string>> read_private_file(const fs::path& file, std::size_t size_max) {
    constexpr std::string_view hint = "It must belong to the user that runs the hub.";
    const File opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (opened.fd < 0 && errno == ENOENT) return std::optional<std::string>();
    struct stat info {};
    if (opened.fd < 0 || ::fstat(opened.fd, &info) != 0) return io_error("Can't read", file, hint);
    if ((info.st_mode & 077U) != 0) {
        return base::fail(ErrorCode::refused, "Others can read " + file.string(), "chmod 600 " + file.string());
    }
    std::string text;
    std::array<char, 4096> piece{};
    ssize_t size = 0;
    while (text.size() <= size_max && (size = ::read(opened.fd, piece.data(), piece.size())) > 0) {
        text.append(piece.data(), static_cast<std::size_t>(size));
    }
    if (size < 0) return io_error("Can't read", file, hint);
    if (text.size() <= size_max) return std::optional(std::move(text));
    return base::fail(ErrorCode::malformed, file.string() + " is larger than this program writes it",
                      "Put it away, and try again.");
}

base::Result<> write_private_file(const fs::path& file, std::string_view content) {
    const fs::path fresh = file.string() + ".new";
    ::unlink(fresh.c_str());
    const File opened(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    const bool written = opened.fd >= 0 &&
                         ::write(opened.fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
                         ::fsync(opened.fd) == 0 && ::rename(fresh.c_str(), file.c_str()) == 0;
    if (!written) return io_error("Can't write", file, "Is the disk full?");
    return {};
}

base::Result<FileLock> FileLock::take(const fs::path& file, WhenTaken when_taken) {
    constexpr std::string_view hint = "Name another folder with --data.";
    FileLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (lock.descriptor_ < 0) return io_error("Can't open", file, hint);
    if (::flock(lock.descriptor_, when_taken == WhenTaken::wait ? LOCK_EX : LOCK_EX | LOCK_NB) == 0) return lock;
    if (errno != EWOULDBLOCK) return io_error("Can't lock", file, hint);
    return base::fail(ErrorCode::busy, "Another program has " + file.string(), hint);
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

} // namespace hub::daemon
