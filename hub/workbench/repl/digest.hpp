// SPDX-License-Identifier: Apache-2.0
// The SHA-256 of what goes to a board and comes from it.
#pragma once

#include <sodium/crypto_hash_sha256.h>

#include <string>
#include <string_view>

namespace hub::workbench {

/// Takes bytes in pieces; 64 hexadecimal digits come out.
class Digest {
public:
    Digest();
    void add(std::string_view bytes);
    /// Once, at the end.
    std::string hex();

private:
    crypto_hash_sha256_state state_;
};

std::string sha256_hex(std::string_view bytes);

} // namespace hub::workbench
