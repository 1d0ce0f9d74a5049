// SPDX-License-Identifier: Apache-2.0
#include "hub/daemon/data_folder.hpp"

#include "hub/api/access.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace hub::daemon {

using base::ErrorCode;

namespace {

constexpr std::size_t token_size_min = 20;

base::Result<> io_error(std::string_view what, const std::filesystem::path& path, std::string_view hint) {
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

bool is_token(std::string_view text) {
    return text.size() >= token_size_min && text.size() <= api::token_size_max &&
           text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               std::string_view::npos;
}

} // namespace

base::Result<> write_private_file(const std::filesystem::path& file, std::string_view content) {
    const std::filesystem::path fresh = file.string() + ".new";
    ::unlink(fresh.c_str());
    const File opened(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    const bool written = opened.fd >= 0 &&
                         ::write(opened.fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()) &&
                         ::fsync(opened.fd) == 0 && ::rename(fresh.c_str(), file.c_str()) == 0;
    if (!written) return io_error("Can't write", file, "Is the disk full?");
    return {};
}

base::Result<DataFolder> DataFolder::open(const std::filesystem::path& path) {
    std::error_code problem;
    const bool is_new = !std::filesystem::exists(path, problem);
    std::filesystem::create_directories(path, problem);
    if (problem || (is_new && ::chmod(path.c_str(), 0700) != 0)) {
        return base::fail(ErrorCode::io, "Can't make the folder " + path.string() + ": " + problem.message(),
                          "Name another one with --data, or give this user the right to write there.");
    }
    const std::filesystem::path lock_path = path / "lock";
    const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock < 0) return tl::unexpected(io_error("Can't open", lock_path, "Name another folder with --data.").error());
    if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
        ::close(lock);
        return base::fail(ErrorCode::busy, "Another hub runs in " + path.string(),
                          "Use that one (`ouro url`), stop it, or name another folder with --data.");
    }
    return DataFolder(path, lock);
}

DataFolder::DataFolder(DataFolder&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)) {}

DataFolder::~DataFolder() {
    if (lock_ >= 0) ::close(lock_);
}

base::Result<std::optional<std::string>> DataFolder::find_token(std::string_view name) const {
    const std::filesystem::path file = path_ / name;
    const File opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (opened.fd < 0 && errno == ENOENT) return std::optional<std::string>();
    struct stat info {};
    if (opened.fd < 0 || ::fstat(opened.fd, &info) != 0) {
        return tl::unexpected(io_error("Can't read", file, "It must belong to the user that runs the hub.").error());
    }
    if ((info.st_mode & 077U) != 0) {
        return base::fail(ErrorCode::refused, "Others can read the token in " + file.string(),
                          "Delete it for a new one, or if nobody did: chmod 600 " + file.string());
    }
    std::array<char, api::token_size_max + 2> bytes{};
    const ssize_t size = ::read(opened.fd, bytes.data(), bytes.size());
    std::string_view text(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (!is_token(text)) {
        return base::fail(ErrorCode::malformed, "There is no token in " + file.string(),
                          "Delete the file for a new one.");
    }
    return std::optional<std::string>(text);
}

base::Result<std::string> DataFolder::token(std::string_view name) const {
    auto found = find_token(name);
    if (!found) return tl::unexpected(found.error());
    if (*found) return **found;
    std::string token = api::make_token();
    if (auto written = write_private_file(path_ / name, token + "\n"); !written) return tl::unexpected(written.error());
    return token;
}

} // namespace hub::daemon
