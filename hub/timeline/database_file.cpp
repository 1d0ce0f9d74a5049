// SPDX-License-Identifier: Apache-2.0
// Creating and setting aside the timeline's file.
#include "hub/timeline/database_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <string>
#include <system_error>

namespace hub::timeline {
namespace {

tl::unexpected<base::Error> io_error(const std::string& what, const std::filesystem::path& file, const char* reason) {
    return base::fail(base::ErrorCode::io, what + " " + file.string() + ": " + reason,
                      "Check that the folder exists, is yours, and has space.");
}

std::filesystem::path with_suffix(std::filesystem::path file, const std::string& suffix) { return file += suffix; }

std::string utc_now() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
    return {text.data(), size};
}

std::filesystem::path free_name(const std::filesystem::path& file) {
    const std::filesystem::path wanted = with_suffix(file, ".damaged-" + utc_now());
    std::filesystem::path name = wanted;
    for (int n = 2; std::filesystem::exists(name); ++n) name = with_suffix(wanted, "-" + std::to_string(n));
    return name;
}

} // namespace

base::Result<> prepare_file(const std::filesystem::path& file) {
    const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return io_error("cannot open", file, std::strerror(errno));
    const bool done = ::fchmod(fd, 0600) == 0;
    const int reason = errno;
    ::close(fd);
    if (!done) return io_error("cannot make private", file, std::strerror(reason));
    return {};
}

base::Result<std::filesystem::path> move_aside(const std::filesystem::path& file) {
    std::error_code error;
    const std::filesystem::path aside = free_name(file);
    std::filesystem::rename(file, aside, error);
    if (error) return io_error("cannot move aside", file, error.message().c_str());
    // The log belongs to the damaged file and would spoil a new one. It may hold rows worth saving.
    const std::filesystem::path log = with_suffix(file, "-wal");
    std::filesystem::rename(log, with_suffix(aside, "-wal"), error);
    if (error && error != std::errc::no_such_file_or_directory) {
        return io_error("cannot move aside", log, error.message().c_str());
    }
    std::filesystem::remove(with_suffix(file, "-shm"), error);
    return aside;
}

} // namespace hub::timeline
