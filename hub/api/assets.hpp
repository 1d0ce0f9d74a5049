// SPDX-License-Identifier: Apache-2.0
// Files that are built into the program: the web page and the boards' profiles.
#pragma once

#include "hub/api/request.hpp"

#include <span>
#include <string_view>

namespace hub::api {

/// One file, as it is and as gzip. `gzip` is empty where it would not be smaller.
struct Asset {
    std::string_view path; ///< "/" for the page itself, "/assets/index-1a2b3c4d.js"; a profile's name
    std::string_view content_type;
    std::string_view etag;  ///< a hash of the content, without quotes
    bool immutable = false; ///< the name holds a hash of the content: never asked for again
    std::span<const char> plain;
    std::span<const char> gzip;
};

/// web/dist, or one page that says how to build it.
std::span<const Asset> page_assets();
/// firmware/boards, by name without ".json".
std::span<const Asset> profile_assets();

/// Looks the path up in the table: there is no file system to escape to. Null if there is none.
const Asset* find_asset(std::span<const Asset> assets, std::string_view path);

/// 200, or 304 when the browser's copy is current; gzip when the browser takes it.
Answer asset_answer(const Asset& asset, const Head& head);

} // namespace hub::api
