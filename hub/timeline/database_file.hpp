// SPDX-License-Identifier: Apache-2.0
// The timeline's file as the operating system sees it: its mode, and where a damaged one goes.
#pragma once

#include "base/result.hpp"

#include <filesystem>

namespace hub::timeline {

/// Creates `file` if there is none, and gives it mode 0600 either way; SQLite gives the same to the files that it puts
/// beside it. Error: `io`.
base::Result<> prepare_file(const std::filesystem::path& file);

/// Renames `file`, and the write-ahead log beside it, to `<file>.damaged-<time>`, and returns that name. Nothing may
/// have the file open for writing. Error: `io`.
base::Result<std::filesystem::path> move_aside(const std::filesystem::path& file);

} // namespace hub::timeline
