// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/port_rule.hpp"

#include <algorithm>
#include <cctype>

namespace hub::workbench {
namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    return text;
}

bool is_word(const std::string& word) {
    return !word.empty() && word.size() <= usb_text_max && word.find_first_of("! \t\r\n") == std::string::npos;
}

} // namespace

bool means(const std::string& word, const UsbPort& port) {
    return word == port.path || word == port.by_id || word == port.by_path || word == port.serial ||
           lower(word) == usb_id(port);
}

base::Result<PortRule> PortRule::parse(const std::vector<std::string>& words) {
    if (words.size() > port_words_max) {
        return base::fail(base::ErrorCode::invalid_argument, "more than 64 ports are named",
                          "One word with vendor and product stands for all such ports.");
    }
    PortRule rule;
    for (const std::string& word : words) {
        const bool never = word.starts_with('!');
        const std::string name = never ? word.substr(1) : word;
        if (!is_word(name)) {
            return base::fail(base::ErrorCode::invalid_argument, "\"" + word + "\" names no port",
                              "Write 10c4:ea60, /dev/ttyUSB0 or a serial number, with ! before it for never, or none.");
        }
        if (word == "none") {
            rule.boards_unasked_ = false;
        } else {
            (never ? rule.never_ : rule.also_).push_back(name);
        }
    }
    return rule;
}

bool PortRule::opens(const UsbPort& port) const {
    const auto is_meant = [&](const std::string& word) { return means(word, port); };
    if (std::any_of(never_.begin(), never_.end(), is_meant)) return false;
    if (std::any_of(also_.begin(), also_.end(), is_meant)) return true;
    const KnownUsb* const entry = known(port);
    return boards_unasked_ && entry != nullptr && entry->is_board && !is_second_circuitpython_port(port);
}

} // namespace hub::workbench
