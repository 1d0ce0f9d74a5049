// SPDX-License-Identifier: Apache-2.0
// The secrets that the hub keeps for boards, as whoever manages them sees them: everything but their values.
#pragma once

#include "base/result.hpp"

#include <string>
#include <vector>

namespace hub::core {

struct SecretFacts {
    std::string name;
    std::string board; ///< the uid of the only board that it is for; empty for all
    double set_at_ms = 0;
};

/// Any thread. Reads and writes a file that other programs use as well, so every call blocks. A value goes in and never
/// comes out: no error and no log has one.
class SecretKeeper {
public:
    /// By name, the ones for all boards first. Errors: `refused` when others can read the file; `io`, `malformed`.
    virtual base::Result<std::vector<SecretFacts>> list() const = 0;
    /// Keeps a value, or another one than before. Errors: `invalid_argument` for what can't be a name or a value;
    /// `full` at more than 256; those of `list`.
    virtual base::Result<SecretFacts> keep(const std::string& name, const std::string& board,
                                           const std::string& value) = 0;
    /// Errors: `not_found` when none is kept; those of `keep`.
    virtual base::Result<> remove(const std::string& name, const std::string& board) = 0;

protected:
    ~SecretKeeper() = default;
};

} // namespace hub::core
