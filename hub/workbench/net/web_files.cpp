// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/net/web_files.hpp"

#include "hub/core/safe_json.hpp"
#include "hub/workbench/repl/digest.hpp"

#include <algorithm>
#include <cstdint>
#include <map>

namespace hub::workbench {
namespace {

using base::ErrorCode;
using core::Json;

constexpr std::size_t listing_size_max = std::size_t{4} * 1024 * 1024;
constexpr std::size_t target_size_max = 255; // of CircuitPython's buffers for a path and for a header
constexpr int depth_max = 16;

// What the board's HTTP says.
enum Status : unsigned {
    ok = 200,
    created = 201,
    no_content = 204,
    unauthorized = 401,
    forbidden = 403,
    missing = 404,
    conflict = 409,
    taken = 412,
    payload_too_large = 413,
    expectation_failed = 417,
    server_error = 500,
};

base::Error error_of(unsigned status, const std::string& about) {
    const std::string what = ":" + about + ": ";
    const auto error = [&](ErrorCode code, std::string_view said, std::string_view hint) {
        return base::Error{code, std::string_view(what + std::string(said)), hint};
    };
    switch (status) {
    case unauthorized:
        return error(ErrorCode::refused, "the board refuses the password",
                     "It is CIRCUITPY_WEB_API_PASSWORD in the board's settings.toml.");
    case forbidden:
        return error(ErrorCode::refused, "the board has no password set, and lets nobody in",
                     "Set CIRCUITPY_WEB_API_PASSWORD in its settings.toml.");
    case missing:
        return error(ErrorCode::not_found, "there is no such file or folder on the board",
                     "`ouro fs ls` shows what there is.");
    case conflict:
    case server_error: // until CircuitPython 9
        return error(ErrorCode::refused, "the computer on the board's USB has its drive, and only one may write",
                     "Eject CIRCUITPY there, or call storage.disable_usb_drive() in boot.py.");
    case taken: return error(ErrorCode::already_exists, "it exists already", "");
    case payload_too_large:
    case expectation_failed:
        return error(ErrorCode::full, "the board has no room for it", "`ouro fs df` shows the room.");
    default: return error(ErrorCode::io, "the board answers with HTTP " + std::to_string(status), "Try once more.");
    }
}

base::Error strange_answer(const std::string& about) {
    return {ErrorCode::malformed, std::string_view(":" + about + ": the board's answer makes no sense"),
            "Is there CircuitPython 8 or later on it?"};
}

/// The names on the way; nothing when it leads above the root or has a NUL in it.
std::optional<std::vector<std::string>> names_of(const std::string& path) {
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin <= path.size();) {
        const auto end = std::min(path.find('/', begin), path.size());
        const std::string name = path.substr(begin, end - begin);
        if (name == ".." || name.find('\0') != std::string::npos) return std::nullopt;
        if (!name.empty() && name != ".") names.push_back(name);
        begin = end + 1;
    }
    return names;
}

std::string percent_encoded(std::string_view name) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const char c : name) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
                           c == '_' || c == '-' || c == '~';
        const auto byte = static_cast<unsigned char>(c);
        if (plain) text += c;
        if (!plain) text += {'%', digits[byte >> 4U], digits[byte & 0x0FU]};
    }
    return text;
}

base::Result<std::string> target_of(const std::string& path, bool folder) {
    const auto names = names_of(path);
    if (!names) {
        return base::fail(ErrorCode::invalid_argument, ":" + path + " leads nowhere on the board",
                          "Paths count from the root, without \"..\".");
    }
    std::string target = "/fs";
    for (const std::string& name : *names) target += "/" + percent_encoded(name);
    if (folder || names->empty()) target += "/";
    if (target.size() <= target_size_max) return target;
    return base::fail(ErrorCode::invalid_argument, ":" + path + " is too long a path for the board",
                      "It takes 255 bytes, with letters such as ä as six.");
}

std::string folder_of(const std::string& path) {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, std::max<std::size_t>(slash, 1));
}

bool is_root(const std::string& path) {
    const auto names = names_of(path);
    return names && names->empty();
}

std::optional<std::uint64_t> number_in(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
    return found->get<std::uint64_t>();
}

std::optional<BoardEntry> entry_of(const Json& object) {
    if (!object.is_object()) return std::nullopt;
    const auto name = object.find("name");
    const auto folder = object.find("directory");
    const auto size = number_in(object, "file_size");
    if (name == object.end() || !name->is_string() || folder == object.end() || !folder->is_boolean()) return {};
    BoardEntry entry{name->get<std::string>(), folder->get<bool>(), size.value_or(0)};
    const bool is_name = !entry.path.empty() && entry.path != "." && entry.path != ".." &&
                         entry.path.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
    if (!is_name || (!size && !entry.is_folder)) return std::nullopt;
    return entry;
}

std::optional<BoardSpace> space_of(const Json& object) {
    const auto block = number_in(object, "block_size");
    const auto total = number_in(object, "total");
    const auto free = number_in(object, "free");
    constexpr std::uint64_t sane = std::uint64_t{1} << 32U;
    if (!block || !total || !free || *block > sane || *total >= sane || *free > *total) return std::nullopt;
    return BoardSpace{*total * *block, *free * *block};
}

} // namespace

base::Result<unsigned> WebFiles::ask(const std::string& method, const std::string& path, bool folder,
                                     std::string_view body) {
    const auto target = target_of(path, folder);
    if (!target) return tl::unexpected(target.error());
    const WebRequest request{method, *target, false, {}, body};
    return board_.ask(request, [](std::string_view) -> base::Result<> { return {}; });
}

base::Result<> WebFiles::must(const std::string& method, const std::string& path, bool folder, std::string_view body) {
    const auto status = ask(method, path, folder, body);
    if (!status) return tl::unexpected(status.error());
    if (*status == created || *status == no_content) return {};
    return tl::unexpected(error_of(*status, path));
}

base::Result<WebFiles::Listing> WebFiles::listing(const std::string& path) {
    const auto target = target_of(path, true);
    if (!target) return tl::unexpected(target.error());
    std::string text;
    const auto status = board_.ask({"GET", *target, true}, [&](std::string_view piece) -> base::Result<> {
        if (text.size() + piece.size() > listing_size_max) {
            return base::fail(ErrorCode::too_large, ":" + path + " has too many files", "Name a folder in it.");
        }
        text += piece;
        return {};
    });
    if (!status) return tl::unexpected(status.error());
    if (*status != ok) return tl::unexpected(error_of(*status, path));
    const auto json = core::parse_json(text, listing_size_max);
    if (!json) return tl::unexpected(strange_answer(path));
    // An array until version 3 of the interface, an object since.
    const Json* const files = json->is_object() && json->contains("files") ? &(*json)["files"] : &*json;
    if (!files->is_array() || files->size() > board_entries_max) return tl::unexpected(strange_answer(path));
    Listing found;
    for (const Json& file : *files) {
        auto entry = entry_of(file);
        if (!entry) return tl::unexpected(strange_answer(path));
        found.entries.push_back(std::move(*entry));
    }
    std::sort(found.entries.begin(), found.entries.end(),
              [](const BoardEntry& one, const BoardEntry& other) { return one.path < other.path; });
    if (json->is_object()) found.space = space_of(*json);
    return found;
}

base::Result<std::vector<BoardEntry>> WebFiles::list(const std::string& path) {
    auto found = listing(path);
    if (!found) return tl::unexpected(found.error());
    return std::move(found->entries);
}

base::Result<std::vector<BoardEntry>> WebFiles::walk(const std::string& path) {
    std::vector<BoardEntry> all;
    const std::function<base::Result<>(const std::string&, int)> below = [&](const std::string& prefix,
                                                                             int depth) -> base::Result<> {
        const auto found = listing(joined(path, prefix));
        if (!found) return tl::unexpected(found.error());
        for (const BoardEntry& entry : found->entries) {
            all.push_back({joined(prefix, entry.path), entry.is_folder, entry.size});
            if (all.size() > board_entries_max || depth > depth_max) {
                return base::fail(ErrorCode::too_large, ":" + path + " has too many files", "Name a folder in it.");
            }
            if (!entry.is_folder) continue;
            if (auto done = below(all.back().path, depth + 1); !done) return done;
        }
        return {};
    };
    if (auto done = below("", 1); !done) return tl::unexpected(done.error());
    return all;
}

base::Result<std::optional<BoardEntry>> WebFiles::look(const std::string& path) {
    const auto names = names_of(path);
    if (names && names->empty()) return BoardEntry{path, true, 0};
    std::string trimmed = path;
    while (trimmed.ends_with('/')) trimmed.pop_back();
    const auto found = listing(folder_of(trimmed));
    if (!found) {
        if (found.error().code == ErrorCode::not_found) return std::nullopt;
        return tl::unexpected(found.error());
    }
    for (const BoardEntry& entry : found->entries) {
        if (names && entry.path == names->back()) return BoardEntry{path, entry.is_folder, entry.size};
    }
    return std::nullopt;
}

base::Result<BoardSpace> WebFiles::space(const std::string& path) {
    const auto found = listing(path);
    if (!found) return tl::unexpected(found.error());
    if (found->space) return *found->space;
    return base::fail(ErrorCode::unsupported, "this CircuitPython does not say how much room there is",
                      "One since 9.0 does.");
}

base::Result<std::string> WebFiles::sha256(const std::string& path) {
    Digest digest;
    const auto read_all = read(path, [&](std::string_view bytes) -> base::Result<> {
        digest.add(bytes);
        return {};
    });
    if (!read_all) return tl::unexpected(read_all.error());
    return digest.hex();
}

base::Result<> WebFiles::read(const std::string& path, const Sink& sink) {
    const auto target = target_of(path, false);
    if (!target) return tl::unexpected(target.error());
    const auto status = board_.ask({"GET", *target}, sink);
    if (!status) return tl::unexpected(status.error());
    if (*status != ok) return tl::unexpected(error_of(*status, path));
    return {};
}

base::Result<> WebFiles::write(const std::string& path, std::string_view content) {
    const std::string part = joined(folder_of(path), part_name);
    bool old_is_gone = false;
    auto done = put_aside(part, content);
    if (done) done = take_name(part, path, false, old_is_gone);
    if (!done && old_is_gone) {
        return base::fail(ErrorCode::io, ":" + path + " is whole, but lies there as " + std::string(part_name),
                          "ouro fs mv gives it its name: :" + part + " :" + path);
    }
    if (!done) {
        (void)ask("DELETE", part, false); // it may not even be there
        return done;
    }
    if (written_) written_(path);
    return {};
}

base::Result<> WebFiles::put_aside(const std::string& part, std::string_view content) {
    if (auto put = must("PUT", part, false, content); !put) return put;
    const auto hash = sha256(part);
    if (!hash) return tl::unexpected(hash.error());
    if (*hash == sha256_hex(content)) return {};
    return base::fail(ErrorCode::io, ":" + part + ": the board reads back something else than was written",
                      "Try once more; is the flash worn?");
}

base::Result<unsigned> WebFiles::rename(const std::string& from, const std::string& to, bool folder) {
    const auto source = target_of(from, folder);
    if (!source) return tl::unexpected(source.error());
    auto destination = target_of(to, folder);
    if (!destination) return tl::unexpected(destination.error());
    const WebRequest request{"MOVE", *source, false, std::move(*destination)};
    return board_.ask(request, [](std::string_view) -> base::Result<> { return {}; });
}

base::Result<> WebFiles::take_name(const std::string& from, const std::string& to, bool folder, bool& old_is_gone) {
    auto status = rename(from, to, folder);
    if (status && *status == taken) {
        const auto there = look(to);
        if (!there) return tl::unexpected(there.error());
        // DELETE takes a folder with all that is in it.
        if (*there && ((*there)->is_folder || folder)) {
            return base::fail(ErrorCode::invalid_argument, ":" + to +
                                                               ": a folder is where a file should be, or the "
                                                               "other way round");
        }
        if (auto removed = must("DELETE", to, false); !removed) return removed;
        old_is_gone = true;
        status = rename(from, to, folder);
    }
    if (!status) return tl::unexpected(status.error());
    if (*status == created || *status == no_content) return {};
    return tl::unexpected(error_of(*status, from));
}

base::Result<std::vector<std::size_t>> WebFiles::differing(const std::vector<WantedFile>& wanted) {
    std::map<std::string, std::vector<BoardEntry>> folders;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        const std::string folder = folder_of(wanted[i].path);
        if (!folders.contains(folder)) {
            auto found = listing(folder);
            if (!found && found.error().code != ErrorCode::not_found) return tl::unexpected(found.error());
            folders[folder] = found ? std::move(found->entries) : std::vector<BoardEntry>();
        }
        const auto& entries = folders[folder];
        const bool may_be_same = std::any_of(entries.begin(), entries.end(), [&](const BoardEntry& entry) {
            return joined(folder, entry.path) == wanted[i].path && !entry.is_folder && entry.size == wanted[i].size;
        });
        if (may_be_same) {
            const auto hash = sha256(wanted[i].path);
            if (!hash) return tl::unexpected(hash.error());
            if (*hash == wanted[i].sha256) continue;
        }
        places.push_back(i);
    }
    return places;
}

base::Result<> WebFiles::remove(const std::string& path, bool recursive) {
    if (is_root(path)) {
        return base::fail(ErrorCode::refused, ":" + path + " is a whole file system", "Name what is to be removed.");
    }
    const auto there = look(path);
    if (!there) return tl::unexpected(there.error());
    if (!*there) return tl::unexpected(error_of(missing, path));
    if ((*there)->is_folder && !recursive) {
        return base::fail(ErrorCode::invalid_argument, ":" + path + " is a folder",
                          "rm -r removes a folder with all that is in it.");
    }
    return must("DELETE", path, (*there)->is_folder);
}

base::Result<> WebFiles::make_folder(const std::string& path) {
    const auto status = ask("PUT", path, true);
    if (!status) return tl::unexpected(status.error());
    if (*status == created) return {};
    return tl::unexpected(error_of(*status == no_content ? unsigned{taken} : *status, path));
}

base::Result<> WebFiles::make_folders(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        const auto status = ask("PUT", path, true);
        if (!status) return tl::unexpected(status.error());
        if (*status == created) continue;
        if (*status != no_content) return tl::unexpected(error_of(*status, path));
        // The board says the same whether a folder or a file has that name.
        if (const auto found = listing(path); !found) {
            if (found.error().code != ErrorCode::not_found) return tl::unexpected(found.error());
            return base::fail(ErrorCode::invalid_argument, ":" + path + ": a file is where a folder should be");
        }
    }
    return {};
}

base::Result<> WebFiles::remove_folder(const std::string& path) {
    if (is_root(path)) return base::fail(ErrorCode::refused, ":" + path + " is a whole file system");
    const auto found = listing(path);
    if (!found) return tl::unexpected(found.error());
    if (!found->entries.empty()) {
        return base::fail(ErrorCode::invalid_state, ":" + path + ": the folder is not empty",
                          "rm -r removes a folder with all that is in it.");
    }
    return must("DELETE", path, true);
}

base::Result<> WebFiles::move(const std::string& from, const std::string& to) {
    const auto source = look(from);
    if (!source) return tl::unexpected(source.error());
    if (!*source || is_root(from)) return tl::unexpected(error_of(missing, from));
    const auto there = look(to);
    if (!there) return tl::unexpected(there.error());
    const bool into = *there && (*there)->is_folder;
    const std::string target = into ? joined(to, names_of(from)->back()) : to;
    bool old_is_gone = false;
    return take_name(from, target, (*source)->is_folder, old_is_gone);
}

base::Result<> WebFiles::copy(const std::string& from, const std::string& to) {
    std::string content;
    const auto read_all = read(from, [&](std::string_view bytes) -> base::Result<> {
        content += bytes; // board_file_max at most
        return {};
    });
    if (!read_all) return read_all;
    const auto there = look(to);
    if (!there) return tl::unexpected(there.error());
    const bool into = *there && (*there)->is_folder;
    return write(into ? joined(to, names_of(from)->back()) : to, content);
}

base::Result<> WebFiles::touch(const std::string& path) {
    const auto there = look(path);
    if (!there) return tl::unexpected(there.error());
    if (*there) return {};
    return must("PUT", path, false);
}

} // namespace hub::workbench
