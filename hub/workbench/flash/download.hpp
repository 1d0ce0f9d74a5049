// SPDX-License-Identifier: Apache-2.0
// Fetches firmware once, and keeps it.
#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

namespace hub::workbench::flash {

/// The largest file that is fetched.
inline constexpr std::uint64_t download_size_max = std::uint64_t{64} * 1024 * 1024;

struct Download {
    std::filesystem::path file;
    std::uint64_t size = 0;
    std::string sha256;  ///< in hex
    bool cached = false; ///< it was here already
};

/// Told how much there is of it; `total` is 0 as long as nobody has said.
using OnDownload = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// The file of `url` in `folder`, from there if it is there, fetched otherwise: into "NAME.part", from where the last
/// attempt ended, and renamed once it is whole. Waits. `mirror`: where a person has us fetch from instead, or empty.
/// Errors: those of `web_fetch`; after `disconnected` and `timeout` trying again goes on from there.
base::Result<Download> fetch_firmware(const std::string& url, const std::string& file_name,
                                      const std::filesystem::path& folder, const std::string& mirror,
                                      const OnDownload& on_progress);

} // namespace hub::workbench::flash
