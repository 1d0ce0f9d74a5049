// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/boot_drive.hpp"

#include "protocol/uf2/uf2.hpp"

#include <fcntl.h>
#include <strings.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

namespace hub::workbench::flash {

namespace fs = std::filesystem;
namespace uf2 = protocol::uf2;

namespace {

constexpr std::size_t info_size_max = 4096;
constexpr const char* info_name = "INFO_UF2.TXT";

/// As the drive spells it: its file system may know one case only.
fs::path info_file(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        if (::strcasecmp(entry->path().filename().c_str(), info_name) == 0) return entry->path();
    }
    return {};
}

std::string value_after(const std::string& text, const std::string& key) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with(key)) continue;
        const auto begin = line.find_first_not_of(" \t", key.size());
        const auto end = line.find_last_not_of(" \t\r");
        return begin == std::string::npos ? "" : line.substr(begin, end - begin + 1);
    }
    return {};
}

/// /proc/self/mounts writes a space as \040.
std::string unescaped(const std::string& field) {
    std::string text;
    for (std::size_t i = 0; i < field.size(); ++i) {
        const bool octal = field[i] == '\\' && i + 3 < field.size();
        text += octal ? static_cast<char>(std::stoi(field.substr(i + 1, 3), nullptr, 8)) : field[i];
        if (octal) i += 3;
    }
    return text;
}

base::Result<> check_family(const BootDrive& drive, const uf2::Contents& contents, bool insist) {
    if (!contents.family || insist) return {};
    auto fits = uf2::family_fits(*contents.family, drive.board_id);
    if (!fits) fits = uf2::family_fits(*contents.family, drive.model);
    if (fits.value_or(true)) return {};
    return base::fail(base::ErrorCode::refused,
                      std::string("the file is for ") + uf2::family_name(*contents.family) + ", but the board is " +
                          drive.board_id,
                      "Fetch the firmware for this board; --force writes it all the same.");
}

} // namespace

base::Result<BootDrive> read_boot_drive(const fs::path& folder) {
    const fs::path info = info_file(folder);
    std::ifstream file(info);
    if (info.empty() || !file) {
        return base::fail(base::ErrorCode::not_found, folder.string() + " is no boot drive: it holds no INFO_UF2.TXT",
                          "Hold BOOTSEL while you plug the board in.");
    }
    std::string text(info_size_max, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    return BootDrive{folder, value_after(text, "Model:"), value_after(text, "Board-ID:")};
}

std::vector<BootDrive> find_boot_drives(const fs::path& mounts) {
    std::vector<BootDrive> found;
    std::ifstream file(mounts);
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string device, folder, kind;
        fields >> device >> folder >> kind;
        if (kind != "vfat" && kind != "msdos") continue;
        if (const auto drive = read_boot_drive(unescaped(folder))) found.push_back(*drive);
    }
    return found;
}

base::Result<> write_boot_drive(const BootDrive& drive, std::span<const std::uint8_t> file, bool insist) {
    const auto contents = uf2::parse_file(file);
    if (!contents) return tl::unexpected(contents.error());
    if (const auto checked = check_family(drive, *contents, insist); !checked) return checked;
    const fs::path path = drive.folder / "firmware.uf2";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0) {
        return base::fail(base::ErrorCode::io, "cannot write to " + path.string() + ": " + std::strerror(errno),
                          "Is the drive mounted for you to write to?");
    }
    std::size_t written = 0;
    int problem = 0;
    while (problem == 0 && written < file.size()) {
        const ssize_t size = ::write(fd, file.data() + written, file.size() - written);
        if (size > 0) {
            written += static_cast<std::size_t>(size);
        } else if (errno != EINTR) {
            problem = errno;
        }
    }
    if (problem == 0 && ::fsync(fd) != 0) problem = errno;
    ::close(fd);
    const bool restarted = !read_boot_drive(drive.folder).has_value();
    if (problem == 0 || (written == file.size() && restarted)) return {};
    return base::fail(base::ErrorCode::io,
                      "the drive took " + std::to_string(written) + " of " + std::to_string(file.size()) +
                          " bytes: " + std::strerror(problem),
                      "Plug the board in again with BOOTSEL held, and try again.");
}

} // namespace hub::workbench::flash
