// SPDX-License-Identifier: Apache-2.0
#include "cli/messages.hpp"

#include "cli/terminal.hpp"

#include <algorithm>

namespace cli {

namespace {

// A value as a person writes it: text without quotes.
std::string plain(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
    return value.is_null() ? "unknown" : json_text(value);
}

std::string text_in(const Json& message, const char* key) {
    const auto found = message.find(key);
    return found == message.end() ? std::string() : plain(*found);
}

std::string command_line(const Json& command) {
    const std::string text = text_in(command, "text");
    return "command  " + text_in(command, "id") + " = " + text_in(command, "value") + ": " +
           text_in(command, "outcome") + (text.empty() ? "" : " (" + text + ")") + ", from " +
           text_in(command, "source");
}

std::string words_of(const Json& message, const std::string& type) {
    const auto text = [&](const char* key) { return text_in(message, key); };
    if (type == "state") return "state    " + text("id") + " = " + text("value");
    if (type == "event") return "event    " + text("id") + " " + text("event_type");
    if (type == "output") return "output   " + text("name") + " " + text("on") + ", by " + text("cause");
    if (type == "log")
        return text("level") + std::string(9 - std::min<std::size_t>(text("level").size(), 8), ' ') + text("text");
    if (type == "crash") return "crash    " + text_in(message.value("crash", Json::object()), "message");
    if (type == "command") return command_line(message.value("command", Json::object()));
    if (type == "console") return "console";
    if (type == "gap") return "gap      " + text("lost") + " messages were lost: this program reads too slowly";
    if (type == "board") {
        const Json board = message.value("board", Json::object());
        return "board    " + text_in(board, "name") + (board.value("online", false) ? " is online" : " is offline");
    }
    return {};
}

// Each line of a console's text behind `prefix`.
std::string console_lines(std::string_view text, const std::string& prefix) {
    std::string lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines += (lines.empty() ? "" : "\n") + prefix + printable(line);
    }
    return lines;
}

} // namespace

std::string line_of(const Json& message) {
    const std::string type = text_in(message, "type");
    const std::string words = words_of(message, type);
    if (words.empty()) return {};
    const Json& timed = type == "command" ? message.value("command", Json::object()) : message;
    const auto at = timed.find("at_ms");
    const double at_ms = at != timed.end() && at->is_number() ? at->get<double>() : now_ms();
    const std::string time = clock_time(at_ms) + "  ";
    if (type != "console") return printable(time + words);
    return console_lines(text_in(message, "text"), time + "console  ");
}

} // namespace cli
