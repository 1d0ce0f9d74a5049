// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/file_transfer.hpp"

#include "hub/workbench/repl/digest.hpp"
#include "hub/workbench/repl/download.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

namespace hub::workbench {
namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

struct Plan {
    std::vector<LocalFile> folders; ///< parents first
    std::vector<LocalFile> files;
};

base::Error no_recursion(const std::string& path) {
    return {ErrorCode::invalid_argument, std::string_view(path + " is a folder"),
            "-r takes folders with all that is in them."};
}

// "a/." is what is in a.
bool means_content(const std::string& path) { return path == "." || path.ends_with("/."); }

std::string last_name(std::string path) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path.substr(path.rfind('/') + 1);
}

// --- To the board

base::Result<> plan_folder(Plan& plan, const fs::path& here, const std::string& there) {
    if (!there.empty() && there != "/") plan.folders.push_back({here, there});
    const auto entries = entries_of(here);
    if (!entries) return tl::unexpected(entries.error());
    std::error_code error;
    for (const fs::path& path : *entries) {
        const std::string to = joined(there, path.filename().string());
        if (fs::is_directory(path, error)) {
            if (auto planned = plan_folder(plan, path, to); !planned) return planned;
        } else if (fs::is_regular_file(path, error)) {
            plan.files.push_back({path, to, fs::file_size(path, error)});
        }
    }
    return {};
}

base::Result<Plan> plan_put(const std::vector<fs::path>& sources, const std::string& target, bool into,
                            bool recursive) {
    Plan plan;
    for (const fs::path& source : sources) {
        std::error_code error;
        const std::string name = source.string();
        if (!fs::exists(source, error))
            return base::fail(ErrorCode::not_found, "there is no " + name, "Is the name right?");
        const std::string to = into && !means_content(name) ? joined(target, last_name(name)) : target;
        if (!fs::is_directory(source, error)) {
            plan.files.push_back({source, to, fs::file_size(source, error)});
            continue;
        }
        if (!recursive) return tl::unexpected(no_recursion(name));
        if (auto planned = plan_folder(plan, source, to); !planned) return tl::unexpected(planned.error());
    }
    return plan;
}

// --- From the board

base::Result<Plan> plan_get(BoardFiles& board, const std::vector<std::string>& sources, const fs::path& target,
                            bool into, bool recursive) {
    Plan plan;
    for (const std::string& source : sources) {
        const auto found = board.look(source);
        if (!found) return tl::unexpected(found.error());
        if (!*found)
            return base::fail(ErrorCode::not_found, ":" + source + ": there is no such file or folder on the board");
        const std::string name = last_name(source);
        const bool named = !means_content(source) && !name.empty() && name != "/";
        const fs::path to = into && named ? target / name : target;
        if (!(*found)->is_folder) {
            plan.files.push_back({to, source, (*found)->size});
            continue;
        }
        if (!recursive) return tl::unexpected(no_recursion(":" + source));
        const auto below = board.walk(source);
        if (!below) return tl::unexpected(below.error());
        plan.folders.push_back({to, source});
        for (const BoardEntry& entry : *below) {
            (entry.is_folder ? plan.folders : plan.files)
                .push_back({to / entry.path, joined(source, entry.path), entry.size});
        }
    }
    return plan;
}

// A board may call a file what it likes: nothing may end outside of the folder that was named.
bool stays_below(const std::string& path) {
    for (const fs::path& part : fs::path(path)) {
        if (part == "..") return false;
    }
    return true;
}

base::Error leads_outside(const std::string& path) {
    return {ErrorCode::malformed,
            std::string_view(":" + path + " would be written outside of the folder that was named"),
            "Rename it on the board: `ouro fs mv`."};
}

base::Result<> get_file(BoardFiles& board, const LocalFile& file) {
    const fs::path part = file.here.string() + std::string(part_name);
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    const auto fail_to_write = [&] {
        return base::fail(ErrorCode::io, "cannot write " + part.string() + ": " + std::strerror(errno),
                          "Does the folder exist, and is there room?");
    };
    if (!out) return fail_to_write();
    auto done = board.read(file.there, [&](std::string_view bytes) -> base::Result<> {
        out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (!out) return fail_to_write();
        return {};
    });
    out.close();
    std::error_code error;
    if (done && out) fs::rename(part, file.here, error);
    if (done && (error || !out)) done = fail_to_write();
    if (!done) fs::remove(part, error);
    return done;
}

// Those that are here as the board has them already.
base::Result<std::vector<LocalFile>> missing(BoardFiles& board, const std::vector<LocalFile>& files) {
    std::vector<LocalFile> different;
    std::vector<LocalFile> alike;
    for (const LocalFile& file : files) {
        std::error_code error;
        const bool same_size = fs::is_regular_file(file.here, error) && fs::file_size(file.here, error) == file.size;
        (same_size ? alike : different).push_back(file);
    }
    if (alike.empty()) return different;
    const auto wanted = wanted_files(alike);
    if (!wanted) return tl::unexpected(wanted.error());
    const auto places = board.differing(*wanted);
    if (!places) return tl::unexpected(places.error());
    for (const std::size_t place : *places) different.push_back(alike[place]);
    return different;
}

} // namespace

base::Result<std::vector<fs::path>> entries_of(const fs::path& folder) {
    std::error_code error;
    std::vector<fs::path> entries;
    fs::directory_iterator entry(folder, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) entries.push_back(entry->path());
    if (error) return base::fail(ErrorCode::io, "cannot read " + folder.string() + ": " + error.message());
    std::sort(entries.begin(), entries.end());
    return entries;
}

base::Result<std::string> content_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string content((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
    if (in && content.size() <= board_file_max) return content;
    if (content.size() > board_file_max)
        return base::fail(ErrorCode::too_large, file.string() + " is larger than 64 MB");
    return base::fail(ErrorCode::io, "cannot read " + file.string() + ": " + std::strerror(errno));
}

base::Result<std::vector<WantedFile>> wanted_files(const std::vector<LocalFile>& files) {
    std::vector<WantedFile> wanted;
    for (const LocalFile& file : files) {
        const auto content = content_of(file.here);
        if (!content) return tl::unexpected(content.error());
        wanted.push_back({file.there, content->size(), sha256_hex(*content), crc32_hex(*content)});
    }
    return wanted;
}

base::Result<TransferReport> push(BoardFiles& board, const std::vector<LocalFile>& files, const OnProgress& progress) {
    TransferProgress so_far;
    so_far.files_of = files.size();
    for (const LocalFile& file : files) so_far.bytes_of += file.size;
    board.on_written([&](const std::string& path) {
        so_far.path = path;
        so_far.bytes += files[so_far.files++].size;
        if (progress) progress(so_far);
    });
    base::Result<> done;
    for (std::size_t i = 0; done && i < files.size(); ++i) {
        const auto content = content_of(files[i].here);
        done = content ? board.write(files[i].there, *content) : tl::unexpected(content.error());
    }
    if (done) done = board.flush();
    board.on_written({});
    if (!done) return tl::unexpected(done.error());
    return TransferReport{so_far.files, 0, so_far.bytes};
}

base::Result<TransferReport> put(BoardFiles& board, const std::vector<fs::path>& sources, const std::string& target,
                                 bool recursive, const OnProgress& progress) {
    if (const auto begun = board.begin(); !begun) return tl::unexpected(begun.error());
    const auto there = board.look(target);
    if (!there) return tl::unexpected(there.error());
    const bool is_folder = *there && (*there)->is_folder;
    if (!is_folder && (target.ends_with('/') || sources.size() > 1)) {
        return base::fail(ErrorCode::not_found, ":" + target + " is no folder on the board",
                          "`ouro fs mkdir` makes one.");
    }
    const auto plan = plan_put(sources, target, is_folder, recursive);
    if (!plan) return tl::unexpected(plan.error());
    std::vector<std::string> folders;
    for (const LocalFile& folder : plan->folders) folders.push_back(folder.there);
    if (!folders.empty()) {
        if (const auto made = board.make_folders(folders); !made) return tl::unexpected(made.error());
    }
    const auto wanted = wanted_files(plan->files);
    if (!wanted) return tl::unexpected(wanted.error());
    const auto places = board.differing(*wanted);
    if (!places) return tl::unexpected(places.error());
    std::vector<LocalFile> files;
    for (const std::size_t place : *places) files.push_back(plan->files[place]);
    auto report = push(board, files, progress);
    if (report) report->unchanged = plan->files.size() - files.size();
    return report;
}

base::Result<TransferReport> get(BoardFiles& board, const std::vector<std::string>& sources, const fs::path& target,
                                 bool recursive, const OnProgress& progress) {
    std::error_code error;
    const bool is_folder = fs::is_directory(target, error);
    if (!is_folder && (sources.size() > 1 || target.string().ends_with('/'))) {
        return base::fail(ErrorCode::not_found, target.string() + " is no folder here", "mkdir makes one.");
    }
    if (const auto begun = board.begin(); !begun) return tl::unexpected(begun.error());
    const auto plan = plan_get(board, sources, target, is_folder, recursive);
    if (!plan) return tl::unexpected(plan.error());
    for (const LocalFile& folder : plan->folders) {
        if (!stays_below(folder.here.lexically_relative(target).string()))
            return tl::unexpected(leads_outside(folder.there));
        fs::create_directories(folder.here, error);
        if (error) return base::fail(ErrorCode::io, "cannot make " + folder.here.string() + ": " + error.message());
    }
    for (const LocalFile& file : plan->files) {
        if (!stays_below(file.here.lexically_relative(target).string()))
            return tl::unexpected(leads_outside(file.there));
    }
    const auto files = missing(board, plan->files);
    if (!files) return tl::unexpected(files.error());
    TransferProgress so_far;
    so_far.files_of = files->size();
    for (const LocalFile& file : *files) so_far.bytes_of += file.size;
    for (const LocalFile& file : *files) {
        if (const auto done = get_file(board, file); !done) return tl::unexpected(done.error());
        so_far.path = file.there;
        so_far.bytes += file.size;
        ++so_far.files;
        if (progress) progress(so_far);
    }
    return TransferReport{so_far.files, plan->files.size() - files->size(), so_far.bytes};
}

} // namespace hub::workbench
