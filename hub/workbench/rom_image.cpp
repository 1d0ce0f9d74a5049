// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/rom_image.hpp"

#include "hub/workbench/app_files.hpp"
#include "protocol/romfs/image.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <utility>

namespace hub::workbench {

using base::ErrorCode;
namespace fs = std::filesystem;
namespace romfs = protocol::romfs;

namespace {

std::span<const std::uint8_t> bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class Lister final : public romfs::Visitor {
public:
    void on_comment(std::string_view) noexcept override {}
    void on_folder(std::string_view) noexcept override {}
    void on_file(std::string_view path, std::span<const std::uint8_t> content) noexcept override {
        entries.push_back({std::string(path), content.size()});
    }
    std::vector<RomEntry> entries;
};

/// A folder of its own, removed with all that is in it.
class WorkFolder {
public:
    WorkFolder() {
        std::string name = (fs::temp_directory_path() / "ouro-mpy-XXXXXX").string();
        if (::mkdtemp(name.data()) != nullptr) path_ = name;
    }
    ~WorkFolder() {
        std::error_code ignored;
        if (!path_.empty()) fs::remove_all(path_, ignored);
    }
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;

    const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

/// Its exit code; nothing when it could not be started. `words` begins with the program.
std::optional<int> run_to_end(std::vector<std::string> words) {
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    pid_t pid = 0;
    if (::posix_spawnp(&pid, pointers[0], nullptr, nullptr, pointers.data(), ::environ) != 0) return std::nullopt;
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) return std::nullopt;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

base::Result<> compile(const std::string& mpy_cross, const WorkFolder& work, RomFile& file) {
    const fs::path source = work.path() / "in.py";
    const fs::path target = work.path() / "out.mpy";
    std::error_code ignored;
    fs::remove(target, ignored);
    if (!(std::ofstream(source, std::ios::binary) << file.content)) {
        return base::fail(ErrorCode::io, "cannot write " + source.string());
    }
    // The name after -s is what tracebacks say.
    const auto code = run_to_end({mpy_cross, "-s", file.path, "-o", target.string(), source.string()});
    if (!code) {
        return base::fail(ErrorCode::not_found, "there is no program " + mpy_cross,
                          "OURO_MPY_CROSS names the mpy-cross of the board's MicroPython; --no-mpy does without.");
    }
    std::ifstream compiled(target, std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(compiled)), std::istreambuf_iterator<char>());
    if (*code != 0 || content.empty()) {
        return base::fail(ErrorCode::invalid_argument, mpy_cross + " does not compile " + file.path,
                          "Mend the file, or take all files as they are with --no-mpy.");
    }
    file.path.replace(file.path.size() - 3, 3, ".mpy");
    file.content = std::move(content);
    return {};
}

} // namespace

base::Result<std::vector<RomFile>> read_rom_folder(const fs::path& folder) {
    const auto listed = read_files(folder);
    if (!listed) return tl::unexpected(listed.error());
    std::vector<RomFile> files;
    for (const AppFile& file : *listed) {
        auto content = content_of(file);
        if (!content) return tl::unexpected(content.error());
        files.push_back({file.path, std::move(*content)});
    }
    return files;
}

base::Result<std::string> make_rom_image(std::vector<RomFile> files, std::string_view comment) {
    std::sort(files.begin(), files.end(),
              [](const RomFile& a, const RomFile& b) { return romfs::comes_before(a.path, b.path); });
    std::vector<romfs::File> views;
    views.reserve(files.size());
    for (const RomFile& file : files) views.push_back({file.path, bytes_of(file.content)});
    const auto size = romfs::image_size(views, comment);
    if (!size) return tl::unexpected(size.error());
    std::string image(*size, '\0');
    const auto written =
        romfs::write_image(views, comment, {reinterpret_cast<std::uint8_t*>(image.data()), image.size()});
    if (!written) return tl::unexpected(written.error());
    return image;
}

base::Result<std::vector<RomEntry>> list_rom_image(std::string_view image) {
    Lister lister;
    if (const auto read = romfs::read_image(bytes_of(image), lister); !read) return tl::unexpected(read.error());
    return std::move(lister.entries);
}

base::Result<> compile_rom_files(const std::string& mpy_cross, std::vector<RomFile>& files) {
    const WorkFolder work;
    if (work.path().empty()) return base::fail(ErrorCode::io, "cannot make a folder for what is compiled");
    std::set<std::string> there;
    for (const RomFile& file : files) there.insert(file.path);
    for (RomFile& file : files) {
        if (!file.path.ends_with(".py")) continue;
        if (there.contains(file.path.substr(0, file.path.size() - 3) + ".mpy")) continue;
        if (auto compiled = compile(mpy_cross, work, file); !compiled) return compiled;
    }
    return {};
}

} // namespace hub::workbench
