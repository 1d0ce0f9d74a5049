// SPDX-License-Identifier: Apache-2.0
// The file system of a board.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// The most entries of one listing.
inline constexpr std::size_t board_entries_max = 20'000;
/// The largest file that is written, in bytes.
inline constexpr std::size_t board_file_max = std::size_t{64} * 1024 * 1024;
/// What a file is written as before it takes its name; at most one of them is left behind in a folder by a cut.
inline constexpr std::string_view part_name = ".ouro-part";

struct BoardEntry {
    std::string path; ///< relative to what was listed
    bool is_folder = false;
    std::uint64_t size = 0; ///< in bytes; of a file
};

struct BoardSpace {
    std::uint64_t total = 0; ///< in bytes
    std::uint64_t free = 0;
};

/// A file as it should be on the board.
struct WantedFile {
    std::string path;
    std::uint64_t size = 0;
    std::string sha256;     ///< in hexadecimal
    std::string crc32 = {}; ///< the same, for a board without hashlib; empty if it is not known
};

/// How a file on the board is not as it should be.
struct Difference {
    std::size_t place = 0; ///< in the list of what is wanted
    bool exists = false;
    std::uint64_t size = 0; ///< of what is there, in bytes
};

/// Paths are the board's, in UTF-8, of any characters but NUL; relative ones count from Python's current folder, and an
/// empty one is that folder. Errors of all: `not_found`, `already_exists`, `refused` (read-only, the root), `full`,
/// `invalid_argument` (a file where a folder should be), `invalid_state` (interrupted), `too_large`, `io`,
/// `unsupported` (its Python lacks hashlib), those of the way to the board. One thread.
class BoardFiles {
public:
    using Sink = std::function<base::Result<>(std::string_view bytes)>;

    virtual ~BoardFiles() = default;

    /// Many operations follow: what helps them may be made ready now. Not needed.
    virtual base::Result<> begin() { return {}; }

    virtual base::Result<std::vector<BoardEntry>> list(const std::string& path) = 0;
    /// Everything below, a folder before what is in it.
    virtual base::Result<std::vector<BoardEntry>> walk(const std::string& path) = 0;
    /// What there is at `path`; nothing if there is nothing.
    virtual base::Result<std::optional<BoardEntry>> look(const std::string& path) = 0;
    virtual base::Result<BoardSpace> space(const std::string& path) = 0;
    virtual base::Result<std::string> sha256(const std::string& path) = 0;

    /// The content goes to `sink` as it comes; whether it is right is known at the end (`malformed` if not).
    virtual base::Result<> read(const std::string& path, const Sink& sink) = 0;

    /// Puts the file aside, checks its hash as the board reads it back, and renames it: at `path` there is the old or
    /// the new file, whatever happens. Small files wait for each other: `flush` writes the last of them.
    virtual base::Result<> write(const std::string& path, std::string_view content) = 0;
    virtual base::Result<> flush() = 0;
    /// Called with the path of each file that has its name, in order.
    virtual void on_written(std::function<void(const std::string& path)> written) = 0;

    /// Which of `wanted` are not on the board as they should be, by their places.
    virtual base::Result<std::vector<std::size_t>> differing(const std::vector<WantedFile>& wanted) = 0;

    /// The same, with what is there instead.
    virtual base::Result<std::vector<Difference>> compare(const std::vector<WantedFile>& wanted);

    /// Whether nothing can be written now: the computer has the board's drive.
    virtual base::Result<bool> is_read_only() { return false; }

    virtual base::Result<> remove(const std::string& path, bool recursive) = 0;
    virtual base::Result<> make_folder(const std::string& path) = 0;
    /// Makes each that does not exist; parents first.
    virtual base::Result<> make_folders(const std::vector<std::string>& paths) = 0;
    virtual base::Result<> remove_folder(const std::string& path) = 0;
    virtual base::Result<> move(const std::string& from, const std::string& to) = 0;
    /// One file, in the same safe way as `write`.
    virtual base::Result<> copy(const std::string& from, const std::string& to) = 0;
    virtual base::Result<> touch(const std::string& path) = 0;
};

/// `folder` and `name` with a slash between them where one is needed.
std::string joined(const std::string& folder, std::string_view name);

} // namespace hub::workbench
