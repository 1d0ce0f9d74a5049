// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/deploy_health.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace hub::workbench {

namespace {

constexpr std::string_view traceback_begin = "Traceback (most recent call last):";
constexpr std::array<std::string_view, 4> after_the_end{">>> ", "MicroPython ", "Adafruit ", "Code done running."};
constexpr std::size_t text_max = std::size_t{16} * 1024;
constexpr std::size_t newest_size = 128; // more than what is looked for

} // namespace

bool HealthWatch::on_console(std::string_view bytes) {
    pass_on(bytes);
    for (const char byte : bytes) {
        if (byte == '\r') continue;
        text_ += byte;
        if (text_.size() > text_max) {
            text_.erase(0, text_.size() - newest_size);
            in_traceback_ = false;
        }
        if (text_.ends_with(traceback_begin)) {
            text_.erase(0, text_.size() - traceback_begin.size());
            in_traceback_ = true;
        } else if (text_.ends_with("\n>>> ") || text_.ends_with("Code done running.")) {
            prompt_ = true;
            crashed_ = crashed_ || (in_traceback_ && nothing_follows());
        }
    }
    return !crashed_;
}

void HealthWatch::pass_on(std::string_view bytes) {
    if (!output_) return;
    for (; echoed_ < echo_.size() && !bytes.empty(); bytes.remove_prefix(1)) {
        if (bytes.front() == echo_[echoed_]) {
            ++echoed_;
            continue;
        }
        if (echoed_ > 0) output_(echo_.substr(0, echoed_)); // it only began like that
        echo_.clear();
        break;
    }
    if (!bytes.empty()) output_(bytes);
}

// But the banner and the prompt: the program said nothing more after it.
bool HealthWatch::nothing_follows() const {
    std::string_view rest = std::string_view(text_).substr(traceback().size());
    rest.remove_prefix(std::min(rest.find_first_not_of('\n'), rest.size()));
    return std::any_of(after_the_end.begin(), after_the_end.end(),
                       [&](std::string_view begin) { return rest.starts_with(begin); });
}

bool HealthWatch::on_message(std::string_view json) {
    const auto message = nlohmann::json::parse(json, nullptr, false);
    if (!message.is_array() || message.size() < 2 || message[0] != "crash") return true;
    crashed_ = true;
    if (message[1].is_object() && message[1].contains("traceback") && message[1]["traceback"].is_string()) {
        text_ = message[1]["traceback"].get<std::string>();
        text_.resize(std::min(text_.size(), text_max));
        in_traceback_ = true;
    }
    return false;
}

std::string HealthWatch::traceback() const {
    if (!in_traceback_) return "";
    // What follows it is the banner: every line of a traceback but the first and the last is indented.
    std::size_t end = text_.find('\n');
    while (end != std::string::npos && text_.substr(end + 1, 2) == "  ") end = text_.find('\n', end + 1);
    if (end != std::string::npos) end = text_.find('\n', end + 1);
    return text_.substr(0, end == std::string::npos ? text_.size() : end);
}

} // namespace hub::workbench
