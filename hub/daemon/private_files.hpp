// SPDX-License-Identifier: Apache-2.0
// Files and folders that are for their user alone.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace hub::daemon {

/// Makes the folder, with mode 0700, if there is none. Error: `io`.
base::Result<> make_private_folder(const std::filesystem::path& folder);

/// All that is in a file; nothing when there is none. Errors: `io`, also for a link; `refused` when others can read it;
/// `malformed` for more than `size_max` bytes.
base::Result<std::optional<std::string>> read_private_file(const std::filesystem::path& file, std::size_t size_max);

/// Replaces a file whole, with mode 0600: whoever reads sees the old one or the new one. Error: `io`.
base::Result<> write_private_file(const std::filesystem::path& file, std::string_view content);

/// One holder at a time; ends with the object or its process.
class FileLock {
public:
    enum class WhenTaken : std::uint8_t { fail, wait };

    /// Makes the file if there is none. Errors: `io`; `busy` when somebody else has it.
    static base::Result<FileLock> take(const std::filesystem::path& file, WhenTaken when_taken);

    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&&) = delete;
    ~FileLock();

private:
    explicit FileLock(int descriptor) : descriptor_(descriptor) {}

    int descriptor_;
};

} // namespace hub::daemon
