// SPDX-License-Identifier: Apache-2.0
// Firmware files that were sent from a page: kept under names of ours, for a while.
#pragma once

#include "base/result.hpp"
#include "hub/core/model.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace hub::jobs {

inline constexpr std::uint64_t upload_size_max = std::uint64_t{64} * 1024 * 1024;
inline constexpr std::uint64_t uploads_size_max = 2 * upload_size_max;
inline constexpr std::size_t uploads_max = 8;
inline constexpr std::chrono::hours upload_age_max{7 * 24};

/// What a file turned out to be.
struct FirmwareFacts {
    std::string what; ///< in one line
    std::string chip; ///< which it is for; empty when it does not say
};

struct Upload {
    std::string id; ///< 16 hexadecimal digits
    std::string name;
    std::uint64_t size = 0;
    FirmwareFacts facts;
    core::Time at;
};

core::Json json_of(const Upload& upload);

/// A file that is coming. Destroying it throws away what has come, unless it was kept.
class IncomingFile {
public:
    IncomingFile(std::filesystem::path part, std::string id, std::string name);
    ~IncomingFile();
    IncomingFile(const IncomingFile&) = delete;
    IncomingFile& operator=(const IncomingFile&) = delete;

    /// Blocks for as long as the disk does; any thread, one call at a time. Errors: `too_large`, `io`.
    base::Result<> write(std::string_view bytes);
    const std::filesystem::path& path() const noexcept { return part_; }

private:
    friend class Uploads;

    std::filesystem::path part_;
    std::string id_;
    std::string name_;
    int descriptor_ = -1;
    std::uint64_t size_ = 0;
};

/// Single-threaded, but for IncomingFile.
class Uploads {
public:
    /// `folder` is ours alone and may not exist yet. `is_needed` says whether a file with that id must stay.
    Uploads(std::filesystem::path folder, std::function<core::Time()> wall,
            std::function<bool(std::string_view id)> is_needed);

    /// Finds what is there from before, and clears away the rest.
    void load();

    /// Errors: `busy` while another one comes; `invalid_argument` for a name that can't be shown; `io`.
    base::Result<std::shared_ptr<IncomingFile>> begin(std::string_view name);
    /// All of it has come, and is this. Error: `io`.
    base::Result<Upload> keep(IncomingFile& file, FirmwareFacts facts);

    /// Newest first.
    const std::vector<Upload>& list();
    /// Error: `not_found`.
    base::Result<Upload> find(std::string_view id);
    std::filesystem::path file_of(const Upload& upload) const;
    /// Errors: `not_found`, `busy`.
    base::Result<> remove(std::string_view id);

private:
    void clear_away();
    void remove_files(const Upload& upload) const;

    std::filesystem::path folder_;
    std::function<core::Time()> wall_;
    std::function<bool(std::string_view)> is_needed_;
    std::vector<Upload> uploads_; ///< newest first
    std::weak_ptr<IncomingFile> incoming_;
};

} // namespace hub::jobs
