// SPDX-License-Identifier: Apache-2.0
// The file system of a board, through its Python.
#pragma once

#include "base/result.hpp"
#include "hub/workbench/repl/python_runner.hpp"

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
    std::string sha256; ///< in hexadecimal
};

/// Paths are the board's, in UTF-8, of any characters but NUL; relative ones count from Python's current folder, and an
/// empty one is that folder. Errors of all: `not_found`, `already_exists`, `refused` (read-only, the root), `full`,
/// `invalid_argument` (a file where a folder should be), `invalid_state` (interrupted), `too_large`, `io`,
/// `unsupported` (its Python lacks hashlib), those of the runner. What helps is sent to the board once, and stays until
/// its next reset.
class BoardFiles {
public:
    using Sink = std::function<base::Result<>(std::string_view bytes)>;

    /// `runner` outlives this.
    explicit BoardFiles(PythonRunner& runner) : runner_(runner) {}

    base::Result<std::vector<BoardEntry>> list(const std::string& path);
    /// Everything below, a folder before what is in it.
    base::Result<std::vector<BoardEntry>> walk(const std::string& path);
    /// What there is at `path`; nothing if there is nothing.
    base::Result<std::optional<BoardEntry>> look(const std::string& path);
    base::Result<BoardSpace> space(const std::string& path);
    base::Result<std::string> sha256(const std::string& path);

    /// The content goes to `sink` as it comes; whether it is right is known at the end (`malformed` if not).
    base::Result<> read(const std::string& path, const Sink& sink);

    /// Puts the file aside, checks its hash as the board reads it back, and renames it: at `path` there is the old or
    /// the new file, whatever happens. Small files wait for each other: `flush` writes the last of them.
    base::Result<> write(const std::string& path, std::string_view content);
    base::Result<> flush();
    /// Called with the path of each file that has its name, in order.
    void on_written(std::function<void(const std::string& path)> written) { written_ = std::move(written); }

    /// Which of `wanted` are not on the board as they should be, by their places.
    base::Result<std::vector<std::size_t>> differing(const std::vector<WantedFile>& wanted);

    base::Result<> remove(const std::string& path, bool recursive);
    base::Result<> make_folder(const std::string& path);
    /// Makes each that does not exist; parents first.
    base::Result<> make_folders(const std::vector<std::string>& paths);
    base::Result<> remove_folder(const std::string& path);
    base::Result<> move(const std::string& from, const std::string& to);
    /// One file, in the same safe way as `write`.
    base::Result<> copy(const std::string& from, const std::string& to);
    base::Result<> touch(const std::string& path);

private:
    base::Result<std::string> ask(const std::string& code, const std::string& about);
    base::Result<> tell(const std::string& code, const std::string& about);
    base::Result<std::vector<BoardEntry>> entries(const std::string& code, const std::string& about);
    base::Result<> prepare();
    base::Result<> add_block(std::string_view block, const std::string& part);
    void clean_up(const std::string& part);

    PythonRunner& runner_;
    bool prepared_ = false;
    bool has_deflate_ = false;
    bool takes_any_byte_ = false; ///< in a bytes literal, with our escapes
    std::size_t block_ = 1024;    ///< how much a board's memory takes at once, in bytes

    std::string batch_; ///< the program that is sent next
    std::size_t batch_size_ = 0;
    std::string batch_part_;
    std::vector<std::string> batch_paths_; ///< the files that it completes
    std::string open_path_;                ///< the file of which only a part is in it
    std::function<void(const std::string&)> written_;
};

/// `folder` and `name` with a slash between them where one is needed.
std::string joined(const std::string& folder, std::string_view name);

} // namespace hub::workbench
