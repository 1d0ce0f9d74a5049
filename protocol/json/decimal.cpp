// SPDX-License-Identifier: Apache-2.0
// Steele and White's free-format algorithm, in whole numbers and exact: value = rest/scale, and everything nearer to it
// than its neighbours reads back as it. Digits come off `rest` until what is left is within that distance.
#include "protocol/json/decimal.hpp"

#include "base/expect.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>

namespace protocol::json {
namespace {

/// A whole number of up to 1,152 bits: the largest here is 2^1077, by which the smallest fraction is divided, ×20.
class Large {
public:
    explicit Large(std::uint64_t value) noexcept {
        words_[0] = static_cast<std::uint32_t>(value);
        words_[1] = static_cast<std::uint32_t>(value >> 32U);
        size_ = words_[1] != 0 ? 2 : words_[0] != 0 ? 1 : 0;
    }

    void multiply(std::uint32_t factor) noexcept {
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            carry += std::uint64_t{words_[i]} * factor;
            words_[i] = static_cast<std::uint32_t>(carry);
            carry >>= 32U;
        }
        if (carry != 0) append(static_cast<std::uint32_t>(carry));
    }

    void multiply_by_power_of_10(int power) noexcept {
        constexpr std::uint32_t ten_to_9 = 1'000'000'000;
        for (; power >= 9; power -= 9) multiply(ten_to_9);
        for (; power > 0; --power) multiply(10);
    }

    void shift_left(unsigned bits) noexcept {
        const std::size_t words = bits / 32;
        expect(size_ + words <= words_.size());
        std::copy_backward(words_.begin(), words_.begin() + size_, words_.begin() + size_ + words);
        std::fill_n(words_.begin(), words, 0U);
        size_ += size_ == 0 ? 0 : words;
        multiply(1U << bits % 32);
    }

    void subtract(const Large& other) noexcept {
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            const std::uint64_t less = (i < other.size_ ? other.words_[i] : 0U) + borrow;
            borrow = words_[i] < less ? 1 : 0;
            words_[i] = static_cast<std::uint32_t>(words_[i] - less);
        }
        while (size_ > 0 && words_[size_ - 1] == 0) --size_;
    }

    /// Negative, 0, positive: how `a` + `b` compares with `c`.
    static int compare_sum(Large a, const Large& b, const Large& c) noexcept {
        a.add(b);
        return compare(a, c);
    }

    static int compare(const Large& a, const Large& b) noexcept {
        if (a.size_ != b.size_) return a.size_ < b.size_ ? -1 : 1;
        for (std::size_t i = a.size_; i-- > 0;) {
            if (a.words_[i] != b.words_[i]) return a.words_[i] < b.words_[i] ? -1 : 1;
        }
        return 0;
    }

private:
    void add(const Large& other) noexcept {
        while (size_ < other.size_) words_[size_++] = 0;
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            carry += std::uint64_t{words_[i]} + (i < other.size_ ? other.words_[i] : 0U);
            words_[i] = static_cast<std::uint32_t>(carry);
            carry >>= 32U;
        }
        if (carry != 0) append(static_cast<std::uint32_t>(carry));
    }

    void append(std::uint32_t word) noexcept {
        expect(size_ < words_.size());
        words_[size_++] = word;
    }

    std::array<std::uint32_t, 36> words_{};
    std::size_t size_;
};

constexpr unsigned fraction_bits = 52;
constexpr int lowest_exponent = -1074;

struct Binary {
    std::uint64_t significand; ///< × 2^exponent
    int exponent;
    bool neighbour_is_nearer_below; ///< the next smaller number is half as far away as the next larger one
};

Binary take_apart(double value) noexcept {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    const std::uint64_t fraction = bits & ((std::uint64_t{1} << fraction_bits) - 1);
    const int biased = static_cast<int>(bits >> fraction_bits & 0x7FFU);
    if (biased == 0) return {fraction, lowest_exponent, false};
    return {fraction | std::uint64_t{1} << fraction_bits, biased - 1 + lowest_exponent, fraction == 0 && biased > 1};
}

/// Where 10^result is first above the number, or one less.
int estimate_exponent(const Binary& number) noexcept {
    constexpr double log10_of_2 = 0.30102999566398120;
    const int highest_bit = number.exponent + 63 - std::countl_zero(number.significand);
    return static_cast<int>(std::ceil(highest_bit * log10_of_2 - 1e-10));
}

/// The number as rest/scale, and half the distances to its neighbours, in the same measure.
struct Digits {
    Large rest;
    Large scale;
    Large below;
    Large above;
    bool even; ///< reading rounds the middle between two neighbours to the even one

    explicit Digits(const Binary& number) noexcept
        : rest(number.significand),
          scale(1),
          below(1),
          above(1),
          even(number.significand % 2 == 0) {
        const unsigned wider = number.neighbour_is_nearer_below ? 1 : 0;
        const auto up = static_cast<unsigned>(std::max(number.exponent, 0));
        rest.shift_left(up + 1 + wider);
        below.shift_left(up);
        above.shift_left(up + wider);
        scale.shift_left(static_cast<unsigned>(std::max(-number.exponent, 0)) + 1 + wider);
    }

    void multiply_by_power_of_10(int power) noexcept {
        for (Large* each : {&rest, &below, &above}) each->multiply_by_power_of_10(power);
    }

    bool reaches_next() const noexcept {
        const int order = Large::compare_sum(rest, above, scale);
        return even ? order >= 0 : order > 0;
    }

    bool is_near_enough() const noexcept {
        const int order = Large::compare(rest, below);
        return even ? order <= 0 : order < 0;
    }

    int take() noexcept {
        int digit = 0;
        for (; Large::compare(rest, scale) >= 0; ++digit) rest.subtract(scale);
        return digit;
    }
};

Decimal zero() noexcept {
    Decimal result;
    result.digits[result.size++] = '0';
    result.exponent = 1;
    return result;
}

class Text {
public:
    explicit Text(std::span<char, number_text_max> into) noexcept : into_(into) {}

    void put(char letter) noexcept { into_[size_++] = letter; }
    void put(std::string_view letters) noexcept {
        for (const char letter : letters) put(letter);
    }
    void zeros(int count) noexcept {
        for (int i = 0; i < count; ++i) put('0');
    }
    std::string_view view() const noexcept { return {into_.data(), size_}; }

private:
    std::span<char, number_text_max> into_;
    std::size_t size_ = 0;
};

void put_fraction(Text& text, std::string_view digits, int point) noexcept {
    const auto size = static_cast<int>(digits.size());
    if (point <= 0) {
        text.put("0.");
        text.zeros(-point);
        text.put(digits);
        return;
    }
    text.put(digits.substr(0, static_cast<std::size_t>(std::min(point, size))));
    text.zeros(point - size);
    if (point >= size) return;
    text.put('.');
    text.put(digits.substr(static_cast<std::size_t>(point)));
}

void put_scientific(Text& text, std::string_view digits, int exponent) noexcept {
    text.put(digits.front());
    if (digits.size() > 1) text.put('.');
    text.put(digits.substr(1));
    text.put(exponent < 0 ? "e-" : "e+");
    const int size = std::abs(exponent);
    if (size < 10) text.put('0');
    std::array<char, 4> written{};
    const char* const end = std::to_chars(written.data(), written.data() + written.size(), size).ptr;
    text.put({written.data(), static_cast<std::size_t>(end - written.data())});
}

} // namespace

Decimal shortest_decimal(double value) noexcept {
    const Binary number = take_apart(value);
    if (number.significand == 0) return zero();
    Digits digits(number);
    Decimal result;
    result.exponent = estimate_exponent(number);
    digits.scale.multiply_by_power_of_10(result.exponent);
    digits.multiply_by_power_of_10(-result.exponent);
    if (digits.reaches_next())
        ++result.exponent;
    else
        digits.multiply_by_power_of_10(1);
    while (true) {
        const int digit = digits.take();
        const bool low = digits.is_near_enough();
        const bool high = digits.reaches_next();
        char& letter = result.digits[result.size++];
        letter = static_cast<char>('0' + digit);
        if (!low && !high) {
            expect(result.size < Decimal::digits_max);
            digits.multiply_by_power_of_10(1);
            continue;
        }
        const int half = Large::compare_sum(digits.rest, digits.rest, digits.scale);
        if (high && (!low || half > 0 || (half == 0 && digit % 2 == 1))) ++letter;
        return result;
    }
}

std::string_view write_number(double value, std::span<char, number_text_max> into) noexcept {
    expect(std::isfinite(value));
    constexpr double whole_max = 9007199254740992.0; // 2^53: beyond it, zeros at the end would pretend to be known
    const Decimal decimal = shortest_decimal(value);
    const std::string_view digits(decimal.digits.data(), decimal.size);
    const auto size = static_cast<int>(decimal.size);
    // Of 1 and 1e+00 the second is longer by four letters, of 1.5 and 1.5e+00 too; a lone digit saves the point.
    const int lone = size == 1 ? 1 : 0;
    const int zeros = decimal.exponent - size;
    const bool fraction = std::abs(value) < whole_max && zeros >= lone - size - 3 && zeros <= 5 - lone;
    Text text(into);
    if (std::signbit(value)) text.put('-');
    if (fraction)
        put_fraction(text, digits, decimal.exponent);
    else
        put_scientific(text, digits, decimal.exponent - 1);
    return text.view();
}

} // namespace protocol::json
