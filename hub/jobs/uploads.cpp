// SPDX-License-Identifier: Apache-2.0
#include "hub/jobs/uploads.hpp"

#include "hub/core/json_parts.hpp"
#include "hub/core/safe_json.hpp"
#include "hub/core/times.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <utility>

namespace hub::jobs {

namespace fs = std::filesystem;
using base::ErrorCode;
using core::Json;

namespace {

constexpr std::size_t name_size_max = 128;
constexpr std::size_t about_size_max = 4096;

std::string random_id() {
    std::random_device device;
    std::array<char, 17> text{};
    std::snprintf(text.data(), text.size(), "%08x%08x", static_cast<unsigned>(device()),
                  static_cast<unsigned>(device()));
    return text.data();
}

tl::unexpected<base::Error> disk_error(const fs::path& path) {
    return base::fail(ErrorCode::io, "Can't write " + path.string() + ": " + std::strerror(errno), "Is the disk full?");
}

std::optional<Upload> read_about(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text(about_size_max, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    const auto json = core::parse_json(text, about_size_max);
    if (!json || !json->is_object()) return std::nullopt;
    const auto word = [&json](const char* key) { return core::text_at(*json, key); };
    const auto number = [&json](const char* key) {
        return std::clamp(core::number_at(*json, key), 0.0, core::year_9999_ms);
    };
    Upload upload;
    upload.id = word("id");
    upload.name = word("name");
    upload.facts = {word("what"), word("chip")};
    upload.size = static_cast<std::uint64_t>(number("size"));
    upload.at = core::time_of_ms(number("at_ms"));
    return upload;
}

} // namespace

Json json_of(const Upload& upload) {
    return {{"id", upload.id},
            {"name", upload.name},
            {"size", upload.size},
            {"what", upload.facts.what},
            {"chip", upload.facts.chip.empty() ? Json() : Json(upload.facts.chip)},
            {"at_ms", core::ms_of(upload.at)}};
}

IncomingFile::IncomingFile(fs::path part, std::string id, std::string name)
    : part_(std::move(part)),
      id_(std::move(id)),
      name_(std::move(name)),
      descriptor_(::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)) {}

IncomingFile::~IncomingFile() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink(part_.c_str());
}

base::Result<> IncomingFile::write(std::string_view bytes) {
    size_ += bytes.size();
    if (size_ > upload_size_max) {
        return base::fail(ErrorCode::too_large, "The file is over 64 MiB", "No board's flash is as large as that.");
    }
    while (!bytes.empty()) {
        const ssize_t size = ::write(descriptor_, bytes.data(), bytes.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return disk_error(part_);
        bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return {};
}

Uploads::Uploads(fs::path folder, std::function<core::Time()> wall, std::function<bool(std::string_view)> is_needed)
    : folder_(std::move(folder)),
      wall_(std::move(wall)),
      is_needed_(std::move(is_needed)) {}

void Uploads::load() {
    std::error_code error;
    std::vector<fs::path> others;
    for (fs::directory_iterator at(folder_, error); !error && at != fs::directory_iterator(); at.increment(error)) {
        const fs::path& path = at->path();
        auto upload = path.extension() == ".json" ? read_about(path) : std::nullopt;
        std::error_code ignored;
        const bool is_whole =
            upload && path.stem() == upload->id && fs::file_size(file_of(*upload), ignored) == upload->size;
        if (is_whole) {
            uploads_.push_back(std::move(*upload));
        } else {
            others.push_back(path);
        }
    }
    for (const fs::path& path : others) {
        const bool is_ours = std::any_of(uploads_.begin(), uploads_.end(),
                                         [&](const Upload& upload) { return file_of(upload) == path; });
        if (!is_ours) fs::remove(path, error);
    }
    std::sort(uploads_.begin(), uploads_.end(), [](const Upload& a, const Upload& b) { return a.at > b.at; });
    clear_away();
}

base::Result<std::shared_ptr<IncomingFile>> Uploads::begin(std::string_view name) {
    if (!incoming_.expired()) {
        return base::fail(ErrorCode::busy, "Another file is being sent", "Try again when it has arrived.");
    }
    if (name.empty() || name.size() > name_size_max || !core::is_utf8(name)) {
        return base::fail(ErrorCode::invalid_argument, "The query's name must have 1 to 128 bytes of UTF-8");
    }
    std::error_code error;
    fs::create_directories(folder_, error);
    fs::permissions(folder_, fs::perms::owner_all, error);
    clear_away();
    const std::string id = random_id();
    auto file = std::make_shared<IncomingFile>(folder_ / (id + ".part"), id, core::printable(name, name_size_max));
    if (file->descriptor_ < 0) return disk_error(file->part_);
    incoming_ = file;
    return file;
}

base::Result<Upload> Uploads::keep(IncomingFile& file, FirmwareFacts facts) {
    Upload upload{file.id_, file.name_, file.size_, std::move(facts), wall_()};
    const fs::path about = folder_ / (upload.id + ".json");
    {
        const int descriptor = ::open(about.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        const std::string text = json_of(upload).dump(-1, ' ', true, Json::error_handler_t::replace);
        const bool written =
            descriptor >= 0 && ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
        if (descriptor >= 0) ::close(descriptor);
        if (!written) {
            ::unlink(about.c_str());
            return disk_error(about);
        }
    }
    if (::rename(file.part_.c_str(), file_of(upload).c_str()) != 0) {
        ::unlink(about.c_str());
        return disk_error(file_of(upload));
    }
    ::close(std::exchange(file.descriptor_, -1));
    uploads_.insert(uploads_.begin(), upload);
    clear_away();
    return upload;
}

const std::vector<Upload>& Uploads::list() {
    clear_away();
    return uploads_;
}

base::Result<Upload> Uploads::find(std::string_view id) {
    const auto found = std::find_if(uploads_.begin(), uploads_.end(), [id](const Upload& u) { return u.id == id; });
    if (found != uploads_.end()) return *found;
    return base::fail(ErrorCode::not_found, "There is no such uploaded file",
                      "Old ones go after a week; send it anew.");
}

fs::path Uploads::file_of(const Upload& upload) const { return folder_ / (upload.id + ".bin"); }

base::Result<> Uploads::remove(std::string_view id) {
    const auto found = find(id);
    if (!found) return tl::unexpected(found.error());
    if (is_needed_(id)) return base::fail(ErrorCode::busy, "A job is about to use this file", "Wait for its end.");
    remove_files(*found);
    std::erase_if(uploads_, [id](const Upload& upload) { return upload.id == id; });
    return {};
}

// The oldest go first; what a job needs stays, however old it is.
void Uploads::clear_away() {
    const core::Time oldest = wall_() - upload_age_max;
    std::uint64_t size = 0;
    std::size_t count = 0;
    std::erase_if(uploads_, [&](const Upload& upload) {
        size += upload.size;
        ++count;
        const bool stays = count <= uploads_max && size <= uploads_size_max && upload.at >= oldest;
        if (stays || is_needed_(upload.id)) return false;
        size -= upload.size;
        --count;
        remove_files(upload);
        return true;
    });
}

void Uploads::remove_files(const Upload& upload) const {
    std::error_code ignored;
    fs::remove(folder_ / (upload.id + ".json"), ignored);
    fs::remove(file_of(upload), ignored);
}

} // namespace hub::jobs
