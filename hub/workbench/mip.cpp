// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/mip.hpp"

#include "hub/workbench/repl/digest.hpp"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

namespace hub::workbench {

using base::ErrorCode;

namespace {

struct Fetched {
    LockedFile file;
    std::optional<std::string> content; ///< nothing when the board has it
};

/// All packages of one run, and their files by path.
class Gathering {
public:
    Gathering(DocumentSource& source, BoardFiles& board, const MipPlace& place)
        : source_(source),
          board_(board),
          place_(place) {}

    base::Result<> know(const std::vector<LockedPackage>& locked) {
        std::vector<WantedFile> wanted;
        std::vector<LockedFile> files;
        for (const LockedPackage& package : locked) {
            for (const LockedFile& file : package.files) {
                files.push_back(file);
                wanted.push_back({joined(place_.target, file.path), file.size, file.sha256});
            }
        }
        const auto differing = board_.differing(wanted);
        if (!differing) return tl::unexpected(differing.error());
        const std::set<std::size_t> changed(differing->begin(), differing->end());
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (!changed.contains(i)) present_.emplace(files[i].path, files[i]);
        }
        return {};
    }

    base::Result<> gather(const std::vector<PackageWish>& wishes) {
        std::deque<PackageWish> open(wishes.begin(), wishes.end());
        std::set<std::string> seen;
        while (!open.empty()) {
            const PackageWish wish = open.front();
            open.pop_front();
            if (!seen.insert(wish.name).second) continue;
            if (seen.size() > mip_packages_max) {
                return base::fail(ErrorCode::too_large, "more than 50 packages would be installed",
                                  "Do they need each other without end?");
            }
            const auto needs = gather_one(wish);
            if (!needs) return tl::unexpected(needs.error());
            open.insert(open.end(), needs->begin(), needs->end());
        }
        return {};
    }

    base::Result<> add(LockedPackage& package, const PackageFile& wanted) {
        auto fetched = fetch(wanted);
        if (!fetched) return tl::unexpected(fetched.error());
        package.files.push_back(fetched->file);
        const auto [at, is_new] = files_.emplace(wanted.path, std::move(*fetched));
        if (is_new || at->second.file.sha256 == package.files.back().sha256) return {};
        return base::fail(ErrorCode::already_exists, "two packages have a file " + wanted.path + ", and not the same",
                          "Install one of them with --target elsewhere.");
    }

    base::Result<MipReport> write(std::vector<LockedPackage> before) {
        MipReport report{packages_, 0, 0};
        if (auto made = make_folders(); !made) return tl::unexpected(made.error());
        auto missing = missing_ones();
        if (!missing) return tl::unexpected(missing.error());
        base::Result<> done;
        for (const Fetched* one : *missing) {
            if (done) done = board_.write(joined(place_.target, one->file.path), *one->content);
        }
        report.written = missing->size();
        report.unchanged = files_.size() - missing->size();
        for (const LockedPackage& package : packages_) {
            std::erase_if(before, [&](const LockedPackage& old) { return old.name == package.name; });
            before.push_back(package);
        }
        std::sort(before.begin(), before.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        if (done) done = board_.flush();
        if (done) done = board_.write(joined(place_.target, mip_lock_name), lock_text(before));
        if (done) done = board_.flush();
        if (!done) return tl::unexpected(done.error());
        return report;
    }

    void add(LockedPackage package) { packages_.push_back(std::move(package)); }

private:
    base::Result<std::vector<PackageWish>> gather_one(const PackageWish& wish) {
        const PackageAddress address = address_of(wish, place_.index, place_.mpy);
        LockedPackage package{wish.name, wish.version, {}};
        PackageContent content;
        if (address.is_file) {
            const std::string name = address.url.substr(address.url.rfind('/') + 1);
            if (!is_safe_package_path(name))
                return base::fail(ErrorCode::invalid_argument, address.url + " names no file");
            content.files = {{name, address.url, ""}};
        } else {
            const auto json = source_.get(address.url, mip_json_max);
            if (!json) return tl::unexpected(json.error());
            auto parsed = parse_package(*json, address, wish, place_.index);
            if (!parsed) return tl::unexpected(parsed.error());
            content = std::move(*parsed);
        }
        if (package.version.empty()) package.version = content.version;
        for (const PackageFile& file : content.files) {
            if (auto added = add(package, file); !added) return tl::unexpected(added.error());
        }
        add(std::move(package));
        return content.needs;
    }

    base::Result<Fetched> fetch(const PackageFile& wanted) {
        const auto there = present_.find(wanted.path);
        if (there != present_.end() && !wanted.hash.empty() && there->second.sha256.starts_with(wanted.hash)) {
            return Fetched{{wanted.path, wanted.url, there->second.sha256, there->second.size}, std::nullopt};
        }
        auto content = source_.get(wanted.url, mip_file_max);
        if (!content) return tl::unexpected(content.error());
        total_ += content->size();
        if (total_ > mip_total_max)
            return base::fail(ErrorCode::too_large, "the packages have more than 8 MiB", "Install fewer.");
        const std::string hash = sha256_hex(*content);
        if (!hash.starts_with(wanted.hash)) {
            return base::fail(ErrorCode::malformed, wanted.path + " is not what its hash says: " + wanted.url,
                              "Nothing was installed. Has the file changed, or has somebody changed it?");
        }
        const auto size = content->size();
        return Fetched{{wanted.path, wanted.url, hash, size}, std::move(*content)};
    }

    base::Result<> make_folders() {
        std::set<std::string> folders;
        const auto add_parents = [&](const std::string& path) {
            for (auto slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
                folders.insert(path.substr(0, slash));
            }
        };
        add_parents(place_.target + "/");
        for (const auto& [path, file] : files_) add_parents(joined(place_.target, path));
        return board_.make_folders({folders.begin(), folders.end()});
    }

    base::Result<std::vector<const Fetched*>> missing_ones() {
        std::vector<const Fetched*> fetched;
        std::vector<WantedFile> wanted;
        for (const auto& [path, one] : files_) {
            if (!one.content) continue;
            fetched.push_back(&one);
            wanted.push_back({joined(place_.target, path), one.file.size, one.file.sha256});
        }
        const auto differing = board_.differing(wanted);
        if (!differing) return tl::unexpected(differing.error());
        std::vector<const Fetched*> missing;
        for (const std::size_t place : *differing) missing.push_back(fetched[place]);
        return missing;
    }

    DocumentSource& source_;
    BoardFiles& board_;
    const MipPlace& place_;
    std::map<std::string, LockedFile> present_; ///< on the board, as the lock says
    std::vector<LockedPackage> packages_;
    std::map<std::string, Fetched> files_;
    std::size_t total_ = 0;
};

} // namespace

base::Result<std::vector<LockedPackage>> read_lock(BoardFiles& board, const std::string& target) {
    const std::string path = joined(target, mip_lock_name);
    const auto there = board.look(path);
    if (!there) return tl::unexpected(there.error());
    if (!*there) return std::vector<LockedPackage>();
    std::string text;
    const auto read = board.read(path, [&](std::string_view bytes) -> base::Result<> {
        text += bytes;
        if (text.size() <= mip_json_max * 4) return {};
        return base::fail(ErrorCode::too_large, "the lock file is larger than 1 MiB");
    });
    if (!read) return tl::unexpected(read.error());
    return parse_lock(text);
}

base::Result<MipReport> install_packages(DocumentSource& source, BoardFiles& board, const MipPlace& place,
                                         const std::vector<PackageWish>& wishes) {
    auto locked = read_lock(board, place.target);
    if (!locked) return tl::unexpected(locked.error());
    Gathering gathering(source, board, place);
    if (auto known = gathering.know(*locked); !known) return tl::unexpected(known.error());
    if (auto gathered = gathering.gather(wishes); !gathered) return tl::unexpected(gathered.error());
    return gathering.write(std::move(*locked));
}

base::Result<MipReport> install_locked(DocumentSource& source, BoardFiles& board, const MipPlace& place,
                                       const std::vector<LockedPackage>& locked) {
    Gathering gathering(source, board, place);
    if (auto known = gathering.know(locked); !known) return tl::unexpected(known.error());
    for (const LockedPackage& wanted : locked) {
        LockedPackage package{wanted.name, wanted.version, {}};
        for (const LockedFile& file : wanted.files) {
            if (auto added = gathering.add(package, {file.path, file.url, file.sha256}); !added) {
                return tl::unexpected(added.error());
            }
        }
        gathering.add(std::move(package));
    }
    return gathering.write({});
}

base::Result<std::vector<bool>> check_locked(BoardFiles& board, const std::string& target,
                                             const std::vector<LockedPackage>& locked) {
    std::vector<WantedFile> wanted;
    std::vector<std::size_t> owner;
    for (std::size_t i = 0; i < locked.size(); ++i) {
        for (const LockedFile& file : locked[i].files) {
            wanted.push_back({joined(target, file.path), file.size, file.sha256});
            owner.push_back(i);
        }
    }
    const auto differing = board.differing(wanted);
    if (!differing) return tl::unexpected(differing.error());
    std::vector<bool> whole(locked.size(), true);
    for (const std::size_t place : *differing) whole[owner[place]] = false;
    return whole;
}

} // namespace hub::workbench
