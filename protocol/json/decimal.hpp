// SPDX-License-Identifier: Apache-2.0
// The decimal digits of a number. std::to_chars knows them too, out of tables of 104 KB: too many for a
// microcontroller.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace protocol::json {

/// 0.d₁d₂d₃… × 10^exponent; the first digit and the last are not 0, unless the number is 0 and has one digit.
struct Decimal {
    static constexpr std::size_t digits_max = 17;

    std::array<char, digits_max> digits{}; ///< '0' to '9'
    std::size_t size = 0;
    int exponent = 0;
};

/// The fewest digits that read back as `value`, and of these the nearest. `value` is finite; its sign is left out.
Decimal shortest_decimal(double value) noexcept;

/// The longest text that `write_number` makes.
inline constexpr std::size_t number_text_max = 32;

/// As JSON writes it, from `shortest_decimal`: as a fraction, or with an exponent where that is shorter, and from 2^53
/// on. `value` is finite. Returns what it wrote into `into`.
std::string_view write_number(double value, std::span<char, number_text_max> into) noexcept;

} // namespace protocol::json
