// SPDX-License-Identifier: Apache-2.0
#include "cli/board_python.hpp"

#include "cli/reach.hpp"
#include "cli/terminal.hpp"
#include "hub/workbench/repl/traceback.hpp"

#include <algorithm>
#include <cstdio>

namespace cli {

using hub::workbench::PortPython;

namespace {

std::string with_our_line_ends(std::string text) {
    std::erase(text, '\r');
    return text;
}

// The board knows the program as "<stdin>".
std::string with_file_name(std::string traceback, const std::string& file) {
    constexpr std::string_view stdin_name = "\"<stdin>\"";
    for (std::size_t at = 0; (at = traceback.find(stdin_name, at)) != std::string::npos;) {
        traceback.replace(at, stdin_name.size(), "\"" + file + "\"");
        at += file.size();
    }
    return traceback;
}

} // namespace

int say_exception(const Invocation& invocation, const std::string& said, const std::string& file) {
    const std::string traceback = with_file_name(with_our_line_ends(said), file);
    const auto error = hub::workbench::parse_traceback(traceback);
    if (invocation.json) {
        std::puts(json_text({{"type", "exception"},
                             {"file", error.file},
                             {"line", error.line},
                             {"exception", error.type},
                             {"message", error.message},
                             {"traceback", traceback}})
                      .c_str());
        return exit_failed;
    }
    std::fflush(stdout);
    for (std::size_t begin = 0; begin < traceback.size();) {
        const auto end = std::min(traceback.find('\n', begin), traceback.size());
        std::fprintf(stderr, "%s\n", printable(traceback.substr(begin, end - begin)).c_str());
        begin = end + 1;
    }
    return exit_failed;
}

Outcome<std::unique_ptr<PortPython>> open_python(const Invocation& invocation, const std::string& board) {
    const auto reached = reach(invocation, board);
    if (!reached) return tl::unexpected(reached.error());
    auto python = PortPython::open(reached->open);
    if (!python) return tl::unexpected(port_failure(*reached, python.error()));
    (*python)->pass_on_interrupts();
    if (const auto entered = (*python)->enter(); !entered) {
        Failure failure = failure_of(entered.error());
        failure.message = reached->name + ": " + failure.message;
        return tl::unexpected(failure);
    }
    return std::move(*python);
}

void BoardOutput::operator()(std::string_view bytes) {
    std::string text;
    for (const char c : bytes) {
        if (c == '\r') {
            held_ += c;
            continue;
        }
        if (c != '\n') text += held_;
        held_.clear();
        text += c;
    }
    print(text);
}

void BoardOutput::end() { print(std::exchange(held_, {})); }

void BoardOutput::print(std::string_view text) const {
    if (text.empty()) return;
    if (json_) {
        std::puts(json_text({{"type", "output"}, {"text", text}}).c_str());
    } else {
        std::fwrite(text.data(), 1, text.size(), stdout);
    }
    std::fflush(stdout);
}

int run_code(const Invocation& invocation, const std::string& board, const std::string& code, const std::string& file) {
    auto python = open_python(invocation, board);
    if (!python) return report(python.error());
    BoardOutput output(invocation.json);
    const auto ended = (*python)->run(code, [&output](std::string_view bytes) { output(bytes); });
    output.end();
    if (!ended) return report(failure_of(ended.error()));
    if (!ended->empty()) return say_exception(invocation, *ended, file);
    if (invocation.json) std::puts(json_text({{"type", "end"}}).c_str());
    return exit_ok;
}

} // namespace cli
