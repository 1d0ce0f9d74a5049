// SPDX-License-Identifier: Apache-2.0
// The secrets that are kept in the hub's data folder, for boards whose apps need them.
#pragma once

#include "base/result.hpp"
#include "hub/daemon/private_files.hpp"
#include "hub/workbench/deploy_parts.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hub::daemon {

struct KeptSecret {
    std::string name;
    std::string board; ///< the uid of the only board that it is for; empty for all
    std::string value;
    double set_at_ms = 0; ///< since 1970
};

/// A file of mode 0600, read whole and written whole. Whoever changes it holds a lock until the object ends.
class SecretStore {
public:
    enum class Purpose : std::uint8_t { read, change };

    /// Errors: `refused` when others can read the file; `malformed` when it is broken; `io`.
    static base::Result<SecretStore> open(const std::filesystem::path& data, Purpose purpose);

    /// By name, the ones for all boards first.
    const std::vector<KeptSecret>& all() const noexcept { return secrets_; }
    /// What that board gets: its own values before those for all.
    workbench::Secrets for_board(const std::string& uid) const;
    /// Random, and as secret as the rest; empty as long as nothing is kept.
    const std::string& salt() const noexcept { return salt_; }

    /// Replaces what has that name for that board. Error: `full` at more than 256.
    base::Result<> set(KeptSecret secret);
    /// False when there was none.
    bool remove(const std::string& name, const std::string& board);
    /// Error: `io`.
    base::Result<> save();

private:
    explicit SecretStore(std::filesystem::path file) : file_(std::move(file)) {}

    std::filesystem::path file_;
    std::optional<FileLock> lock_;
    std::string salt_;
    std::vector<KeptSecret> secrets_;
};

} // namespace hub::daemon
