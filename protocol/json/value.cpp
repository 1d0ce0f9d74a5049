// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/value.hpp"

#include "protocol/json/scanner.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace protocol::json {
namespace {

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view space = " \t\r\n";
    const std::size_t first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// Decodes the letters of a checked text one at a time.
class TextReader {
public:
    /// `quoted` with its quotes.
    explicit TextReader(std::string_view quoted) noexcept : rest_(quoted.substr(1, quoted.size() - 2)) {}

    bool done() const noexcept { return rest_.empty(); }

    /// The UTF-8 bytes of the next letter, valid until the next call.
    std::string_view next() noexcept {
        if (rest_.front() != '\\') return take(1);
        const char kind = rest_[1];
        if (kind != 'u') {
            rest_.remove_prefix(2);
            return single(unescaped(kind));
        }
        auto code = static_cast<std::uint32_t>(hex4(rest_.substr(2)));
        rest_.remove_prefix(6);
        if (code >= 0xD800 && code <= 0xDBFF) {
            const auto low = static_cast<std::uint32_t>(hex4(rest_.substr(2)));
            rest_.remove_prefix(6);
            code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
        }
        return encode(code);
    }

private:
    std::string_view take(std::size_t count) noexcept {
        const std::string_view taken = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return taken;
    }

    std::string_view single(char byte) noexcept {
        letter_[0] = byte;
        return {letter_.data(), 1};
    }

    static char unescaped(char kind) noexcept {
        switch (kind) {
        case 'b': return '\b';
        case 'f': return '\f';
        case 'n': return '\n';
        case 'r': return '\r';
        case 't': return '\t';
        default: return kind;
        }
    }

    std::string_view encode(std::uint32_t code) noexcept {
        const auto byte = [](std::uint32_t value) { return static_cast<char>(value); };
        if (code < 0x80) return single(byte(code));
        if (code < 0x800) {
            letter_ = {byte(0xC0U | code >> 6U), byte(0x80U | (code & 0x3FU))};
            return {letter_.data(), 2};
        }
        if (code < 0x10000) {
            letter_ = {byte(0xE0U | code >> 12U), byte(0x80U | (code >> 6U & 0x3FU)), byte(0x80U | (code & 0x3FU))};
            return {letter_.data(), 3};
        }
        letter_ = {byte(0xF0U | code >> 18U), byte(0x80U | (code >> 12U & 0x3FU)), byte(0x80U | (code >> 6U & 0x3FU)),
                   byte(0x80U | (code & 0x3FU))};
        return {letter_.data(), 4};
    }

    std::string_view rest_;
    std::array<char, 4> letter_{};
};

/// The items between the brackets of a checked array or object, one after the other.
class Items {
public:
    explicit Items(std::string_view container) noexcept : inside_(trim(container.substr(1, container.size() - 2))) {}

    bool done() const noexcept { return position_ >= inside_.size(); }

    /// An element, or a member's key; moves behind the comma or colon that follows.
    std::string_view next() noexcept {
        const std::size_t end = end_of_value(inside_, position_);
        const std::string_view item = trim(inside_.substr(position_, end - position_));
        position_ = end + 1;
        return item;
    }

private:
    std::string_view inside_;
    std::size_t position_ = 0;
};

bool equals_text(std::string_view quoted, std::string_view wanted) noexcept {
    TextReader reader(quoted);
    while (!reader.done()) {
        const std::string_view letter = reader.next();
        if (!wanted.starts_with(letter)) return false;
        wanted.remove_prefix(letter.size());
    }
    return wanted.empty();
}

} // namespace

base::Result<Value> parse(std::string_view text) noexcept {
    Scanner scanner(text);
    bool good = scanner.check_value(depth_max);
    if (good) {
        scanner.skip_space();
        good = scanner.at_end();
    }
    if (good) return Value(trim(text));
    if (scanner.error == base::ErrorCode::too_large) return base::fail(scanner.error, "JSON is nested too deeply");
    base::FixedString<64> message("not JSON at byte ");
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), scanner.position).ptr;
    message.append({digits.data(), static_cast<std::size_t>(end - digits.data())});
    return base::fail(scanner.error, message);
}

Type Value::type() const noexcept {
    switch (raw_.front()) {
    case 'n': return Type::null;
    case 't':
    case 'f': return Type::boolean;
    case '"': return Type::text;
    case '[': return Type::array;
    case '{': return Type::object;
    default: return Type::number;
    }
}

std::optional<bool> Value::boolean() const noexcept {
    if (!is(Type::boolean)) return std::nullopt;
    return raw_ == "true";
}

std::optional<std::int64_t> Value::integer() const noexcept {
    if (!is(Type::number)) return std::nullopt;
    std::int64_t value = 0;
    const char* const end = raw_.data() + raw_.size();
    const auto [stopped, failure] = std::from_chars(raw_.data(), end, value);
    if (failure != std::errc{} || stopped != end) return std::nullopt;
    return value;
}

std::optional<double> Value::number() const noexcept {
    if (!is(Type::number)) return std::nullopt;
    double value = 0;
    std::from_chars(raw_.data(), raw_.data() + raw_.size(), value);
    return value;
}

std::optional<std::string_view> Value::text(std::span<char> into) const noexcept {
    if (!is(Type::text)) return std::nullopt;
    std::size_t size = 0;
    TextReader reader(raw_);
    while (!reader.done()) {
        const std::string_view letter = reader.next();
        if (letter.size() > into.size() - size) return std::nullopt;
        std::copy(letter.begin(), letter.end(), into.begin() + static_cast<std::ptrdiff_t>(size));
        size += letter.size();
    }
    return std::string_view(into.data(), size);
}

bool Value::equals(std::string_view wanted) const noexcept { return is(Type::text) && equals_text(raw_, wanted); }

std::size_t Value::size() const noexcept {
    const bool object = is(Type::object);
    if (!object && !is(Type::array)) return 0;
    std::size_t count = 0;
    for (Items items(raw_); !items.done(); ++count) {
        items.next();
        if (object) items.next();
    }
    return count;
}

Value Value::at(std::size_t index) const noexcept {
    if (!is(Type::array)) return {};
    for (Items items(raw_); !items.done(); --index) {
        const std::string_view item = items.next();
        if (index == 0) return Value(item);
    }
    return {};
}

Value Value::find(std::string_view key) const noexcept {
    if (!is(Type::object)) return {};
    for (Items items(raw_); !items.done();) {
        const std::string_view name = items.next();
        const std::string_view value = items.next();
        if (equals_text(name, key)) return Value(value);
    }
    return {};
}

} // namespace protocol::json
