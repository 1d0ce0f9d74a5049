// SPDX-License-Identifier: Apache-2.0
// Text for people: safe to print whatever a board said, in columns, with ages.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cli {

/// The text with everything that could speak to the terminal made visible: control characters (C0, DEL, C1) as `\x1b`,
/// bytes that are not UTF-8 and characters that turn the direction of writing as `?`.
std::string printable(std::string_view text);

/// JSON in ASCII on one line: nothing in it can speak to the terminal.
std::string json_text(const nlohmann::json& json);

/// A line for people, made printable, or the same facts as a line of JSON; whoever reads it through a pipe has it at
/// once.
void tell(bool as_json, const nlohmann::json& facts, std::string_view text);

/// "just now", "5 s ago", "3 min ago", "2 h ago", "4 days ago"; the future is just now.
std::string age(double at_ms, double now_ms);

/// Milliseconds since 1970.
double now_ms();

/// "14:03:07.250" of the local day.
std::string clock_time(double at_ms);

/// Rows in columns, two spaces between them; the first row is the heading, bold if `styled`. Cells are made printable.
std::string table(const std::vector<std::vector<std::string>>& rows, bool styled);

/// Whether stdout is a terminal that may be given styles: NO_COLOR is not set and TERM is not "dumb".
bool stdout_is_styled();

} // namespace cli
