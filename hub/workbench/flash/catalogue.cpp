// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/catalogue.hpp"

#include "base/expect.hpp"
#include "hub/workbench/flash/catalogue_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace hub::workbench::flash {
namespace {

using Json = nlohmann::json;

tl::unexpected<base::Error> malformed(std::string_view what) {
    return base::fail(base::ErrorCode::malformed, std::string("the firmware catalogue is wrong: ") + std::string(what));
}

/// The text under `key`; empty when there is none, or it is too long.
std::string text_of(const Json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string()) return {};
    auto text = found->get<std::string>();
    return text.size() <= catalogue_text_max ? text : std::string();
}

std::string filled(std::string text, std::string_view name, const std::string& value) {
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size()) {
        text.replace(at, name.size(), value);
    }
    return text;
}

/// "circuitpython-3" is CircuitPython; the number says which line of releases.
std::string system_name(const std::string& line) { return line.substr(0, line.find('-')); }

bool is_address(const std::string& url) { return url.starts_with("https://") || url.starts_with("http://"); }

base::Result<> add_firmware(const Json& board, const Json& firmware, const Json& releases,
                            std::vector<CatalogueEntry>& entries) {
    const std::string line = firmware.is_object() ? text_of(firmware, "system") : "";
    const std::string url = firmware.is_object() ? text_of(firmware, "url") : "";
    if (line.empty() || !is_address(url)) return malformed("a firmware without system or address");
    const auto versions = releases.find(line);
    if (versions == releases.end() || !versions->is_array()) return malformed("no releases of " + line);
    for (const Json& release : *versions) {
        const std::string version = release.is_object() ? text_of(release, "version") : "";
        if (version.empty()) return malformed("a release without a version");
        CatalogueEntry entry{text_of(board, "name"), text_of(board, "title"), system_name(line), version, ""};
        entry.url = filled(filled(url, "{version}", version), "{date}", text_of(release, "date"));
        if (entry.url.ends_with('/')) return malformed("an address without a file");
        entries.push_back(std::move(entry));
    }
    return {};
}

} // namespace

std::string CatalogueEntry::file_name() const { return url.substr(url.rfind('/') + 1); }

base::Result<Catalogue> Catalogue::parse(std::string_view json) {
    const Json all = Json::parse(json, nullptr, false);
    if (!all.is_object() || !all.contains("boards") || !all["boards"].is_array())
        return malformed("it lists no boards");
    if (!all.contains("releases") || !all["releases"].is_object()) return malformed("it lists no releases");
    if (all["boards"].size() > catalogue_boards_max) return malformed("too many boards");
    Catalogue catalogue;
    for (const Json& board : all["boards"]) {
        if (!board.is_object() || text_of(board, "name").empty() || !board.contains("firmware") ||
            !board["firmware"].is_array()) {
            return malformed("a board without a name or firmware");
        }
        for (const Json& firmware : board["firmware"]) {
            const auto added = add_firmware(board, firmware, all["releases"], catalogue.entries_);
            if (!added) return tl::unexpected(added.error());
        }
    }
    return catalogue;
}

const Catalogue& Catalogue::built_in() {
    static const Catalogue catalogue = [] {
        auto parsed = parse(catalogue_text);
        expect(parsed.has_value());
        return std::move(*parsed);
    }();
    return catalogue;
}

base::Result<CatalogueEntry> Catalogue::find(std::string_view wish) const {
    const auto at = std::min(wish.find('@'), wish.size());
    const std::string_view version = wish.substr(std::min(at + 1, wish.size()));
    const std::string_view name = wish.substr(0, at);
    const auto slash = std::min(name.find('/'), name.size());
    const std::string_view board = name.substr(0, slash);
    const std::string_view system = name.substr(std::min(slash + 1, name.size()));
    std::set<std::string> there;
    for (const CatalogueEntry& entry : entries_) {
        if (entry.board != board) continue;
        there.insert(entry.board + "/" + entry.system + "@" + entry.version);
        if (!system.empty() && entry.system != system) continue;
        if (!version.empty() && entry.version != version) continue;
        return entry;
    }
    std::string hint = "There is: ";
    for (const std::string& one : there) hint += one + " ";
    if (there.empty()) hint = "`ouro firmware list` has all that are known; a file can be named instead.";
    return base::fail(base::ErrorCode::not_found, "there is no firmware \"" + std::string(wish) + "\"", hint);
}

std::string at_mirror(const std::string& url, const std::string& mirror) {
    if (mirror.empty()) return url;
    const auto scheme = url.find("://");
    const auto path = scheme == std::string::npos ? std::string::npos : url.find('/', scheme + 3);
    const std::string base = mirror.ends_with('/') ? mirror.substr(0, mirror.size() - 1) : mirror;
    return path == std::string::npos ? base : base + url.substr(path);
}

} // namespace hub::workbench::flash
