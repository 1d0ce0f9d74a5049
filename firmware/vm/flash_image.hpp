// SPDX-License-Identifier: Apache-2.0
// Puts files on the board's flash before the VM starts, as a factory or a simulation does.
#pragma once

#include "base/result.hpp"
#include "firmware/contract/storage.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace firmware::vm {

struct ImageFile {
    std::string_view name; ///< its path in the app's folder: `is_app_path`
    std::span<const std::uint8_t> bytes;
};

inline constexpr std::size_t app_files_max = 64; ///< of one app, those in its sub-folders included

/// Whether nothing was ever written where a file system begins.
bool flash_is_blank(contract::Storage& storage) noexcept;

/// Formats blank flash, then makes `/pyapps/<app>/` hold exactly `files`; what else was in that folder is removed. When
/// it holds them already nothing is written. The power may go at any write: afterwards, and after `finish_install`, the
/// old app is there or the new one, whole. Both need room at the same time. Not while a session runs, and one call at a
/// time. Errors: `invalid_argument` for a name, `too_large` for too many files, `unsupported` for a program unit over
/// 1,024 bytes, `malformed` for a file system that can't be mounted, and, with the old app as it was, `full` and `io`.
base::Result<> install_app(contract::Storage& storage, std::string_view app, std::span<const ImageFile> files) noexcept;

/// Where an install that was interrupted left its traces: while this folder exists, `finish_install` has work to do.
inline constexpr const char* install_traces = "/.install";

/// Brings an install to its end that the power interrupted. Not while a session has the file system mounted. Errors:
/// `unsupported`, `malformed`, `full`, `io` as above.
base::Result<> finish_install(contract::Storage& storage) noexcept;

} // namespace firmware::vm
