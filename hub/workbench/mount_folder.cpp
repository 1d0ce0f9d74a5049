// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/mount_folder.hpp"

#include "hub/workbench/repl/base64.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

namespace hub::workbench {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

constexpr std::size_t path_max = 512;
constexpr std::size_t entries_max = 20'000;
constexpr std::size_t answer_size = 200; // beyond it a listing goes on with the next request
constexpr std::int64_t file_max = std::int64_t{64} * 1024 * 1024;
constexpr mode_t new_file_mode = 0644;
constexpr mode_t new_folder_mode = 0755;
constexpr unsigned folder_bits = 0x4000;
constexpr unsigned file_bits = 0x8000;

/// Why a request is not answered with what it asked for; ends that request.
struct Refusal {
    int error;
};

void check(int result) {
    if (result < 0) throw Refusal{errno};
}

class Descriptor {
public:
    /// A regular file, never through a link; nothing waits for a pipe.
    Descriptor(const fs::path& path, int flags)
        : descriptor_(::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, new_file_mode)) {
        struct stat about {};
        if (descriptor_ < 0) throw Refusal{errno == ELOOP ? EACCES : errno};
        if (::fstat(descriptor_, &about) == 0 && S_ISREG(about.st_mode)) return;
        const int error = S_ISDIR(about.st_mode) ? EISDIR : EACCES;
        ::close(descriptor_);
        throw Refusal{error};
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { ::close(descriptor_); }
    int get() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

std::string text_of(const Json& value) {
    if (!value.is_string()) throw Refusal{EINVAL};
    return value.get<std::string>();
}

std::int64_t number_of(const Json& value, std::int64_t max) {
    if (!value.is_number_integer()) throw Refusal{EINVAL};
    const auto number = value.get<std::int64_t>();
    if (number < 0 || number > max) throw Refusal{number > max ? EFBIG : EINVAL};
    return number;
}

std::string bytes_of(const std::string& text) {
    auto bytes = from_base64(text);
    if (!bytes) throw Refusal{EINVAL};
    return std::move(*bytes);
}

struct stat looked_at(const fs::path& path) {
    struct stat about {};
    check(::lstat(path.c_str(), &about));
    if (S_ISLNK(about.st_mode)) throw Refusal{ENOENT}; // it leads to nothing
    if (!S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)) throw Refusal{EACCES};
    return about;
}

Json read_from(const fs::path& path, std::int64_t from, std::int64_t size) {
    const Descriptor file(path, O_RDONLY);
    std::array<char, mount_read_max> bytes{};
    const auto got = ::pread(file.get(), bytes.data(), static_cast<std::size_t>(size), from);
    if (got < 0) throw Refusal{errno};
    return Json::array({base64_of({bytes.data(), static_cast<std::size_t>(got)})});
}

void write_to(const fs::path& path, std::int64_t from, std::string_view bytes) {
    const Descriptor file(path, O_WRONLY);
    while (!bytes.empty()) {
        const auto put = ::pwrite(file.get(), bytes.data(), bytes.size(), from);
        if (put < 0) throw Refusal{errno};
        from += put;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
}

bool is_within(const fs::path& path, const fs::path& root) {
    return std::mismatch(root.begin(), root.end(), path.begin(), path.end()).first == root.end();
}

} // namespace

base::Result<MountFolder> MountFolder::open(const fs::path& folder, bool links_may_lead_outside) {
    std::error_code error;
    fs::path root = fs::canonical(folder, error);
    if (error || !fs::is_directory(root, error)) {
        return base::fail(base::ErrorCode::not_found, "there is no folder " + folder.string(), "Name one.");
    }
    return MountFolder(std::move(root), links_may_lead_outside);
}

fs::path MountFolder::place(const std::string& path, bool follow) const {
    if (path.size() > path_max || path.find('\0') != std::string::npos) throw Refusal{EINVAL};
    const fs::path relative = fs::path(path).relative_path();
    for (const fs::path& part : relative) {
        if (part == ".." || part == ".") throw Refusal{EACCES};
    }
    if (relative.empty()) return root_;
    const fs::path whole = root_ / relative;
    std::error_code error;
    fs::path found = fs::weakly_canonical(follow ? whole : whole.parent_path(), error);
    if (error) throw Refusal{ENOENT};
    if (!links_may_lead_outside_ && !is_within(found, root_)) throw Refusal{EACCES};
    return follow ? found : found / whole.filename();
}

/// The calls of one request.
struct MountFolder::Call {
    const MountFolder& folder;
    const Json& words;

    const Json& word(std::size_t i) const {
        constexpr std::size_t before = 2; // the number, and what
        if (words.size() <= before + i) throw Refusal{EINVAL};
        return words[before + i];
    }
    fs::path place(std::size_t i, bool follow = true) const { return folder.place(text_of(word(i)), follow); }

    Json stat() const {
        const auto about = looked_at(place(0));
        const bool is_folder = S_ISDIR(about.st_mode);
        return {is_folder ? folder_bits : file_bits, is_folder ? 0 : about.st_size, about.st_mtime};
    }

    std::vector<std::string> names() const {
        std::error_code error;
        std::vector<std::string> names;
        fs::directory_iterator entry(place(0), error);
        for (; !error && entry != fs::directory_iterator() && names.size() < entries_max; entry.increment(error)) {
            names.push_back(entry->path().filename().string());
        }
        if (error) throw Refusal{error.value()};
        std::sort(names.begin(), names.end());
        return names;
    }

    Json ls() const {
        const auto all = names();
        auto next = static_cast<std::size_t>(number_of(word(1), entries_max));
        const std::string path = text_of(word(0));
        Json list = Json::array();
        for (std::size_t size = 0; next < all.size() && size < answer_size; ++next) {
            try {
                const auto about = looked_at(folder.place(path + "/" + all[next], true));
                const bool is_folder = S_ISDIR(about.st_mode);
                Json entry = {all[next], is_folder ? folder_bits : file_bits, is_folder ? 0 : about.st_size};
                size += entry.dump(-1, ' ', true, Json::error_handler_t::strict).size();
                if (size < answer_size || list.empty()) {
                    list.push_back(std::move(entry));
                } else {
                    break;
                }
            } catch (const Refusal&) {
                continue; // what can't be opened is not shown
            } catch (const Json::exception&) {
                continue; // a name that is no UTF-8
            }
        }
        return {std::move(list), next < all.size() ? next : 0};
    }

    Json space() const {
        struct statvfs about {};
        check(::statvfs(folder.root_.c_str(), &about));
        constexpr std::uint64_t most = 0x3FFFFFFF; // what every board takes for a whole number
        return {std::min<std::uint64_t>(about.f_frsize, most), std::min<std::uint64_t>(about.f_blocks, most),
                std::min<std::uint64_t>(about.f_bavail, most)};
    }

    void write() const {
        const std::string bytes = bytes_of(text_of(word(2)));
        write_to(place(0), number_of(word(1), file_max - static_cast<std::int64_t>(bytes.size())), bytes);
    }

    Json result() const {
        const std::string what = text_of(words.at(1));
        if (what == "stat") return stat();
        if (what == "ls") return ls();
        if (what == "read")
            return read_from(place(0), number_of(word(1), file_max), number_of(word(2), mount_read_max));
        if (what == "space") return space();
        if (what == "write") {
            write();
        } else if (what == "new") {
            const Descriptor made(place(0), O_WRONLY | O_CREAT | O_TRUNC);
        } else if (what == "rm") {
            check(::unlink(place(0, false).c_str()));
        } else if (what == "mkdir") {
            check(::mkdir(place(0, false).c_str(), new_folder_mode));
        } else if (what == "rmdir") {
            const fs::path gone = place(0, false);
            if (gone == folder.root_) throw Refusal{EACCES};
            check(::rmdir(gone.c_str()));
        } else if (what == "mv") {
            const fs::path from = place(0, false), to = place(1, false);
            if (from == folder.root_ || to == folder.root_) throw Refusal{EACCES};
            check(::rename(from.c_str(), to.c_str()));
        } else {
            throw Refusal{EINVAL};
        }
        return Json::array();
    }
};

std::string MountFolder::answer(std::string_view json) const {
    const Json words = Json::parse(json, nullptr, false);
    if (!words.is_array() || words.size() < 2 || !words[0].is_number_integer()) return "[0,-22]\n";
    Json answer = {words[0], 0};
    try {
        const Json result = Call{*this, words}.result();
        answer.insert(answer.end(), result.begin(), result.end());
    } catch (const Refusal& refusal) {
        answer[1] = -refusal.error;
    } catch (const fs::filesystem_error&) {
        answer[1] = -EIO;
    }
    return answer.dump(-1, ' ', true, Json::error_handler_t::replace) + "\n";
}

} // namespace hub::workbench
