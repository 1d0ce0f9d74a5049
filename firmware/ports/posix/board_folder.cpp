// SPDX-License-Identifier: Apache-2.0
// Files that are replaced whole, so that a cut at any moment leaves the old or the new one.
#include "firmware/ports/posix/board_folder.hpp"

#include "protocol/json/value.hpp"
#include "protocol/json/writer.hpp"
#include "protocol/link/names.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace firmware::ports::posix {

using base::ErrorCode;

namespace {

constexpr std::size_t record_max = 1024;

auto io_error(const std::string& what, const std::string& path, std::string_view hint = {}) {
    return base::fail(ErrorCode::io, what + " " + path + ": " + std::strerror(errno), hint);
}

bool make_folders(const std::string& path) {
    for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
        if (::mkdir(path.substr(0, end).c_str(), 0755) != 0 && errno != EEXIST) return false;
        if (end == std::string::npos) return true;
    }
}

std::string text_of(const protocol::json::Value& object, std::string_view key) {
    std::array<char, 256> buffer{};
    return std::string(object.find(key).text(buffer).value_or(""));
}

bool write_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const auto size = ::write(fd, text.data(), text.size());
        if (size <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return ::fsync(fd) == 0;
}

} // namespace

base::Result<> BoardFolder::open(const std::string& path) {
    path_ = path;
    if (!make_folders(path)) return io_error("can't make the folder", path);
    const std::string lock = this->path("lock");
    lock_ = Fd(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock_) return io_error("can't open", lock, "is the folder yours?");
    if (::flock(lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        return base::fail(ErrorCode::busy, "another board runs in " + path, "stop it, or give --dir another folder");
    }
    return {};
}

base::Result<BoardRecord> BoardFolder::load() const {
    const std::string file = path("board.json");
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        if (errno == ENOENT) return BoardRecord{};
        return io_error("can't read", file);
    }
    std::array<char, record_max> text{};
    const auto size = ::read(fd.get(), text.data(), text.size());
    if (size < 0) return io_error("can't read", file);
    const auto object = protocol::json::parse({text.data(), static_cast<std::size_t>(size)});
    BoardRecord record;
    if (object) {
        const auto boot = object->find("boot").integer().value_or(0);
        record = {text_of(*object, "uid"), text_of(*object, "board"), text_of(*object, "app"),
                  static_cast<std::uint32_t>(std::clamp<std::int64_t>(boot, 0, UINT32_MAX - 1))};
    }
    if (!protocol::link::is_uid(record.uid)) {
        return base::fail(ErrorCode::malformed, file + " is not a board's record",
                          "delete it; the board gets a new uid");
    }
    return record;
}

base::Result<> BoardFolder::save(const BoardRecord& record) const {
    std::array<char, record_max> buffer{};
    protocol::json::Writer writer(buffer);
    writer.begin_object().key("uid").text(record.uid).key("board").text(record.board).key("app").text(record.app);
    writer.key("pid").integer(::getpid()).key("boot").integer(record.boot).end_object();
    const std::string file = path("board.json");
    const std::string fresh = file + ".new";
    const Fd fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!fd || !write_all(fd.get(), writer.view())) return io_error("can't write", fresh, "is the disk full?");
    if (::rename(fresh.c_str(), file.c_str()) != 0) return io_error("can't replace", file);
    return {};
}

base::Result<std::string> make_uid() {
    std::array<std::uint8_t, 6> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        return base::fail(ErrorCode::io, "the system gives no random numbers");
    }
    std::string uid;
    for (const std::uint8_t byte : bytes) {
        uid += "0123456789abcdef"[byte >> 4U];
        uid += "0123456789abcdef"[byte & 0xFU];
    }
    return uid;
}

MappedFile::~MappedFile() {
    if (!bytes_.empty()) ::munmap(bytes_.data(), bytes_.size());
}

base::Result<> MappedFile::open(const std::string& path, std::size_t size) {
    const Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    struct stat status {};
    if (!fd || ::fstat(fd.get(), &status) != 0) return io_error("can't open", path);
    const bool fresh = status.st_size == 0;
    if (!fresh && static_cast<std::size_t>(status.st_size) != size) {
        return base::fail(ErrorCode::invalid_state, path + " is of another size than the board's flash",
                          "delete it to begin with empty flash");
    }
    // Room is taken now: a full disk later would end the process at some write to memory.
    if (const int error = ::posix_fallocate(fd.get(), 0, static_cast<off_t>(size)); error != 0) {
        errno = error;
        return io_error("no room for", path);
    }
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (memory == MAP_FAILED) return io_error("can't map", path);
    bytes_ = {static_cast<std::uint8_t*>(memory), size};
    if (fresh) std::fill(bytes_.begin(), bytes_.end(), std::uint8_t{0xFF});
    return {};
}

bool MappedFile::sync() const noexcept { return ::msync(bytes_.data(), bytes_.size(), MS_SYNC) == 0; }

} // namespace firmware::ports::posix
