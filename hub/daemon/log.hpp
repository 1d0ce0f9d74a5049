// SPDX-License-Identifier: Apache-2.0
// The hub's log on stderr, which never tells a secret.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hub::daemon {

/// Replaces every occurrence of a secret; exposed for its test.
std::string without_secrets(std::string line, const std::vector<std::string>& secrets);

/// Makes spdlog's default logger write to stderr, at that level ("debug", "info", "warning", "error").
void start_log(std::string_view level);

/// From now on this text comes out as `***`. Short ones (under 4 characters) are not looked for. Any thread.
void hide_in_log(const std::string& secret);

/// One line, level as in the link's `log`.
void log_line(std::string_view level, std::string_view text);

} // namespace hub::daemon
