// SPDX-License-Identifier: Apache-2.0
// ouro.toml, and the setters that it shares with flags and environment.
#pragma once

#include "hub/daemon/config.hpp"

namespace hub::daemon {

/// Reads the file over what `config` says already. Unknown keys and wrong types are refused with their line.
base::Result<> apply_file(const std::filesystem::path& file, Config& config);

base::Result<> set_listen(std::string_view text, Config& config);
base::Result<> set_log_level(std::string_view text, Config& config);
base::Result<> set_ports(const std::vector<std::string>& words, Config& config);
/// What stands between commas; nothing for nothing.
std::vector<std::string> split_list(std::string_view text);

} // namespace hub::daemon
