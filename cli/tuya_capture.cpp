// SPDX-License-Identifier: Apache-2.0
#include "cli/tuya_capture.hpp"

#include "cli/terminal.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>

namespace cli {

namespace {

constexpr double bits_per_second = 9600;
constexpr double data_bits = 8;

struct Sample {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
    TuyaSide side = TuyaSide::unknown;
    std::uint8_t byte = 0;
};

bool is_text(std::string_view file) {
    return std::all_of(file.begin(), file.end(), [](char letter) {
        const auto byte = static_cast<unsigned char>(letter);
        return (byte >= 0x20 && byte < 0x7F) || byte == '\n' || byte == '\r' || byte == '\t';
    });
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
    return text;
}

template <typename Number>
bool take_number(std::string_view& text, Number& number, int base) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (error != std::errc()) return false;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return true;
}

bool take(std::string_view& text, std::string_view wanted) {
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(wanted.size());
    return true;
}

/// "START-END NAME: RX: 55"
std::optional<Sample> read_sample(std::string_view line) {
    Sample sample;
    if (!take_number(line, sample.start, 10) || !take(line, "-") || !take_number(line, sample.end, 10)) return {};
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) return {};
    line = trimmed(line.substr(colon + 1));
    if (take(line, "RX"))
        sample.side = TuyaSide::mcu;
    else if (take(line, "TX"))
        sample.side = TuyaSide::module;
    else
        return {};
    (void)take(line, ":");
    line = trimmed(line);
    if (line.size() != 2 || !take_number(line, sample.byte, 16) || !line.empty()) return {};
    return sample;
}

/// Samples in a millisecond; 0 when the recording has no times. The shortest byte is the least disturbed one.
double samples_per_ms(const std::vector<Sample>& samples) {
    std::uint64_t shortest = 0;
    for (const Sample& sample : samples) {
        const std::uint64_t length = sample.end > sample.start ? sample.end - sample.start : 0;
        if (length > 0 && (shortest == 0 || length < shortest)) shortest = length;
    }
    return static_cast<double>(shortest) * bits_per_second / data_bits / 1000;
}

std::vector<TuyaBytes> bytes_of(const std::vector<Sample>& samples) {
    const double per_ms = samples_per_ms(samples);
    std::vector<TuyaBytes> all;
    for (const Sample& sample : samples) {
        TuyaBytes bytes{sample.side, std::nullopt, {sample.byte}};
        if (per_ms > 0) bytes.at_ms = static_cast<double>(sample.start) / per_ms;
        all.push_back(std::move(bytes));
    }
    return all;
}

TuyaSide take_side(std::string_view& line) {
    TuyaSide side = TuyaSide::unknown;
    if (take(line, "RX") || take(line, "<"))
        side = TuyaSide::mcu;
    else if (take(line, "TX") || take(line, ">"))
        side = TuyaSide::module;
    (void)take(line, ":");
    return side;
}

/// "RX: 55 AA", "0x55, 0xAA", "55AA"
std::optional<TuyaBytes> read_hex(std::string_view line) {
    TuyaBytes found;
    found.side = take_side(line);
    while (!(line = trimmed(line)).empty()) {
        if (take(line, ",") || take(line, "0x") || take(line, "0X")) continue;
        std::string_view pair = line.substr(0, 2);
        std::uint8_t byte = 0;
        if (pair.size() != 2 || !take_number(pair, byte, 16) || !pair.empty()) return {};
        found.bytes.push_back(byte);
        line.remove_prefix(2);
    }
    return found;
}

std::string_view take_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
}

tl::unexpected<Failure> not_understood(std::size_t number, std::string_view line) {
    return fail(
        exit_failed, "Line " + std::to_string(number) + " is no recording: \"" + printable(line.substr(0, 60)) + "\"",
        "Known are a logic analyser's lines (\"10-20 UART: RX: 55\"), hexadecimal (\"RX: 55 AA 00\") and the bytes "
        "themselves.");
}

} // namespace

Outcome<std::vector<TuyaBytes>> read_tuya_capture(std::string_view file) {
    if (!is_text(file)) {
        return std::vector<TuyaBytes>{{TuyaSide::unknown, std::nullopt, {file.begin(), file.end()}}};
    }
    std::vector<Sample> samples;
    std::vector<TuyaBytes> hex;
    for (std::size_t number = 1; !file.empty(); ++number) {
        const std::string_view whole = take_line(file);
        const std::string_view line = trimmed(whole.substr(0, whole.find('#')));
        const bool is_rule = line.find_first_not_of('-') == std::string_view::npos;
        if (is_rule) continue; // empty lines too
        if (const auto sample = read_sample(line)) {
            samples.push_back(*sample);
            continue;
        }
        auto bytes = read_hex(line);
        if (!bytes || !samples.empty()) return not_understood(number, line);
        hex.push_back(std::move(*bytes));
    }
    if (!samples.empty() && !hex.empty()) return not_understood(1, "hexadecimal before a logic analyser's lines");
    return samples.empty() ? hex : bytes_of(samples);
}

} // namespace cli
