// SPDX-License-Identifier: Apache-2.0
#include "hub/core/token.hpp"

#include "base/expect.hpp"

#include <sodium.h>

#include <array>

namespace hub::core {

std::string make_token() {
    expect(sodium_init() >= 0);
    std::array<unsigned char, 32> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    constexpr auto variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;
    std::array<char, sodium_base64_ENCODED_LEN(32, variant)> text{};
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), variant);
    return text.data();
}

} // namespace hub::core
