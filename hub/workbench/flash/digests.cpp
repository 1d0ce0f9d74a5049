// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/flash/digests.hpp"

#include "base/expect.hpp"

#include <libdeflate.h>
#include <openssl/evp.h>

#include <memory>

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
    // The best level takes three times as long as the next one: not for what the line carries in a moment anyway.
    constexpr int best_level = 12, fast_level = 9;
    constexpr std::size_t large = 0x10000;
    const int level = bytes.size() < large ? fast_level : best_level;
    const std::unique_ptr<libdeflate_compressor, decltype(&::libdeflate_free_compressor)> compressor(
        ::libdeflate_alloc_compressor(level), ::libdeflate_free_compressor);
    expect(compressor != nullptr);
    std::vector<std::uint8_t> out(::libdeflate_zlib_compress_bound(compressor.get(), bytes.size()));
    const std::size_t size =
        ::libdeflate_zlib_compress(compressor.get(), bytes.data(), bytes.size(), out.data(), out.size());
    expect(size > 0);
    out.resize(size);
    return out;
}

} // namespace hub::workbench::flash
