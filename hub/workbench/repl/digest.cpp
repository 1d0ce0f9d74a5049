// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/digest.hpp"

#include <sodium/utils.h>

#include <array>

namespace hub::workbench {

Digest::Digest() : state_{} { crypto_hash_sha256_init(&state_); }

void Digest::add(std::string_view bytes) {
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

std::string Digest::hex() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
    crypto_hash_sha256_final(&state_, digest.data());
    std::array<char, 2 * crypto_hash_sha256_BYTES + 1> text{};
    sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
    return text.data();
}

std::string sha256_hex(std::string_view bytes) {
    Digest digest;
    digest.add(bytes);
    return digest.hex();
}

} // namespace hub::workbench
