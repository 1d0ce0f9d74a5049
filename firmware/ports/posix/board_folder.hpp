// SPDX-License-Identifier: Apache-2.0
// The folder in which a virtual board lives: its identity, its flash, and the lock that makes it the only one.
#pragma once

#include "base/result.hpp"
#include "firmware/boards/profile.hpp"
#include "firmware/ports/posix/fd.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace firmware::ports::posix {

/// What `board.json` keeps from one start to the next.
struct BoardRecord {
    std::string uid;
    std::string board;
    std::string app;
    std::uint32_t boot = 0;
};

class BoardFolder {
public:
    /// Makes the folder if need be and takes it for this process. Errors: `busy` when another one has it, `io`.
    base::Result<> open(const std::string& path);

    std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }

    /// What an earlier start left; an empty record if there was none. Errors: `malformed`, `io`.
    base::Result<BoardRecord> load() const;
    /// Replaces `board.json` whole. Errors: `io`.
    base::Result<> save(const BoardRecord& record) const;

private:
    std::string path_;
    Fd lock_;
};

/// Twelve random hexadecimal digits. Errors: `io`.
base::Result<std::string> make_uid();

/// A file of `size` bytes in memory; new bytes are 0xFF, as erased flash is.
class MappedFile {
public:
    MappedFile() = default;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    /// Errors: `invalid_state` when the file has another size, `io`.
    base::Result<> open(const std::string& path, std::size_t size);
    std::span<std::uint8_t> bytes() const noexcept { return bytes_; }
    bool sync() const noexcept;

private:
    std::span<std::uint8_t> bytes_;
};

} // namespace firmware::ports::posix
