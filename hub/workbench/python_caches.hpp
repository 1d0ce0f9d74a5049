// SPDX-License-Identifier: Apache-2.0
// What Python on this machine leaves beside sources, and no board needs.
#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <vector>

namespace hub::workbench {

/// A folder `__pycache__`, or a file `*.pyc`, by its name.
bool is_python_cache(const std::filesystem::path& path, bool is_folder);

/// Removes those below `folder`, and nothing else; links are neither followed nor removed. What was removed, in order;
/// a `__pycache__` counts once. Error: `io`, after which some may be left.
base::Result<std::vector<std::filesystem::path>> remove_python_caches(const std::filesystem::path& folder);

} // namespace hub::workbench
