// SPDX-License-Identifier: Apache-2.0
// The secrets in the hub's data folder, for whoever manages them: `ouro secrets`, and the page through the hub.
#pragma once

#include "hub/core/secrets.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace hub::daemon {

/// Error: `invalid_argument`, without the value that belongs to it.
base::Result<> check_secret_name(std::string_view name);

/// "all boards", "board a1b2c3d4"
std::string board_words(const std::string& uid);

class StoredSecrets final : public core::SecretKeeper {
public:
    explicit StoredSecrets(std::filesystem::path data) : data_(std::move(data)) {}

    base::Result<std::vector<core::SecretFacts>> list() const override;
    base::Result<core::SecretFacts> keep(const std::string& name, const std::string& board,
                                         const std::string& value) override;
    base::Result<> remove(const std::string& name, const std::string& board) override;

private:
    std::filesystem::path data_;
};

} // namespace hub::daemon
