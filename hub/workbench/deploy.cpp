// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/deploy.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace hub::workbench {

using base::ErrorCode;

namespace {

// What a file system needs beside the files themselves: folders, and the rest of each last block.
constexpr std::uint64_t overhead_each = 512;

std::vector<WantedFile> wanted_in(const std::string& folder, const AppFolder& app) {
    std::vector<WantedFile> wanted;
    for (const AppFile& file : app.files) wanted.push_back({joined(folder, file.path), file.size, file.sha256});
    return wanted;
}

base::Result<std::set<std::size_t>> differing_in(BoardFiles& files, const std::string& folder, const AppFolder& app) {
    const auto places = files.differing(wanted_in(folder, app));
    if (!places) return tl::unexpected(places.error());
    return std::set<std::size_t>(places->begin(), places->end());
}

// `folder`, and each folder of the app in it, parents first.
std::vector<std::string> folders_of(const std::string& folder, const AppFolder& app) {
    std::set<std::string> below;
    for (const AppFile& file : app.files) {
        for (auto slash = file.path.find('/'); slash != std::string::npos; slash = file.path.find('/', slash + 1)) {
            below.insert(joined(folder, file.path.substr(0, slash)));
        }
    }
    std::vector<std::string> folders{folder};
    folders.insert(folders.end(), below.begin(), below.end());
    return folders;
}

// Copies come first: a file that waits to be sent has begun under the name that a copy in its folder would take.
base::Result<> put_missing(BoardFiles& files, const AppFolder& app, const DeployPlan& plan,
                           const std::set<std::size_t>& missing, const std::string& folder) {
    for (const std::size_t i : missing) {
        const std::string& path = app.files[i].path;
        if (plan.changes[i] != FileChange::same) continue;
        if (auto copied = files.copy(joined(*plan.current, path), joined(folder, path)); !copied) return copied;
    }
    for (const std::size_t i : missing) {
        if (plan.changes[i] == FileChange::same) continue;
        const auto content = content_of(app.files[i]);
        if (!content) return tl::unexpected(content.error());
        auto written = files.write(joined(folder, app.files[i].path), *content);
        if (!written) return written;
    }
    return files.flush();
}

base::Result<> check_room(BoardFiles& files, const AppFolder& app, const std::set<std::size_t>& missing) {
    const auto space = files.space("");
    if (!space) return tl::unexpected(space.error());
    std::uint64_t needed = 0;
    for (const std::size_t i : missing) needed += app.files[i].size + overhead_each;
    if (needed <= space->free) return {};
    const auto kib = [](std::uint64_t bytes) { return std::to_string((bytes + 1023) / 1024) + " KiB"; };
    return base::fail(ErrorCode::full,
                      "the new version needs " + kib(needed) + " beside the old one, and the board has " +
                          kib(space->free) + " free",
                      "`ouro df` shows the room; `ouro rm -r` makes some.");
}

} // namespace

bool DeployPlan::is_nothing() const {
    return current && removed.empty() &&
           std::all_of(changes.begin(), changes.end(), [](FileChange change) { return change == FileChange::same; });
}

base::Result<DeployPlan> plan_deploy(DeployTarget& target, BoardFiles& files, const AppFolder& app) {
    DeployPlan plan;
    auto current = target.current(app.name);
    if (!current) return tl::unexpected(current.error());
    plan.current = *current;
    plan.changes.assign(app.files.size(), FileChange::added);
    if (plan.current) {
        const auto there = files.walk(*plan.current);
        if (!there) return tl::unexpected(there.error());
        const auto differing = differing_in(files, *plan.current, app);
        if (!differing) return tl::unexpected(differing.error());
        std::set<std::string> old;
        for (const BoardEntry& entry : *there) {
            if (!entry.is_folder) old.insert(entry.path);
        }
        for (std::size_t i = 0; i < app.files.size(); ++i) {
            const bool was_there = old.erase(app.files[i].path) > 0;
            if (was_there) plan.changes[i] = differing->contains(i) ? FileChange::changed : FileChange::same;
        }
        plan.removed.assign(old.begin(), old.end());
    }
    for (std::size_t i = 0; i < app.files.size(); ++i) {
        plan.bytes_needed += app.files[i].size + overhead_each;
        // How long a secret is, is nobody's business.
        const bool is_told = plan.changes[i] != FileChange::same && app.files[i].secrets.empty();
        if (is_told) plan.bytes += app.files[i].size;
    }
    const auto space = files.space("");
    if (!space) return tl::unexpected(space.error());
    plan.bytes_free = space->free;
    return plan;
}

base::Result<> stage_deploy(DeployTarget& target, BoardFiles& files, const AppFolder& app, const DeployPlan& plan,
                            const std::function<void(const AppFile&, FileChange)>& done) {
    const auto folder = target.prepare(app);
    if (!folder) return tl::unexpected(folder.error());
    auto missing = differing_in(files, *folder, app);
    if (!missing) return tl::unexpected(missing.error());
    if (auto enough = check_room(files, app, *missing); !enough) return enough;
    if (auto made = files.make_folders(folders_of(*folder, app)); !made) return made;
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < app.files.size(); ++i) {
        places.emplace(joined(*folder, app.files[i].path), i);
        const bool is_sent = missing->contains(i) && plan.changes[i] != FileChange::same;
        if (!is_sent) done(app.files[i], plan.changes[i]);
    }
    files.on_written([&](const std::string& path) {
        if (const auto at = places.find(path); at != places.end())
            done(app.files[at->second], plan.changes[at->second]);
    });
    auto put = put_missing(files, app, plan, *missing, *folder);
    files.on_written({});
    if (!put) return put;
    missing = differing_in(files, *folder, app);
    if (!missing) return tl::unexpected(missing.error());
    if (missing->empty()) return {};
    return base::fail(ErrorCode::malformed, app.files[*missing->begin()].path + " does not read back as it was written",
                      "Is the board's flash worn? Try once more.");
}

} // namespace hub::workbench
