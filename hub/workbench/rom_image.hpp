// SPDX-License-Identifier: Apache-2.0
// A folder of this machine as a ROMFS, and what is in one.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

struct RomFile {
    std::string path; ///< "lib/motor.py"
    std::string content;
};

struct RomEntry {
    std::string path;
    std::uint64_t size = 0; ///< in bytes
};

/// Everything in `folder` but hidden files, `__pycache__` and *.pyc. Errors: those of `read_files`.
base::Result<std::vector<RomFile>> read_rom_folder(const std::filesystem::path& folder);

/// The same image for the same files, in whatever order; without a `comment` mpremote makes it, too. Errors: those of
/// protocol::romfs::image_size.
base::Result<std::string> make_rom_image(std::vector<RomFile> files, std::string_view comment = {});

/// The files in an image, which is checked to its end. Errors: those of protocol::romfs::read_image.
base::Result<std::vector<RomEntry>> list_rom_image(std::string_view image);

/// Puts bytecode in the place of each .py that has no .mpy beside it, by the compiler `mpy_cross`. Errors:
/// `invalid_argument` for a file that it does not take (it says why on stderr), `io`, `not_found` without it.
base::Result<> compile_rom_files(const std::string& mpy_cross, std::vector<RomFile>& files);

} // namespace hub::workbench
