// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/evidence.hpp"

#include <algorithm>
#include <array>

namespace hub::workbench {
namespace {

constexpr std::size_t text_max = 4096;
constexpr std::size_t noise_size_min = 8;
constexpr std::size_t quote_max = 60;

using Words = std::string_view;

// How each family of chips begins its first lines.
constexpr std::array boot_marks{Words("ets "), Words("rst:0x"), Words("rst cause:"), Words("ESP-ROM:"),
                                Words("boot: ESP-IDF")};
constexpr std::array download_marks{Words("waiting for download"), Words("wait for download"), Words("DOWNLOAD(")};
constexpr std::array python_marks{Words(">>> "),          Words("raw REPL"),    Words("MicroPython"),
                                  Words("CircuitPython"), Words("Traceback ("), Words("soft reboot"),
                                  Words("code.py")};

// The bytes that a UTF-8 character takes at `at`; 0 when there is none, or one that no program prints.
std::size_t character_size(std::string_view text, std::size_t at) noexcept {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80)
        return byte >= 0x20 || byte == '\n' || byte == '\r' || byte == '\t' || byte == 0x1B || byte == 4 ? 1 : 0;
    const std::size_t size = byte >= 0xC2 && byte < 0xE0   ? 2
                             : byte >= 0xE0 && byte < 0xF0 ? 3
                             : byte >= 0xF0 && byte < 0xF5 ? 4
                                                           : 0;
    if (size == 0 || at + size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) return 0;
    }
    return size;
}

bool is_noise(std::string_view text) noexcept {
    std::size_t strange = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = character_size(text, at);
        strange += size == 0 ? 1 : 0;
        at += std::max<std::size_t>(size, 1);
    }
    return text.size() >= noise_size_min && strange * 4 > text.size();
}

template <std::size_t count>
std::size_t find_any(std::string_view text, const std::array<Words, count>& marks) noexcept {
    std::size_t first = std::string_view::npos;
    for (const Words mark : marks) first = std::min(first, text.find(mark));
    return first;
}

// The line around `at`, in quotes, short enough for a message.
std::string quoted_line(std::string_view text, std::size_t at) {
    const auto before = at == 0 ? std::string_view::npos : text.find_last_of("\r\n", at - 1);
    const auto begin = before == std::string_view::npos ? 0 : before + 1;
    const auto end = std::min(text.find_first_of("\r\n", at), text.size());
    return "\"" + std::string(text.substr(begin, std::min(end - begin, quote_max))) + "\"";
}

std::string quoted_end(std::string_view text) {
    const auto last = text.find_last_not_of("\r\n\t ");
    return last == std::string_view::npos ? "nothing but empty lines" : quoted_line(text, last);
}

base::Error error(base::ErrorCode code, std::string_view message, std::string_view hint) {
    return {code, message, hint};
}

} // namespace

void Evidence::add(std::string_view bytes, bool unasked) {
    size_ += bytes.size();
    if (unasked) unasked_ += bytes.size();
    text_ += bytes;
    if (text_.size() > text_max) text_.erase(text_max / 2, text_.size() - text_max);
}

base::Error Evidence::judge() const {
    using base::ErrorCode;
    if (size_ == 0 && !frames_) {
        return error(ErrorCode::timeout, "the board says nothing, not one byte",
                     "Is it this port, is it powered, does it run MicroPython? A program may have switched Ctrl-C off: "
                     "reset it.");
    }
    if (const auto at = find_any(text_, download_marks); at != std::string::npos) {
        return error(ErrorCode::timeout,
                     "the board waits for firmware, not for Python: it says " + quoted_line(text_, at),
                     "Press its reset button without holding BOOT.");
    }
    const auto boot = find_any(text_, boot_marks);
    if (boot == std::string::npos && is_noise(text_)) {
        return error(ErrorCode::malformed,
                     "the board sends noise, as at a wrong rate: " + std::to_string(size_) + " bytes",
                     "MicroPython speaks at 115200 baud. A program may have changed the rate: reset the board.");
    }
    const bool python = frames_ || find_any(text_, python_marks) != std::string::npos;
    if (boot != std::string::npos && !python) {
        return error(ErrorCode::timeout,
                     "the board starts, perhaps again and again: it says " + quoted_line(text_, boot),
                     "Its firmware may be missing or broken. Is the power supply strong enough?");
    }
    if (python || unasked_ > 0) {
        return error(ErrorCode::busy, "a program ignores Ctrl-C; the last it said was " + quoted_end(text_),
                     "Reset the board and try again at once; then look for what catches KeyboardInterrupt in main.py.");
    }
    return error(ErrorCode::unsupported, "this is no MicroPython: it answers " + quoted_end(text_),
                 "Does the board run another firmware, or is it another device?");
}

} // namespace hub::workbench
