// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/digests.hpp"

#include "base/expect.hpp"

#include <openssl/evp.h>
#include <zlib.h>

namespace hub::workbench::flash {

std::array<std::uint8_t, 16> md5_of(std::span<const std::uint8_t> bytes) {
    std::array<std::uint8_t, 16> digest{};
    expect(::EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, ::EVP_md5(), nullptr) == 1);
    return digest;
}

std::array<std::uint8_t, 32> sha256_of(std::span<const std::uint8_t> bytes) {
    std::array<std::uint8_t, 32> digest{};
    expect(::EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, ::EVP_sha256(), nullptr) == 1);
    return digest;
}

std::vector<std::uint8_t> deflated(std::span<const std::uint8_t> bytes) {
    uLongf size = ::compressBound(bytes.size());
    std::vector<std::uint8_t> out(size);
    expect(::compress2(out.data(), &size, bytes.data(), bytes.size(), Z_BEST_COMPRESSION) == Z_OK);
    out.resize(size);
    return out;
}

} // namespace hub::workbench::flash
