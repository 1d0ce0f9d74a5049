// SPDX-License-Identifier: Apache-2.0
// What app.toml says about an app, and its icon.
#pragma once

#include "base/fixed_string.hpp"
#include "base/fixed_vector.hpp"
#include "base/result.hpp"
#include "firmware/bridge/face_messages.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::vm {

inline constexpr std::size_t manifest_bytes_max = 4096; ///< of app.toml
inline constexpr std::size_t icon_file_bytes_max = 256; ///< of the icon's file: its header has room for a comment
inline constexpr std::size_t app_path_max = 64;         ///< of a path that app.toml names
inline constexpr std::size_t required_modules_max = 8;

/// What an app says it uses, as bits. It is said to people; nothing keeps an app from what it did not mention.
enum Permission : std::uint8_t {
    permission_home = 1,     ///< "home": entities in Home Assistant, through `ha`
    permission_files = 2,    ///< "files": files outside its own folder
    permission_outputs = 4,  ///< "outputs": pins that drive something
    permission_settings = 8, ///< "settings": the badge's settings
};

/// All texts are as in the file, cut to what fits; what shows them copes with bytes that are not UTF-8.
struct Manifest {
    base::FixedString<bridge::app_name_max> name; ///< its title for people; empty: none was given
    base::FixedString<16> version;
    base::FixedString<32> author;
    base::FixedString<96> description;
    base::FixedString<app_path_max> icon; ///< a path in the app's folder; empty: none
    base::FixedString<app_path_max> entry = "app.py";
    base::FixedVector<base::FixedString<32>, required_modules_max> required_modules;
    std::uint8_t permissions = 0;    ///< of Permission
    base::FixedString<64> complaint; ///< the first thing in it that is odd but does no harm; empty: nothing
};

/// Reads the table `[app]` (keys above the first table count as its own); other tables belong to the app itself, and
/// only their form is checked. The part of TOML: comments, tables one level deep, bare and quoted keys, and on one line
/// each texts in "…" (with escapes) and '…', whole and decimal numbers, true, false, and lists of these. Neither
/// allocates nor recurses. Errors: `too_large`, `malformed` with the line's number and what is wrong there.
base::Result<Manifest> parse_manifest(std::string_view text) noexcept;

using Icon = std::array<std::uint8_t, bridge::icon_bytes>;

/// A portable bitmap ("P4") of 24 by 24. Errors: `malformed`.
base::Result<Icon> parse_icon(std::span<const std::uint8_t> file) noexcept;

/// Whether an app can be told to start by this name: `[A-Za-z0-9_-]{1,32}`.
bool is_app_name(std::string_view name) noexcept;

/// Whether `path` stays inside an app's folder: 1 to 64 bytes, up to `app_depth_max` names that are neither empty, "."
/// nor "..", and no control character.
inline constexpr std::size_t app_depth_max = 4;
bool is_app_path(std::string_view path) noexcept;

} // namespace firmware::vm
