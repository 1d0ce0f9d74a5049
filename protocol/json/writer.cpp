// SPDX-License-Identifier: Apache-2.0
#include "protocol/json/writer.hpp"

#include "protocol/json/decimal.hpp"
#include "protocol/json/scanner.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace protocol::json {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

/// How many bytes at the start of `text` are one UTF-8 letter; 0 if they are none.
std::size_t letter_size(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80) return 1;
    const std::size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (text.size() < wanted) return 0;
    // The scanner judges; it wants quotes around a text.
    std::array<char, 6> quoted{'"'};
    std::copy_n(text.begin(), wanted, quoted.begin() + 1);
    quoted[wanted + 1] = '"';
    Scanner scanner({quoted.data(), wanted + 2});
    return scanner.check_value(1) && scanner.at_end() ? wanted : 0;
}

} // namespace

std::string_view Writer::view() const noexcept {
    if (overflow_) return {};
    return {buffer_.data(), size_};
}

void Writer::put(std::string_view bytes) noexcept {
    if (overflow_ || bytes.size() > buffer_.size() - size_) {
        overflow_ = true;
        return;
    }
    std::copy(bytes.begin(), bytes.end(), buffer_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += bytes.size();
}

void Writer::before_value() noexcept {
    if (needs_comma_) put(",");
    needs_comma_ = true;
}

Writer& Writer::begin_array() noexcept {
    before_value();
    put("[");
    needs_comma_ = false;
    return *this;
}

Writer& Writer::end_array() noexcept {
    put("]");
    needs_comma_ = true;
    return *this;
}

Writer& Writer::begin_object() noexcept {
    before_value();
    put("{");
    needs_comma_ = false;
    return *this;
}

Writer& Writer::end_object() noexcept {
    put("}");
    needs_comma_ = true;
    return *this;
}

Writer& Writer::key(std::string_view name) noexcept {
    text(name);
    put(":");
    needs_comma_ = false;
    return *this;
}

Writer& Writer::null() noexcept { return raw("null"); }

Writer& Writer::boolean(bool value) noexcept { return raw(value ? "true" : "false"); }

Writer& Writer::integer(std::int64_t value) noexcept {
    std::array<char, 24> digits{};
    const char* const end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
}

Writer& Writer::number(double value) noexcept {
    if (!std::isfinite(value)) return null();
    std::array<char, number_text_max> digits{};
    return raw(write_number(value, digits));
}

Writer& Writer::text(std::string_view value) noexcept {
    before_value();
    put("\"");
    while (!value.empty() && !overflow_) {
        const std::size_t size = letter_size(value);
        const auto byte = static_cast<unsigned char>(value.front());
        if (size == 0) {
            put(replacement);
        } else if (byte == '"' || byte == '\\') {
            put("\\");
            put(value.substr(0, 1));
        } else if (byte < 0x20) {
            constexpr std::string_view hex = "0123456789abcdef";
            const std::array<char, 6> escape{'\\', 'u', '0', '0', hex[byte >> 4U], hex[byte & 0xFU]};
            put({escape.data(), escape.size()});
        } else {
            put(value.substr(0, size));
        }
        value.remove_prefix(std::max<std::size_t>(size, 1));
    }
    put("\"");
    return *this;
}

Writer& Writer::raw(std::string_view json) noexcept {
    before_value();
    put(json);
    return *this;
}

} // namespace protocol::json
