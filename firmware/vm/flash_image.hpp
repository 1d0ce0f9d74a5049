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
    std::string_view name; ///< below the app's folder; 1 to 64 bytes, no '/', no control character
    std::span<const std::uint8_t> bytes;
};

/// Whether nothing was ever written where a file system begins.
bool flash_is_blank(contract::Storage& storage) noexcept;

/// Formats blank flash, then writes `files` to `/pyapps/<app>/`. A file that is the same already is not written; each
/// is replaced whole or not at all. Other files stay. Not while a session runs, and one call at a time. Errors:
/// `invalid_argument` for a name, `unsupported` for a program unit over 1,024 bytes, `malformed` for a file system that
/// can't be mounted, `full`, `io`.
base::Result<> install_app(contract::Storage& storage, std::string_view app, std::span<const ImageFile> files) noexcept;

} // namespace firmware::vm
