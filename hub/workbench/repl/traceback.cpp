// SPDX-License-Identifier: Apache-2.0
#include "hub/workbench/repl/traceback.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace hub::workbench {
namespace {

// MicroPython's own numbers, which are Linux's.
constexpr int no_entry = 2, io_error = 5, access = 13, exists = 17, no_device = 19, not_folder = 20, is_folder = 21,
              invalid = 22, no_space = 28, read_only = 30, not_empty = 39, not_empty_newlib = 90;

int number_at(std::string_view text) noexcept {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return std::max(number, 0);
}

// `  File "main.py", line 3, in f`
void read_place(std::string_view line, PythonError& error) {
    constexpr std::string_view begin = "  File \"";
    constexpr std::string_view middle = "\", line ";
    if (!line.starts_with(begin)) return;
    line.remove_prefix(begin.size());
    const auto end = line.find(middle);
    if (end == std::string_view::npos) return;
    error.file = line.substr(0, end);
    error.line = number_at(line.substr(end + middle.size()));
}

bool is_name(std::string_view text) noexcept {
    return !text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0 &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '.'; });
}

// `OSError: [Errno 2] ENOENT`, `KeyboardInterrupt: `, `StopIteration`
void read_exception(std::string_view line, PythonError& error) {
    const auto colon = line.find(':');
    const std::string_view type = line.substr(0, colon);
    if (!is_name(type)) return;
    std::string_view message = colon == std::string_view::npos ? "" : line.substr(colon + 1);
    message.remove_prefix(std::min(message.find_first_not_of(' '), message.size()));
    error.type = type;
    error.message = message;
    constexpr std::string_view number = "[Errno ";
    if (error.type != "OSError") return;
    error.error_number = number_at(message.starts_with(number) ? message.substr(number.size()) : message);
}

} // namespace

PythonError parse_traceback(std::string_view text) {
    PythonError error;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        if (line.starts_with(' ')) {
            read_place(line, error);
        } else if (!line.starts_with("Traceback")) {
            read_exception(line, error);
        }
    }
    return error;
}

base::ErrorCode error_code_of(const PythonError& error) noexcept {
    using base::ErrorCode;
    if (error.type == "MemoryError") return ErrorCode::full;
    if (error.type == "KeyboardInterrupt") return ErrorCode::invalid_state;
    if (error.type != "OSError") return ErrorCode::internal;
    switch (error.error_number) {
    case no_entry:
    case no_device: return ErrorCode::not_found;
    case exists: return ErrorCode::already_exists;
    case not_folder:
    case is_folder:
    case invalid: return ErrorCode::invalid_argument;
    case access:
    case read_only: return ErrorCode::refused;
    case no_space: return ErrorCode::full;
    case not_empty:
    case not_empty_newlib: return ErrorCode::invalid_state;
    case io_error:
    default: return ErrorCode::io;
    }
}

} // namespace hub::workbench
