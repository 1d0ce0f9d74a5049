// SPDX-License-Identifier: Apache-2.0
// What MicroPython's package index and package.json files say, taken apart and checked: nothing of it is trusted.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

inline constexpr std::size_t mip_json_max = std::size_t{256} * 1024; ///< in bytes, of one document
inline constexpr std::size_t mip_files_max = 500;                    ///< of one package
inline constexpr std::size_t mip_packages_max = 50;                  ///< with all that they need
inline constexpr std::size_t mip_file_max = std::size_t{1024} * 1024;
inline constexpr std::string_view mip_index_default = "https://micropython.org/pi/v2";

/// What a person or a package asks for: a name of the index, "github:org/repo[/path]", "gitlab:…", or an address.
struct PackageWish {
    std::string name;
    std::string version; ///< of the index, or a branch, tag or commit; empty for the newest

    bool operator==(const PackageWish&) const = default;
};

/// "NAME[@VERSION]". Error: `invalid_argument`.
base::Result<PackageWish> parse_package_wish(std::string_view typed);

/// Where a wish leads. `is_file` for a single .py or .mpy.
struct PackageAddress {
    std::string url;
    bool is_file = false;
    bool is_in_index = false;

    bool operator==(const PackageAddress&) const = default;
};

/// `mpy` is the version of .mpy files that the board takes, or "py" for sources.
PackageAddress address_of(const PackageWish& wish, std::string_view index, std::string_view mpy);

/// A short form such as "github:org/repo/a.py" as an address; another one relative to `base`, the address of the
/// package.json that names it.
std::string resolved_url(std::string_view url, std::string_view base, const std::string& version);

struct PackageFile {
    std::string path; ///< below the target folder, checked
    std::string url;
    std::string hash; ///< the first digits of its SHA-256; empty when the package does not say it

    bool operator==(const PackageFile&) const = default;
};

struct PackageContent {
    std::string version; ///< as it says itself; may be empty
    std::vector<PackageFile> files;
    std::vector<PackageWish> needs;
};

/// `address` is where `json` came from. Errors: `malformed`, `too_large`, `refused` for a path that leads outside and
/// for plain http in what came over https.
base::Result<PackageContent> parse_package(std::string_view json, const PackageAddress& address,
                                           const PackageWish& wish, std::string_view index);

/// Relative, without "..", "." or empty parts, control characters, colons or backslashes; at most 200 bytes.
bool is_safe_package_path(std::string_view path);

/// What was installed, exactly: so that it can be installed so again.
struct LockedFile {
    std::string path;
    std::string url;
    std::string sha256; ///< 64 digits
    std::uint64_t size = 0;

    bool operator==(const LockedFile&) const = default;
};

struct LockedPackage {
    std::string name;
    std::string version; ///< what was asked for, or what it says itself; may be empty
    std::vector<LockedFile> files;

    bool operator==(const LockedPackage&) const = default;
};

/// The lock file is JSON, the same bytes for the same packages.
std::string lock_text(const std::vector<LockedPackage>& packages);
/// Errors: as `parse_package`.
base::Result<std::vector<LockedPackage>> parse_lock(std::string_view json);

} // namespace hub::workbench
