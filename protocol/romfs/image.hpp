// SPDX-License-Identifier: Apache-2.0
// MicroPython's ROMFS: a read-only file system in one piece, from which a board reads files and runs bytecode in place.
#pragma once

#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

// An image is a record, and records are made of records: kind and length as numbers of seven bits a byte, the highest
// first, then the content. Kinds: 1 a comment, 2 a file's bytes, 3 where in the image they are, 4 a folder, 5 a file; a
// folder's or file's content begins with its name and the name's length. Unknown kinds are skipped. The image itself
// is of kind 14A6B1 and has an even length. Told in MicroPython's extmod/vfs_rom.c.
namespace protocol::romfs {

inline constexpr std::size_t image_size_max = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t path_size_max = 255;
inline constexpr std::size_t depth_max = 16; ///< of folders in folders
inline constexpr std::size_t entries_max = 4096;
/// The longest beginning of an image from which `read_image_size` can read.
inline constexpr std::size_t header_size_max = 16;

// --- Making

/// Neither is owned. `path` is like "lib/ha/__init__.mpy".
struct File {
    std::string_view path;
    std::span<const std::uint8_t> content;
};

/// The order of files in an image: each folder's names sorted, as bytes, whatever they are names of.
bool comes_before(std::string_view a, std::string_view b) noexcept;

/// How large the image is. Files are in order; `comment`, if it is not empty, lies at the beginning, where file
/// systems skip it. Without one, mpremote makes the same of the same files. Errors: `invalid_argument` (an order, a
/// name that is empty, "." or "..", twice the same, a file that is a folder too, too deep), `too_large`.
base::Result<std::size_t> image_size(std::span<const File> files, std::string_view comment) noexcept;

/// Writes it into the first bytes of `image`, and returns its size. Errors: those of `image_size`, `full`.
base::Result<std::size_t> write_image(std::span<const File> files, std::string_view comment,
                                      std::span<std::uint8_t> image) noexcept;

// --- Reading

/// Gets what is in an image. Views are of the image, and the path's until the call returns.
class Visitor {
public:
    virtual void on_comment(std::string_view text) noexcept = 0; ///< of those that lie in no folder
    virtual void on_folder(std::string_view path) noexcept = 0;  ///< before what is in it
    virtual void on_file(std::string_view path, std::span<const std::uint8_t> content) noexcept = 0;

protected:
    ~Visitor() = default;
};

/// How large the image is that begins with `beginning`. Error: `malformed` when it is none, or too large.
base::Result<std::size_t> read_image_size(std::span<const std::uint8_t> beginning) noexcept;

/// Reads all of the image that `bytes` begin with. Errors: `malformed`, also for names that no path can have,
/// `too_large` (paths, depth, entries); what was visited by then is right.
base::Result<> read_image(std::span<const std::uint8_t> bytes, Visitor& visitor) noexcept;

} // namespace protocol::romfs
