// SPDX-License-Identifier: Apache-2.0
// What an app needs on a board beside its own files: `ha`, and just those secrets that it asks for.
#pragma once

#include "hub/workbench/app_files.hpp"
#include "hub/workbench/deploy.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hub::workbench {

/// Values by name.
using Secrets = std::map<std::string, std::string>;

/// What an app's own files say that they need.
struct AppNeeds {
    bool ha = false; ///< it imports `ha`, and does not bring its own
    /// For each secret_config.py that it imports and does not bring: where that belongs in the app's folder, and the
    /// names that are read from it.
    std::map<std::string, std::vector<std::string>> configs;
};

/// Reads what the app's Python imports, and the list `secrets` of its app.toml. Errors: `invalid_argument` when it
/// takes all there is (`import *`) and names nothing; those of `content_of`.
base::Result<AppNeeds> app_needs(const AppFolder& app);

/// Adds what the board lacks, and says which version that makes. An older program's names (`WIFI_SSID`, `MQTT_SERVER`)
/// and those of docs/stock-boards.md stand for each other. Errors: `not_found` when a secret is missing.
base::Result<> add_parts(AppFolder& app, const AppNeeds& needs, const BoardFacts& board, const Secrets& secrets,
                         std::string_view salt);

/// 1 to 48 letters, digits and _, not beginning with a digit.
bool is_secret_name(std::string_view name);
/// 1 to 1,024 bytes on one line, none of them a control character.
bool is_secret_value(std::string_view value);

/// Hides secrets in what a board prints, also where one comes in pieces.
class SecretMask {
public:
    /// Values of at least four bytes; shorter ones, and settings that are no secret (an address, a name), are not
    /// hidden.
    explicit SecretMask(const Secrets& secrets);

    /// What may be shown now; the beginning of what may be a secret is held back.
    std::string operator()(std::string_view bytes);
    /// What was held back.
    std::string end();

private:
    std::string shown(bool at_end);

    std::vector<std::string> values_; ///< the longest first
    std::string held_;
};

} // namespace hub::workbench
