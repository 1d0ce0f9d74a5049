// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/mip_index.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hub::workbench {

using base::ErrorCode;
using Json = nlohmann::json;

namespace {

constexpr std::size_t text_max = 2000; // an address
constexpr std::string_view hex_digits = "0123456789abcdef";

tl::unexpected<base::Error> malformed(const std::string& what) {
    return base::fail(ErrorCode::malformed, what, "The package is broken: tell its author, or name another version.");
}

bool is_hash(std::string_view text, std::size_t min) {
    constexpr std::size_t sha256_digits = 64;
    return text.size() >= min && text.size() <= sha256_digits &&
           text.find_first_not_of(hex_digits) == std::string_view::npos;
}

/// The text at `key`; nothing if it is no text of a sensible length.
std::optional<std::string> text_at(const Json& json, const char* key) {
    const auto found = json.find(key);
    if (found == json.end() || !found->is_string()) return std::nullopt;
    auto text = found->get<std::string>();
    if (text.size() > text_max) return std::nullopt;
    return text;
}

using Pair = std::array<std::string, 2>;

/// A list of pairs of texts; a missing one is empty.
base::Result<std::vector<Pair>> pairs_at(const Json& json, const char* key) {
    std::vector<Pair> pairs;
    const auto found = json.find(key);
    if (found == json.end()) return pairs;
    if (!found->is_array()) return malformed(std::string("\"") + key + "\" in the package is no list");
    if (found->size() > mip_files_max) {
        return base::fail(ErrorCode::too_large, "the package has more than 500 entries", "Is it a package at all?");
    }
    for (const Json& item : *found) {
        const bool is_pair = item.is_array() && item.size() >= 2 && item[0].is_string() && item[1].is_string();
        if (!is_pair) return malformed(std::string("an entry of \"") + key + "\" in the package is no pair of texts");
        pairs.push_back({item[0].get<std::string>(), item[1].get<std::string>()});
        if (pairs.back()[0].size() > text_max || pairs.back()[1].size() > text_max) {
            return malformed(std::string("an entry of \"") + key + "\" in the package is too long");
        }
    }
    return pairs;
}

base::Result<> check_path(const std::string& path) {
    if (is_safe_package_path(path)) return {};
    return base::fail(ErrorCode::refused, "the package would write to \"" + path + "\", outside of its folder",
                      "Don't install it.");
}

bool has_scheme(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }

struct Forge {
    std::string_view prefix;
    std::string_view site;
    std::string_view middle; ///< between the repository and the version
};

constexpr std::array<Forge, 2> forges{
    {{"github:", "https://raw.githubusercontent.com/", "/"}, {"gitlab:", "https://gitlab.com/", "/-/raw/"}}};

const Forge* forge_of(std::string_view url) {
    const auto found =
        std::find_if(forges.begin(), forges.end(), [&](const Forge& forge) { return url.starts_with(forge.prefix); });
    return found == forges.end() ? nullptr : &*found;
}

/// What comes from the web may not make this machine ask its own servers.
base::Result<> check_origin(const std::string& url, const PackageAddress& from) {
    if (!url.starts_with("http://") || from.url.starts_with("http://")) return {};
    return base::fail(ErrorCode::refused, "the package leads to " + url + ", which is not https", "Don't install it.");
}

/// "github:org/repo/path" as an address.
std::string forge_url(const Forge& forge, std::string_view url, const std::string& version) {
    url.remove_prefix(forge.prefix.size());
    const auto owner = std::min(url.find('/'), url.size());
    const auto repository = std::min(url.find('/', std::min(owner + 1, url.size())), url.size());
    return std::string(forge.site) + std::string(url.substr(0, repository)) + std::string(forge.middle) +
           (version.empty() ? "HEAD" : version) + std::string(url.substr(repository));
}

} // namespace

bool is_safe_package_path(std::string_view path) {
    constexpr std::size_t path_max = 200;
    if (path.empty() || path.size() > path_max || path.ends_with('/')) return false;
    const bool plain = std::none_of(path.begin(), path.end(),
                                    [](unsigned char c) { return c < 0x20 || c == 0x7F || c == '\\' || c == ':'; });
    while (plain) {
        const auto slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        if (part.empty() || part == "." || part == "..") return false;
        if (slash == std::string_view::npos) return true;
        path.remove_prefix(slash + 1);
    }
    return false;
}

base::Result<PackageWish> parse_package_wish(std::string_view typed) {
    // An "@" of an address belongs to it, unless it stands in the last part.
    const auto at = typed.rfind('@');
    const auto slash = typed.rfind('/');
    const bool has_version = at != std::string_view::npos && (slash == std::string_view::npos || at > slash);
    PackageWish wish{std::string(typed.substr(0, has_version ? at : typed.size())),
                     has_version ? std::string(typed.substr(at + 1)) : std::string()};
    if (wish.version == "latest") wish.version.clear();
    constexpr std::string_view name_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./";
    const bool is_elsewhere = has_scheme(wish.name) || forge_of(wish.name) != nullptr;
    const bool is_name =
        is_safe_package_path(wish.name) && wish.name.find_first_not_of(name_characters) == std::string::npos;
    const bool is_version = wish.version.empty() || (is_safe_package_path(wish.version) &&
                                                     wish.version.find_first_of("?#% ") == std::string::npos);
    const bool is_address =
        is_elsewhere && wish.name.size() <= text_max &&
        std::none_of(wish.name.begin(), wish.name.end(), [](unsigned char c) { return c <= 0x20 || c == 0x7F; });
    if ((is_address || is_name) && is_version) return wish;
    return base::fail(ErrorCode::invalid_argument, "\"" + std::string(typed.substr(0, 80)) + "\" is no package",
                      "NAME, NAME@VERSION, github:ORG/REPO, gitlab:ORG/REPO or an address.");
}

PackageAddress address_of(const PackageWish& wish, std::string_view index, std::string_view mpy) {
    if (!has_scheme(wish.name) && forge_of(wish.name) == nullptr) {
        return {std::string(index) + "/package/" + std::string(mpy) + "/" + wish.name + "/" +
                    (wish.version.empty() ? "latest" : wish.version) + ".json",
                false, true};
    }
    std::string url = resolved_url(wish.name, "", wish.version);
    const bool is_file = url.ends_with(".py") || url.ends_with(".mpy");
    if (!is_file && !url.ends_with(".json")) url += url.ends_with('/') ? "package.json" : "/package.json";
    return {url, is_file, false};
}

std::string resolved_url(std::string_view url, std::string_view base, const std::string& version) {
    if (const Forge* forge = forge_of(url)) return forge_url(*forge, url, version);
    if (has_scheme(url) || base.empty()) return std::string(url);
    return std::string(base.substr(0, base.rfind('/') + 1)) + std::string(url);
}

base::Result<PackageContent> parse_package(std::string_view json, const PackageAddress& address,
                                           const PackageWish& wish, std::string_view index) {
    if (json.size() > mip_json_max)
        return base::fail(ErrorCode::too_large, "the package's JSON is larger than 256 KiB");
    const Json package = Json::parse(json, nullptr, false);
    if (!package.is_object()) return malformed(address.url + " is no JSON object");
    const auto hashes = pairs_at(package, "hashes");
    const auto urls = pairs_at(package, "urls");
    const auto needs = pairs_at(package, "deps");
    for (const auto* list : {&hashes, &urls, &needs}) {
        if (!*list) return tl::unexpected(list->error());
    }
    PackageContent content;
    content.version = text_at(package, "version").value_or("");
    for (const auto& [path, hash] : *hashes) {
        constexpr std::size_t hash_min = 8;
        if (auto safe = check_path(path); !safe) return tl::unexpected(safe.error());
        if (!is_hash(hash, hash_min)) return malformed("the hash of " + path + " in the package is none");
        content.files.push_back({path, std::string(index) + "/file/" + hash.substr(0, 2) + "/" + hash, hash});
    }
    for (const auto& [path, url] : *urls) {
        if (auto safe = check_path(path); !safe) return tl::unexpected(safe.error());
        const std::string whole = resolved_url(url, address.url, wish.version);
        if (auto fine = check_origin(whole, address); !fine) return tl::unexpected(fine.error());
        content.files.push_back({path, whole, ""});
    }
    for (const auto& [name, version] : *needs) {
        auto need = parse_package_wish(version.empty() ? name : name + "@" + version);
        if (!need) return tl::unexpected(need.error());
        if (auto fine = check_origin(need->name, address); !fine) return tl::unexpected(fine.error());
        content.needs.push_back(std::move(*need));
    }
    if (content.files.size() > mip_files_max) return base::fail(ErrorCode::too_large, "the package has over 500 files");
    return content;
}

std::string lock_text(const std::vector<LockedPackage>& packages) {
    Json list = Json::array();
    for (const LockedPackage& package : packages) {
        Json files = Json::array();
        for (const LockedFile& file : package.files) {
            files.push_back({{"path", file.path}, {"url", file.url}, {"sha256", file.sha256}, {"size", file.size}});
        }
        list.push_back({{"name", package.name}, {"version", package.version}, {"files", files}});
    }
    return Json{{"lock", 1}, {"packages", list}}.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

base::Result<std::vector<LockedPackage>> parse_lock(std::string_view json) {
    const auto broken = [] {
        return base::fail(ErrorCode::malformed, "the lock file of packages is broken",
                          "Remove ouro-mip.lock, then install what you need by name.");
    };
    if (json.size() > mip_json_max * 4) return base::fail(ErrorCode::too_large, "the lock file is larger than 1 MiB");
    const Json lock = Json::parse(json, nullptr, false);
    if (!lock.is_object() || lock.value("lock", Json()) != 1) return broken();
    const auto list = lock.find("packages");
    if (list == lock.end() || !list->is_array() || list->size() > mip_packages_max) return broken();
    std::vector<LockedPackage> packages;
    for (const Json& item : *list) {
        if (!item.is_object()) return broken();
        const auto name = text_at(item, "name");
        const auto version = text_at(item, "version");
        const auto files = item.find("files");
        if (!name || !version || files == item.end() || !files->is_array() || files->size() > mip_files_max)
            return broken();
        LockedPackage package{*name, *version, {}};
        for (const Json& entry : *files) {
            if (!entry.is_object()) return broken();
            const auto path = text_at(entry, "path");
            const auto url = text_at(entry, "url");
            const auto hash = text_at(entry, "sha256");
            const auto size = entry.find("size");
            constexpr std::size_t sha256_digits = 64;
            if (!path || !url || !hash || !is_hash(*hash, sha256_digits)) return broken();
            if (size == entry.end() || !size->is_number_unsigned() || size->get<std::uint64_t>() > mip_file_max)
                return broken();
            if (auto safe = check_path(*path); !safe) return tl::unexpected(safe.error());
            package.files.push_back({*path, *url, *hash, size->get<std::uint64_t>()});
        }
        packages.push_back(std::move(package));
    }
    return packages;
}

} // namespace hub::workbench
