// SPDX-License-Identifier: Apache-2.0
// Puts an app's folder of this machine on a virtual board's flash.
#pragma once

#include "base/result.hpp"
#include "firmware/contract/storage.hpp"

#include <string>

namespace firmware::ports::posix {

/// Installs the files of the folder `path` and its sub-folders as the app named like the folder; returns that name.
/// Hidden files and __pycache__ are left out. Errors: `not_found` without app.py or what app.toml names as `entry`,
/// `invalid_argument` for a name, `too_large`, `io`, and those of `vm::install_app`.
base::Result<std::string> install(contract::Storage& flash, const std::string& path);

} // namespace firmware::ports::posix
